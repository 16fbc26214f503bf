"""A clock set back or forward, a machine asleep for days, an hour that changes: nothing early, nothing twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from infra.ledgers.export import export
from infra.status.attention import attention, unreported_clock
from infra.status.offer_status import offer_status
from optex.milestones import schedule_of
from tasks.due_step import why_idle
from tests.builders import terms
from tests.driver import run_body, take_in_due
from tests.offers import local


def run(played, name, when, version=None):
    """A step by the body of its flow, at an instant, and the ledgers written anew; what it says."""
    with played.workspace() as workspace:
        with workspace.read() as db:
            step = db.step(name, version)
        state = asyncio.run(run_body(workspace.offer, step, local(when)))
        with workspace.read() as db:
            export(db, played.out / "ledgers")
    return state.message


def two(new_offer, **terms):
    offer = new_offer(**terms)
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-31T16:59:59", G1=1000)
    return offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-31T17:00:00", G2=500)


@pytest.fixture
def accepted(new_offer):
    """Accepted on April 1 at 9."""
    return two(new_offer).play(until="2003-04-01T12:00:00")


def test_a_clock_set_back_does_nothing_twice(accepted):
    """To before the opening, and every step rung again: each was done, or is not due; no letter is written again."""
    before = accepted.bytes()
    steps = accepted.steps()
    assert 8 == len(steps)
    said = [run(accepted, step.name, "2003-02-20T09:00:00") for step in steps]
    assert [] == [each for each in said if not each.startswith("Nothing to do: ")]
    assert before == accepted.bytes()


def test_a_clock_set_back_is_told(accepted):
    """An hour behind the last entry on record it is; less than a minute behind it is not, for clocks differ by that."""
    with accepted.workspace() as workspace, workspace.read() as db:

        def told(by):
            at = local("2003-04-01T09:00:00") - by
            on_dashboard = [each for each in attention(offer_status(db, at)) if "behind the last entry" in each]
            return on_dashboard, unreported_clock(db, at)

        assert ([], {}) == told(timedelta(seconds=59))
        [said], alarm = told(timedelta(hours=1))
    assert said.startswith(
        "This machine's clock, 2003-04-01 08:00 EST, is behind the last entry on record, 2003-04-01 09:00 EST"
    )
    [(action, last, rule, _)] = alarm["the clock is behind the record"]
    assert ("clock behind", "2003-04-01T14:00:00+00:00", "REC-1") == (action, last, rule)


def test_a_clock_set_forward_and_right_again_leaves_one_acceptance(new_offer):
    """Accepted on Wednesday by a clock a day ahead; on Tuesday, by the right one, nothing is accepted again."""
    played = two(new_offer).play(until="2003-04-01T08:30:00")
    assert run(played, "cancel", "2003-04-02T09:00:00").startswith("Accepted and cancelled 1 option")
    before = played.bytes()
    for when in ("2003-04-01T09:00:00", "2003-04-02T09:00:00"):
        assert run(played, "cancel", when).startswith("Nothing to do: cancel was done 2003-04-02 09:00 EST.")
    assert before == played.bytes()
    assert ["2003-04-02"] == played.column("cancellations", "cancelled_on")


def test_nothing_is_done_before_it_is_due_by_the_clock_of_the_database(accepted):
    """A machine ahead of its database by an hour waits for that one; ten seconds early is as a scheduler rings."""
    with accepted.workspace() as workspace, workspace.read() as db:
        state, [regrant] = db.state(), [each for each in db.steps() if each.name == "regrant" and each.waiting]
    assert local("2003-10-03T17:00:00") == regrant.due

    def idle(server):
        return why_idle(regrant, state, regrant.due, latest=True, server=server)

    assert "regrant is not due before 2003-10-03 17:00 EST by the database's clock, which is 3,600 seconds behind" in (
        idle(regrant.due - timedelta(hours=1)).message
    )
    assert None is idle(regrant.due - timedelta(seconds=10)) is idle(regrant.due + timedelta(hours=1)) is idle(None)


def test_a_machine_that_slept_three_days_does_all_of_it_late_and_once(new_offer):
    """Asleep over the expiration: on April 3 it closes by when forms were received, and accepts on that day."""
    played = two(new_offer).play(until="2003-03-31T16:30:00")
    woken = "2003-04-03T10:00:00"
    with played.workspace() as workspace:
        asyncio.run(take_in_due(workspace.offer, local(woken)))
    for name in ("close", "extension-deadline", "cancel"):
        run(played, name, woken)
    assert [("F1", "effective"), ("F2", "late")] == played.column("forms", "form_id", "standing")
    assert [("G1", "2003-04-03")] == played.column("cancellations", "grant_id", "cancelled_on")
    assert ["2003-10-06"] == played.column("promises", "not_before")
    before = played.bytes()
    for name in ("close", "extension-deadline", "cancel", "close", "cancel"):  # its alarms ring once more
        assert run(played, name, woken).startswith("Nothing to do: ")
    assert before == played.bytes()


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_hours_of_new_york_change_in_march_and_in_november():
    """By the wall clock: 9 a.m. is 14:00 UTC before March 14, 2027 and 13:00 after; from November 7 5 p.m. is 22:00."""
    march = schedule_of(terms(commences="2027-03-01", expires="2027-03-29T17:00:00", clock="America/New_York"))
    assert [utc("2027-03-01T14:00"), utc("2027-03-15T13:00"), utc("2027-03-29T21:00"), utc("2027-03-30T13:00")] == [
        march.due(name) for name in ("open", "reminder-10", "close", "cancel")
    ]
    may = schedule_of(terms(commences="2027-04-09", expires="2027-05-06T17:00:00", clock="America/New_York"))
    assert ("2027-11-09", utc("2027-11-09T22:00")) == (str(may.grant_on), may.due("regrant"))


@pytest.mark.parametrize(
    ("first", "expires", "step", "due"),
    [
        ("2027-03-01", "2027-03-29", "reminder-10", "2027-03-15T13:00:00"),
        ("2027-04-09", "2027-05-06", "regrant", "2027-11-09T22:00:00"),
    ],
)
def test_no_step_is_done_an_hour_early_after_the_hour_has_changed(new_offer, first, expires, step, due):
    """A second before its hour by the new clock it is not due, and an hour before it still less."""
    offer = new_offer(
        commences=first,
        expires=f"{expires}T17:00:00",
        clock="America/New_York",
        reminders=[10],
        withdrawable_after=None,
    )
    offer.holder("H1", "Ann Lee").grant("G1", 1000, on="2024-05-16").tenders("F1", f"{expires}T12:00:00", G1=1000)
    due = utc(due)
    played = offer.play(until=(due - timedelta(hours=2)).isoformat())
    for early in (timedelta(hours=1), timedelta(seconds=1)):
        assert f"{step} is not due before" in run(played, step, (due - early).isoformat())
    assert "not due" not in run(played, step, due.isoformat())
