"""Automations: operations hear of a step that needs a look, by mail and by webhook, and an alert alerts of nothing."""

from prefect.states import Crashed, Failed

from tests.live.house import OPS, until


def fail(prefect, step, state):
    """Let the scheduled run of a step fail, as its process would have reported it."""
    run = next(run for run in prefect.alarms("alarming", step) if run.state_name == "Scheduled")
    prefect.client.set_flow_run_state(run.id, state, force=True)
    return run


def alerts(prefect, run):
    return [each for each in prefect.runs("optex:alert") if each.parameters["run"] == run.name]


def test_a_failed_step_is_mailed_and_posted_to_operations(prefect, post, bell):
    """The mail says which run, what became of it, why, and where to look; the webhook gets the same."""
    run = fail(prefect, "close", Failed(message="The disk is full."))
    [alert] = until("the alert", lambda: alerts(prefect, run))
    assert "Operations told by mail." == prefect.ended(alert).message
    [mail] = [m for m in post.of(OPS, "operations") if run.name in m["Subject"]]
    assert f"[optex] alarming: {run.name} is Failed" == mail["Subject"]
    link = f"{prefect.url.removesuffix('/api')}/runs/flow-run/{run.id}"
    text = mail.get_body(("plain",)).get_content().splitlines()
    assert [f"{run.name}: Failed", "The disk is full.", link] == text[:3]
    [rung] = until("the webhook", lambda: [each for each in bell.rung if each.get("run") == run.name])
    assert ("Failed", link) == (rung["state"], rung["link"])


def test_an_alert_that_cannot_go_is_tried_again_and_raises_no_other(prefect, post):
    """While the server takes no mail the alert waits; what becomes of its own run is no reason for an alert."""
    post.refuses.add(OPS)
    try:
        crashed = fail(prefect, "cancel", Crashed(message="Its process was killed."))
        [alert] = until("the alert", lambda: alerts(prefect, crashed))
        until("its retry", lambda: prefect.client.read_flow_run(alert.id).state_name == "AwaitingRetry")
    finally:
        post.refuses.discard(OPS)
    assert "Operations told by mail." == prefect.ended(alert).message
    # Events are worked off in their order: once a later one has been, the alert's own failure has been seen as well.
    later = fail(prefect, "regrant", Failed(message="A later one."))
    [last] = until("the later alert", lambda: alerts(prefect, later))
    assert "Operations told by mail." == prefect.ended(last).message
    assert {run.name for run in prefect.runs("optex:alarm", "offer:alarming")} >= {
        each.parameters["run"] for each in prefect.runs("optex:alert") if "alarming" in each.parameters["run"]
    }
    assert [] == [each for each in prefect.runs("optex:alert") if each.parameters["run"].startswith("alert")]
