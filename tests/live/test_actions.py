"""What operations do by a form: recorded once, refused with the rule, and safe to be done again."""

from datetime import datetime, timedelta

import pytest

from infra.database import tables as t
from optex.calendar import EST
from optex.formatting import local_text
from optex.steps import StepStatus
from tests.live.house import CALENDAR, today, until, working_day

BY = "Ruth Counsel"


@pytest.fixture(scope="module")
def running(workspaces):
    """The books of an offer that is open."""
    return workspaces["running"]


def expiration(workspace):
    with workspace.read() as db:
        return db.state().terms.expires


def audited(workspace, action):
    with workspace.read() as db:
        return db.raised(action)


def test_an_extension_by_form_moves_everything_once(prefect, running):
    """Every eligible holder is told and the runs follow; the same extension again says that it is already recorded."""
    to = expiration(running) + timedelta(days=7)
    done = prefect.do("extend", offer="running", confirm="running", to=to.isoformat(), by=BY, reason="More time.")
    assert "Completed" == done.name
    said = f"The offer is extended to {local_text(to, EST)}. 5 steps moved; 3 holders told. "
    moved = "close, extension-deadline, cancel, recheck-employment, regrant"
    assert f"{said}Scheduled runs: moved {moved}." == done.message
    old, new = prefect.alarms("running", "close")
    assert ("Cancelled", "Scheduled", to) == (old.state_name, new.state_name, new.expected_start_time)
    again = prefect.do("extend", offer="running", confirm="running", to=to.isoformat(), by=BY)
    assert f"Already recorded: The offer is extended to {local_text(to, EST)}." == again.message
    assert 2 == len(prefect.alarms("running", "close"))


def test_an_instant_without_a_zone_is_on_the_clock_of_the_offer(prefect, running):
    """5 p.m. is 5 p.m. by the offer's clock, wherever the server and the person are."""
    day = (expiration(running) + timedelta(days=7)).astimezone(EST).date()
    done = prefect.do("extend", offer="running", confirm="running", to=f"{day}T17:00:00", by=BY)
    assert f"The offer is extended to {day} 17:00 EST." in done.message
    assert datetime(day.year, day.month, day.day, 17, tzinfo=EST) == expiration(running)


def test_a_refused_act_says_by_which_rule_and_changes_nothing(prefect, running):
    """The run ends Refused; the refusal is on record, the plan and the scheduled runs are as they were."""
    before = expiration(running), [run.id for run in prefect.alarms("running", "close")]
    done = prefect.do(
        "extend", offer="running", confirm="running", to=(before[0] - timedelta(days=1)).isoformat(), by=BY
    )
    assert ("FAILED", "Refused") == (done.type, done.name)
    assert done.message.startswith("Refused by EXT-1: ")
    assert before == (expiration(running), [run.id for run in prefect.alarms("running", "close")])
    assert 1 == len(audited(running, "extend refused"))


def test_what_cannot_be_read_is_refused_in_words(prefect, running):
    """A slip of the pen in the form is named with what is expected, without a traceback, and nothing is recorded."""
    done = prefect.do("set-price", offer="running", on=str(working_day(-1)), close="0.00", by=BY)
    assert "Refused" == done.name
    assert done.message.startswith("price-set: close: '0.00' cannot be taken, expected ")


def test_what_is_not_written_as_expected_starts_no_run(prefect):
    """Prefect refuses it by the form's own words, in the browser and to a program."""
    with pytest.raises(Exception, match=r"'1\.234' does not match '.dollars above zero with at most two decimals"):
        prefect.start("set-price", offer="running", on=str(working_day(-1)), close="1.234", by=BY)


def test_a_name_is_required(prefect):
    """Whoever acts must say who it is: the form is not taken without."""
    with pytest.raises(Exception, match=r"' ' does not match '.a full name"):
        prefect.start("terminate", offer="running", reason="A slip.", by=" ", confirm="running")


def test_an_act_that_is_retried_is_not_done_twice(prefect, running):
    """Retry on the page of an amendment's run finds the amendment; it does not make a second one."""
    run = prefect.start(
        "amend", offer="running", confirm="running", change="other", reason="A typing error is mended.", by=BY
    )
    first = prefect.ended(run)
    assert first.message.startswith("Amendment No. 1 (other) is made.")
    again = prefect.retry(run)
    assert again.message.startswith("Already recorded: Amendment No. 1 (other) is made.")
    assert [""] == audited(running, "amend")


def test_a_form_is_keyed_in_and_confirmed_once(prefect, running, post):
    """It is judged and confirmed at once; the same number again changes nothing and confirms nothing."""
    stated = {"grant": "G1", "shares": 600, "original_shares": 1000, "price": "12.50", "exercised": 0}
    stated["granted_on"] = str(granted(running))
    form = {
        "offer": "running",
        "form": "F-1",
        "holder": "H1",
        "kind": "election",
        "received_at": f"{working_day(-1)}T10:00:00",
        "signed_on": str(working_day(-1)),
        "signed_as": "Running 1",
        "options": [stated],
        "by": BY,
    }
    assert prefect.do("record-election", **form).message.startswith("1 form received. F-1 was received ")
    [letter] = post.of("running.1@alpha.example", "confirmation-of-receipt")
    assert "It tenders 600 shares in all" in " ".join(letter.get_body(("plain",)).get_content().split())
    again = prefect.do("record-election", **form)
    assert "Already recorded: form F-1 is on record, and nothing was changed." == again.message
    assert 1 == len(post.of("running.1@alpha.example", "confirmation-of-receipt"))


def granted(workspace):
    with workspace.read() as db:
        return db.grants(["H1"])[0].granted_on


def test_a_price_is_recorded(prefect, running):
    """The closing price of a day that has come, to the cent."""
    day = trading_day()
    done = prefect.do("set-price", offer="running", on=str(day), close="1.27", by=BY)
    assert f"The closing price of {day} is $1.27." == done.message
    with running.read() as db:
        assert "1.27" == str(db.quotes()[day].close)


def trading_day():
    return max(day for n in range(1, 9) if CALENDAR.is_trading_day(day := today() - timedelta(days=n)))


def test_a_step_that_was_done_says_so_when_it_is_run_again(prefect):
    """By hand, by Retry, or by its deployment: the run says what it finds done, and does nothing."""
    [opened] = prefect.alarms("running", "open")
    assert "Opened: 3 eligible holders told" == opened.state.message
    runs = [prefect.start("rerun", offer="running", step="open", by=BY), prefect.start("open", offer="running")]
    said = [prefect.retry(opened), *map(prefect.ended, runs)]
    assert [True] * 3 == [state.message.startswith("Nothing to do: open was done ") for state in said]
    assert [True] * 3 == [state.message.endswith("Opened: 3 eligible holders told") for state in said]


def test_a_superseded_step_says_so_when_it_is_retried(prefect):
    """Retry on a run that an extension has cancelled closes nothing."""
    old = prefect.alarms("running", "close")[0]
    said = prefect.retry(old)
    assert ("NothingToDo", True) == (
        said.name,
        said.message.startswith("Nothing to do: close (version 1) is superseded by the extension to "),
    )


def test_a_step_that_does_not_exist_fails_at_once(prefect):
    """There is nothing to retry in a wrong request: it names the reminders that there are."""
    done = prefect.do("rerun", offer="running", step="reminder", reminder=7, by=BY)
    assert ("Refused", "running has no step reminder-7; its reminders are none") == (done.name, done.message)


def test_the_runs_of_an_offer_are_found_by_its_tag(prefect):
    """Also what was started by hand bears the offer's tag, so that all of an offer's runs are in one list."""
    names = {run.name for run in prefect.runs("offer:running", "optex:act")}
    assert {"extend running", "amend running", "record-election running", "rerun open running"} <= names


def test_reschedule_and_send_unsent_say_what_they_did(prefect, workspaces):
    """What somebody cancelled comes back, what waits in the outbox is sent; done again there is nothing left."""
    [cancel] = [run for run in prefect.alarms("running", "cancel") if run.state_name == "Scheduled"]
    prefect.client.delete_flow_run(cancel.id)
    assert "Scheduled runs: added cancel." == prefect.do("reschedule", offer="running", by=BY).message.replace(
        "moved", "added"
    )
    assert "The scheduled runs agree with the plan." == prefect.do("reschedule", offer="running", by=BY).message
    assert "0 notices sent." == prefect.do("send-unsent", offer="running", by=BY).message


def test_a_held_step_goes_on_when_a_named_person_approves(prefect, workspaces):
    """The dashboard says what waits; an approval of something else than what waits now is not taken."""
    held = workspaces["held"]
    if not CALENDAR.is_business_day(today()):
        pytest.skip("acceptance is on business days only, and today is none")
    [alarm] = prefect.alarms("held", "cancel")
    asked = "waits for the approval of a named person: 1,200 option shares would be cancelled"
    assert ("Held", True) == (alarm.state_name, alarm.state.message.startswith(f"Held: {asked}"))
    assert f"Acceptance is held. {asked[0].upper()}{asked[1:]}" in prefect.dashboard("held")
    assert "[Approve: acceptance and cancellation](" in prefect.dashboard("held")
    digest = alarm.state.message.partition("digest ")[2][:12]

    # A holder leaves service before anybody has approved: what would be cancelled is not what was looked at.
    period = {"holder": "H2", "capacity": "employee", "first_day": "1999-01-04", "last_day": str(working_day(-4))}
    prefect.do("set-service", offer="held", by="HR", **period)
    prefect.do("rerun", offer="held", step="cancel", by=BY)
    stale = prefect.do("approve", offer="held", step="cancel", by=BY, digest=digest)
    assert ("Refused", True) == (stale.name, "600 option shares would be cancelled" in stale.message)
    assert [] == cancelled(held)

    approved = prefect.do("approve", offer="held", step="cancel", by=BY)
    assert f"cancel is approved by {BY}" in approved.message
    assert "Accepted and cancelled 1 option for 600 shares of 1 holder" in approved.message
    assert ["G1"] == cancelled(held)
    again = prefect.do("approve", offer="held", step="cancel", by=BY)
    assert ("Refused", "Refused by CAN-1: cancel does not wait for an approval") == (again.name, again.message)


def cancelled(workspace):
    with workspace.read() as db:
        return [row.grant_id for row in db.rows(t.cancellations, t.cancellations.c.grant_id)]


def test_every_waiting_step_is_scheduled_after_all_this(prefect, workspaces):
    """Whatever was done by hand: for every pending step there is one run to come, for no other step there is any."""
    for name in ("running", "held"):
        with workspaces[name].read() as db:
            pending = sorted(step.name for step in db.steps() if step.status is StepStatus.PENDING)
        runs = until("the runs", lambda name=name: prefect.runs("optex:alarm", f"offer:{name}"))
        waiting = [tag[5:] for run in runs if run.state_name == "Scheduled" for tag in run.tags if tag[:5] == "step:"]
        assert pending == sorted(waiting)
