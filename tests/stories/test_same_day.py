"""Offers without a waiting period: cancelled and granted on one day, which may be that of the expiration."""

import pytest

NO_WAITING = {"months": 0, "days": 0, "begins": "on_cancellation"}


def offer_of_two(new_offer, **terms):
    """Ann tenders 1,000 shares and stays; Bo tenders 300 and leaves on the day before the cancellation."""
    offer = new_offer(**terms)
    offer.holder("H1", "Ann Lee").grant("G1", 1000)
    offer.holder("H2", "Bo Ray", until="2003-03-31").grant("G2", 300)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.tenders("F2", "2003-03-10T10:00:00", G2=300)
    return offer.closes_at("2003-03-31", "1.10").closes_at("2003-04-01", "1.27").closes_at("2003-04-02", "1.31")


@pytest.fixture(scope="module")
def same_day(new_offer):
    """Expired on March 31, cancelled on April 1 at 9:00 and granted at 17:00."""
    return offer_of_two(new_offer, waiting=NO_WAITING).play()


def test_cancelled_and_granted_on_one_day(same_day):
    """Each step once, in its order, and the grant after the exchange has closed."""
    assert (
        [("2003-04-01T14:00:00Z", "done")] == same_day.milestone("cancel") == same_day.milestone("recheck-employment")
    )
    assert [("2003-04-01T22:00:00Z", "done")] == same_day.milestone("regrant")
    assert ["2003-04-01"] == same_day.column("cancellations", "cancelled_on")
    assert [("H1", "2003-04-01", "1000", "1.27")] == same_day.column(
        "new_options", "holder_id", "granted_on", "shares", "price"
    )
    assert [("2003-04-01", "2003-04-01", "granted")] == same_day.column(
        "promises", "issued_on", "not_before", "outcome"
    )


def test_what_is_reserved_between_the_two_is_granted(same_day):
    """Bo's 300 shares stay outstanding; Ann's 1,000 are returned, reserved at 9:00 and granted at 17:00."""
    assert [
        ("cancelled", "1000"),
        ("reserved", "-1000"),
        ("released", "1000"),
        ("granted", "-1000"),
    ] == same_day.column("pool", "event", "shares", on="2003-04-01")
    assert "98700" == same_day.column("pool", "available_after")[-1]


def test_the_letters_of_one_day(same_day):
    """The promise says that it is kept on the same day, and the agreement follows it."""
    [promise] = same_day.letters("acceptance-and-promise")
    assert (
        "on a date no earlier than April 1, 2003, the date of this promise, stock options covering 1,000 shares"
        in promise
    )
    queued = dict(same_day.column("notices", "kind", "queued_at", holder_id="H1"))
    assert ("2003-04-01T14:00:00Z", "2003-04-01T22:00:00Z") == (queued["acceptance-and-promise"], queued["grant"])


def test_the_day_after_the_cancellation(new_offer):
    """Counted after the cancellation, a period of nothing ends with the next business and trading day."""
    played = offer_of_two(new_offer, waiting=NO_WAITING | {"begins": "after_cancellation"}).play()
    assert [("2003-04-02", "1.31")] == played.column("new_options", "granted_on", "price")


@pytest.fixture(scope="module")
def at_once(new_offer):
    """Expired at 17:00 of March 31, cancelled at 18:00 and granted then; Bo is still in service on that day."""
    offer = offer_of_two(new_offer, waiting=NO_WAITING, cancel_on="expiration_day", cancel_at="18:00:00")
    offer.happens("2003-03-31T17:30:00", "extend", to="2003-04-14T17:00:00")
    return offer.play()


def test_cancelled_and_granted_on_the_day_of_the_expiration(at_once):
    """At the close of that day, which is known by then, and to Bo as well."""
    assert [("2003-03-31T23:00:00Z", "done")] == at_once.milestone("cancel") == at_once.milestone("regrant")
    assert [("H1", "2003-03-31", "1.10"), ("H2", "2003-03-31", "1.10")] == at_once.column(
        "new_options", "holder_id", "granted_on", "price"
    )


def test_nothing_is_extended_once_the_offer_has_expired(at_once):
    """Where acceptance is on the day of the expiration, an extension at 17:30 is half an hour late (EXT-1)."""
    assert ["EXT-1"] == at_once.column("audit", "rule", action="extend refused")
    assert [("2003-03-31T22:00:00Z", "done")] == at_once.milestone("extension-deadline")


def test_an_extension_before_the_expiration_moves_everything(new_offer):
    """Announced at 16:00 of March 31, it has the cancellation and the grant on April 14."""
    offer = offer_of_two(new_offer, waiting=NO_WAITING, cancel_on="expiration_day", cancel_at="18:00:00")
    offer.happens("2003-03-31T16:00:00", "extend", to="2003-04-14T17:00:00").closes_at("2003-04-14", "1.40")
    played = offer.play()
    assert [("2003-03-31T23:00:00Z", "superseded"), ("2003-04-14T23:00:00Z", "done")] == played.milestone("cancel")
    assert [("H1", "2003-04-14", "1.40")] == played.column("new_options", "holder_id", "granted_on", "price")


def test_everything_at_the_instant_of_the_expiration(new_offer):
    """With the usual hours close, cancellation, check of service and grant fall on 17:00, and go in their order.

    A form received in that very second is late; one of the second before counts.
    """
    offer = new_offer(waiting=NO_WAITING, cancel_on="expiration_day")
    offer.holder("H1", "Ann Lee").grant("G1", 1000)
    offer.holder("H2", "Bo Ray").grant("G2", 300)
    offer.tenders("F1", "2003-03-31T16:59:59", G1=1000)
    offer.tenders("F2", "2003-03-31T17:00:00", G2=300)
    played = offer.closes_at("2003-03-31", "1.10").play()
    at_five = ("2003-03-31T22:00:00Z", "done")
    for step in ("close", "extension-deadline", "cancel", "recheck-employment", "regrant"):
        assert [at_five] == played.milestone(step), step
    assert ["H1"] == played.column("new_options", "holder_id")
    assert ("late", "EXP-1") == played.form("F2")


def test_expiring_at_midnight(new_offer):
    """Of the day that ends at midnight nothing is left: it is cancelled and granted on the next business day."""
    played = offer_of_two(
        new_offer, expires="2003-04-01T00:00:00", waiting=NO_WAITING, cancel_on="expiration_day"
    ).play()
    assert (
        ["2003-04-01"] == played.column("cancellations", "cancelled_on") == played.column("new_options", "granted_on")
    )
    [opened] = played.letters("offer-opened", to="Ann Lee")
    assert "midnight at the end of" in opened
