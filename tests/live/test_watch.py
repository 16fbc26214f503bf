"""The watch: whatever was cancelled, deleted, lost or not sent is found and made good, and said once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import temporary_settings
from prefect.states import Cancelled, Crashed, Paused, Pending, Running, Scheduled

from flows.watch import check_offer
from infra.database import tables as t
from infra.handlers.forms import form_from_fields, record_received_forms
from infra.mail.smtp import SmtpSettings
from optex.calendar import ONE_DAY
from optex.steps import StepStatus
from tasks.stuck_runs import crash_lost_actions, crash_stuck_runs
from tests.live.house import CALENDAR, OPS, today, until


@pytest.fixture(scope="module", autouse=True)
def unwatched(prefect):
    """The house's own watch is stopped meanwhile: here every round of it is ours."""
    watch = prefect.client.read_deployment_by_name("watch/watch")
    [schedule] = watch.schedules
    prefect.client.update_deployment_schedule(watch.id, schedule.id, active=False)
    until("the end of its last round", lambda: all(run.state.is_final() for run in prefect.runs("optex:watch")))
    yield
    prefect.client.update_deployment_schedule(watch.id, schedule.id, active=True)


@pytest.fixture(scope="module")
def watched(workspaces, post, bell):
    """The books of an offer that has not opened yet, with the mail of the house."""
    smtp = SmtpSettings(host="127.0.0.1", port=post.port, tls="none")
    return replace(workspaces["watched"], smtp=smtp, ops_mail=OPS, ops_webhook=bell.url)


@pytest.fixture
def look(prefect, watched):
    """One round of the watch for one offer: what it says."""

    def look():
        with temporary_settings(prefect.settings):
            said, failed = asyncio.run(check_offer(watched))
        assert [] == failed
        return said

    return look


def ringing(prefect):
    """What is scheduled, as (step, instant)."""
    runs = [run for run in prefect.runs("optex:alarm", "offer:watched") if run.state_name == "Scheduled"]
    return sorted((tag[5:], run.next_scheduled_start_time) for run in runs for tag in run.tags if tag[:5] == "step:")


def planned(workspace):
    with workspace.read() as db:
        return sorted((step.name, step.due) for step in db.steps() if step.status is StepStatus.PENDING)


def stuck(prefect, workspace, minutes):
    """What is found stuck so many minutes from now."""

    async def find():
        async with get_client() as client:
            return await crash_stuck_runs(client, workspace, datetime.now(UTC) + timedelta(minutes=minutes))

    with temporary_settings(prefect.settings):
        return asyncio.run(find())


def test_whatever_happened_to_a_run_is_made_good(prefect, watched):
    """Cancelled or paused by hand, put off, deleted, crashed: after one round there is a run for every step again."""
    assert planned(watched) == ringing(prefect)
    [close], [cancel], [regrant], [reminder], [deadline] = (
        prefect.alarms("watched", step) for step in ("close", "cancel", "regrant", "reminder-1", "extension-deadline")
    )
    prefect.client.set_flow_run_state(close.id, Cancelled(message="by hand"), force=True)
    prefect.client.delete_flow_run(cancel.id)
    prefect.client.set_flow_run_state(regrant.id, Crashed(message="killed"), force=True)
    prefect.client.set_flow_run_state(reminder.id, Paused(timeout_seconds=10**8), force=True)
    put_off = Scheduled(scheduled_time=deadline.expected_start_time + timedelta(days=30))
    prefect.client.set_flow_run_state(deadline.id, put_off, force=True)

    said = prefect.do("watch").message
    assert "watched: Scheduled runs: added reminder-1, close, extension-deadline, cancel, regrant." in said
    prefect.client.delete_flow_run(deadline.id)
    assert planned(watched) == ringing(prefect)


def test_a_run_that_never_ends_is_given_up(prefect, watched, look):
    """Pending for minutes, or running for twenty: its worker is gone. Not before, for it may be on its way."""
    [opening], [recheck] = (prefect.alarms("watched", step) for step in ("open", "recheck-employment"))
    prefect.client.set_flow_run_state(opening.id, Pending(), force=True)
    prefect.client.set_flow_run_state(recheck.id, Running(), force=True)
    assert [] == stuck(prefect, watched, minutes=2)
    assert ["open was stuck in Pending."] == stuck(prefect, watched, minutes=4)
    assert [] == stuck(prefect, watched, minutes=19)
    assert ["recheck-employment was stuck in Running."] == stuck(prefect, watched, minutes=21)
    assert ["Scheduled runs: added open, recheck-employment."] == look()
    assert planned(watched) == ringing(prefect)


def test_an_act_whose_worker_was_lost_is_ended_and_told(prefect, bell):
    """Nobody else would ever end it: operations hear that they must look whether it was recorded."""
    deployment = prefect.client.read_deployment_by_name("reschedule/reschedule")
    later = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=9))
    lost = prefect.client.create_flow_run_from_deployment(
        deployment.id, parameters={"offer": "watched", "by": "Ruth Counsel"}, name="lost", state=later
    )
    prefect.client.set_flow_run_state(lost.id, Running(), force=True)
    assert "lost was lost." not in lost_acts(prefect, minutes=19)
    assert "lost was lost." in lost_acts(prefect, minutes=21)
    assert "Crashed" == prefect.client.read_flow_run(lost.id).state_name
    [rung] = until("the webhook", lambda: [each for each in bell.rung if each.get("run") == "lost"])
    assert "Crashed" == rung["state"]


def lost_acts(prefect, minutes):
    """What is found lost so many minutes from now."""

    async def find():
        async with get_client() as client:
            return await crash_lost_actions(client, datetime.now(UTC) + timedelta(minutes=minutes))

    with temporary_settings(prefect.settings):
        return asyncio.run(find())


def test_a_step_that_goes_on_failing_is_left_in_peace_for_a_while(prefect, look):
    """The first failure is made good at once, the second not: a step that cannot succeed must not be tried for ever."""
    for said in (["Scheduled runs: added reminder-10."], []):
        last = prefect.alarms("watched", "reminder-10")[-1]
        prefect.client.set_flow_run_state(last.id, Crashed(message="killed"), force=True)
        assert said == look()
    assert "reminder-10" not in [name for name, _ in ringing(prefect)]


def test_mail_that_waits_is_sent_and_a_late_confirmation_is_an_alarm_once(prefect, watched, look, post, bell):
    """While the server takes no mail a Confirmation waits; from the fourth business day operations hear of it, once."""
    received = CALENDAR.business_day_offset(today() + ONE_DAY, -5)
    with watched.write() as db:
        row = {"form_id": "W-1", "holder_id": "H1", "kind": "withdrawal", "received_at": f"{received}T09:00:00"}
        row |= {"signed_on": str(received), "signed_as": "Watched 1", "channel": "fax", "title": "", "authority": ""}
        record_received_forms(db, form_from_fields(db, row, []), datetime.now(UTC).replace(microsecond=0))
    address = "watched.1@alpha.example"
    post.refuses.add(address)
    try:
        said = [" ".join(look()) for _ in range(2)]
    finally:
        post.refuses.discard(address)
    alarm = "the confirmation of form W-1 is not sent; it must be by "
    assert [True, False] == [alarm in each for each in said]
    assert ["W-1"] == raised(watched)
    assert 1 == len([m for m in post.of(OPS) if "a Confirmation of Receipt is due" in m["Subject"]])
    assert 1 == len([each for each in bell.rung if "watched: a Confirmation of Receipt is due" in each["text"]])
    assert [] == post.of(address)
    assert "The Confirmation of Receipt of form W-1 (H1) is due" in prefect.dashboard("watched")

    assert ["1 notice sent."] == look()
    assert ["confirmation-of-receipt"] == [m["X-Optex-Kind"] for m in post.of(address)]
    with watched.read() as db:
        assert [True] == [row.sent_at is not None for row in db.rows(t.notices)]


def raised(workspace):
    with workspace.read() as db:
        return db.raised("confirmation overdue")
