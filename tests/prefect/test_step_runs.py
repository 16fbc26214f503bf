"""A run is an alarm, not an order: rung again, too early, or for a plan that is no more, it changes nothing."""

import pytest


@pytest.fixture(scope="module")
def extended(new_offer):
    """An offer played through that was extended after its close, so that it has steps in two versions."""
    offer = new_offer(reminders=[10, 1])
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=600)
    offer.holder("H2", "Bo Ray", until="2003-06-30").grant("G2", 500).tenders("F2", "2003-04-01T07:00:00", G2=500)
    offer.happens("2003-04-01T07:30:00", "extend", to="2003-04-14T17:00:00")
    return offer.closes_at("2003-10-17", "1.20").play()


def test_every_step_run_again_says_so_and_changes_nothing(extended):
    """Done, superseded or moot: each version of each step ends with nothing to do, and no byte is written anew."""
    before = extended.bytes()
    steps = extended.steps()
    assert 16 == len(steps)
    states = [extended.run(step.name, "2003-10-20T10:00:00", step.version) for step in steps]
    assert {"NothingToDo"} == {state.name for state in states}
    assert {True} == {state.is_completed() for state in states}
    assert before == extended.bytes()


def test_a_run_says_what_it_found(extended):
    """The old close names the extension that superseded it, the cancellation when and what it did."""
    assert (
        "Nothing to do: close (version 1) is superseded by the extension to 2003-04-14 17:00 EST, "
        "announced 2003-04-01 07:30 EST"
    ) == extended.run("close", "2003-10-20T10:00:00", version=1).message
    assert extended.run("cancel", "2003-10-20T10:00:00").message.startswith(
        "Nothing to do: cancel was done 2003-04-15 09:00 EST. Accepted and cancelled 2 options for 1,100 shares"
    )


@pytest.fixture(scope="module")
def open_offer(new_offer):
    """An offer on March 20, with eleven days to go and a tender in hand."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    return offer.play(until="2003-03-20T12:00:00")


@pytest.mark.parametrize("name", ["reminder-1", "close", "extension-deadline", "cancel", "withdrawal-right", "regrant"])
def test_an_early_run_does_nothing(open_offer, name):
    """Rung on March 20, the step says when it is due, and stays pending."""
    before = open_offer.bytes()
    state = open_offer.run(name, "2003-03-20T12:00:00")
    assert "NothingToDo" == state.name
    assert f"{name} is not due before 2003-" in state.message
    assert before == open_offer.bytes()


def test_a_run_a_second_early_does_nothing(new_offer):
    """At 16:59:59 the offer is not closed, at 17:00:00 it is."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    played = offer.play(until="2003-03-31T16:00:00")
    assert "NothingToDo" == played.run("close", "2003-03-31T16:59:59").name
    assert [("2003-03-31T22:00:00Z", "pending")] == played.milestone("close")
    assert played.run("close", "2003-03-31T17:00:00").message.startswith("Closed: 0 forms")
    assert [("2003-03-31T22:00:00Z", "done")] == played.milestone("close")


def test_a_held_step_run_again_stays_held(new_offer):
    """While a condition stands asserted every run says so, and it is on record once."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-03-20T10:00:00", "condition-assert", number=1, evidence="A writ.", by="Board")
    played = offer.play(until="2003-04-01T12:00:00")
    before = played.bytes()
    assert "Held" == played.run("cancel", "2003-04-02T09:00:00").name
    assert before == played.bytes()
    assert 1 == len(played.ledger("audit", action="cancel held"))


def test_a_late_run_accepts_on_the_day_it_runs(new_offer):
    """A cancellation that was missed on April 1 takes place on Wednesday, April 2, and the grant moves with it."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.play(until="2003-04-01T08:30:00")
    played.run("cancel", "2003-04-02T11:00:00")
    assert ["2003-04-02"] == played.column("cancellations", "cancelled_on")
    assert [("2003-10-03T22:00:00Z", "superseded"), ("2003-10-06T22:00:00Z", "pending")] == played.milestone("regrant")
    assert ["2003-10-06"] == played.column("promises", "not_before")


def test_nothing_is_accepted_on_a_day_that_is_no_business_day(new_offer):
    """A run that comes as late as Saturday, April 5 puts the acceptance off to Monday."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.play(until="2003-04-01T08:30:00")
    played.run("cancel", "2003-04-05T11:00:00")
    assert [] == played.ledger("cancellations")
    assert [("2003-04-01T14:00:00Z", "superseded"), ("2003-04-07T14:00:00Z", "pending")] == played.milestone("cancel")
    played.run("cancel", "2003-04-07T09:00:00")
    assert ["2003-04-07"] == played.column("cancellations", "cancelled_on")


def test_a_reminder_due_before_the_opening_is_moot(new_offer):
    """An offer of twenty business days has no thirtieth before its expiration; the tenth is sent as always."""
    offer = new_offer(reminders=[30, 10], expires="2003-03-27T17:00:00").holder("H1", "Ann Lee").grant("G1", 1000)
    played = offer.play(until="2003-03-14T12:00:00")
    assert ["moot"] == played.column("milestones", "outcome", name="reminder-30")
    assert ["reminder-10.v1:H1"] == played.column("notices", "notice_id", kind="reminder")
