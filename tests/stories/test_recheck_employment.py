"""Service, from the tender to the grant: who leaves on which side of the cancellation and of the grant."""

import pytest


@pytest.fixture(scope="module")
def service(new_offer):
    """Eight holders tender 100 shares each; the day before each turn, and the day of it, is the last of one of them."""
    offer = new_offer()
    people = {
        "H1": ("Ann Lee", "2003-03-31"),
        "H2": ("Bo Ray", "2003-04-01"),
        "H3": ("Cy Dow", "2003-10-02"),
        "H4": ("Di Fox", "2003-10-03"),
        "H5": ("Ed Gil", "2003-07-31"),
        "H6": ("Fay Hill", "2003-06-30"),
        "H7": ("Gus Ivy", ""),
        "H8": ("Hal Jay", "2003-03-14"),
    }
    for number, (holder_id, (name, until)) in enumerate(people.items(), start=1):
        offer.holder(holder_id, name, until=until).grant(f"G{number}", 100, type="ISO")
        offer.tenders(f"F{number}", f"2003-03-1{number % 3}T10:00:00", **{f"G{number}": 100})
    offer.serves("H5", "consultant", "2003-08-01")
    offer.serves("H6", "consultant", "2003-07-02")
    offer.serves("H8", "employee", "2003-03-17")
    return offer.closes_at("2003-10-03", "1.27").play()


def outcome(service, holder_id):
    [found] = service.column("promises", "outcome", "rule", holder_id=holder_id)
    return found


def test_who_leaves_before_the_cancellation_keeps_the_option(service):
    """Ann's last day is the day before: her tender is void, and nothing of hers is cancelled."""
    assert [("G1", "rejected", "ELG-1")] == service.column("tenders", "grant_id", "decision", "rule", holder_id="H1")
    assert [] == service.ledger("cancellations", holder_id="H1")
    assert 1 == len(service.letters("rejection", "Ann Lee"))


def test_who_leaves_on_the_day_of_cancellation_loses_option_and_promise(service):
    """Bo's last day is April 1, which counts: cancelled; his promise lapses when his absence of April 2 is known."""
    assert ["2003-04-01"] == service.column("cancellations", "cancelled_on", holder_id="H2")
    assert ("lapsed", "ELG-3") == outcome(service, "H2")
    assert ["2003-04-02T23:00:00Z"] == service.column("notices", "queued_at", kind="promise-lapsed", holder_id="H2")


def test_who_leaves_the_day_before_the_grant_receives_nothing(service):
    """Cy's last day is October 2: the check of the morning of October 3 finds it."""
    assert ("lapsed", "ELG-3") == outcome(service, "H3")
    assert ["2003-10-03T14:00:00Z"] == service.column("notices", "queued_at", kind="promise-lapsed", holder_id="H3")
    assert [] == service.ledger("new_options", holder_id="H3")


def test_who_leaves_on_the_day_of_the_grant_is_granted(service):
    """Di's last day is October 3, and it counts."""
    assert ("granted", "GRT-1") == outcome(service, "H4")
    assert [("G4-N", "100")] == service.column("new_options", "grant_id", "shares", holder_id="H4")


def test_a_change_of_capacity_is_no_break(service):
    """Ed is an employee until July 31 and a consultant from August 1: granted, but no longer an ISO."""
    assert [("NSO", "2013-10-03")] == service.column("new_options", "type", "expires_on", holder_id="H5")
    assert ["ISO"] == service.column("new_options", "type", holder_id="H7")


def test_a_break_of_one_day_is_a_break(service):
    """Fay does not serve on July 1: the promise lapses that evening, and her return on July 2 does not revive it."""
    assert "lapsed" == outcome(service, "H6")[0]
    assert ["2003-07-01T23:00:00Z"] == service.column("notices", "queued_at", kind="promise-lapsed", holder_id="H6")
    assert [] == service.ledger("new_options", holder_id="H6")


def test_a_break_between_tender_and_cancellation_voids_the_tender(service):
    """Hal was away from March 15 to 16 and serves on April 1: nothing of his is cancelled."""
    assert [("rejected", "ELG-3")] == service.column("tenders", "decision", "rule", holder_id="H8")
    assert [] == service.ledger("cancellations", holder_id="H8")


def test_every_lapsed_promise_frees_its_shares(service):
    """Six promises of 100 shares were made; three lapse one by one, three are kept."""
    assert [("2003-04-02", "100"), ("2003-07-01", "100"), ("2003-10-03", "100")] == service.column(
        "pool", "on", "shares", event="lapsed"
    )
    assert ["-300"] == service.column("pool", "shares", event="granted")
    assert "99500" == service.column("pool", "available_after")[-1]


@pytest.fixture(scope="module")
def told(new_offer):
    """Service is told as facts: an end, an end in the future, a person and a spell that cannot be."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 100).tenders("F1", "2003-03-10T10:00:00", G1=100)
    offer.holder("H2", "Bo Ray").grant("G2", 100).tenders("F2", "2003-03-10T10:00:00", G2=100)
    offer.holder("H3", "Cy Dow").grant("G3", 100).tenders("F3", "2003-03-10T10:00:00", G3=100)
    period = {"capacity": "employee", "from_": "1999-01-04"}
    offer.happens("2003-05-20T10:00:00", "service-set", holder="H1", to="2003-05-16", **period)
    offer.happens("2003-05-20T11:00:00", "service-set", holder="H2", to="2003-10-03", **period)
    offer.happens("2003-05-20T12:00:00", "service-set", holder="H9", to="2003-10-02", **period)
    offer.happens("2003-05-21T10:00:00", "service-set", holder="H3", to="2003-05-31", **period)
    offer.happens("2003-05-22T10:00:00", "service-set", holder="H3", **period)
    return offer.closes_at("2003-10-03", "1.27").play()


def test_an_end_of_service_that_is_told_lets_the_promise_lapse(told):
    """Told on May 20 that May 16 was Ann's last day, her promise lapses at that moment."""
    assert ["2003-05-20T15:00:00Z"] == told.column("notices", "queued_at", kind="promise-lapsed")
    assert ["lapsed", "granted", "granted"] == told.column("promises", "outcome")


def test_an_end_still_to_come_changes_nothing_until_it_comes(told):
    """Bo serves through the grant date; Cy's end was told and taken back before it came."""
    assert ["G2-N", "G3-N"] == told.column("new_options", "grant_id")


def test_service_of_somebody_unknown_is_refused(told):
    """There is no holder H9."""
    assert [("H9", "ELG-1")] == told.column("audit", "subject", "rule", action="service-set refused")


def test_the_end_of_service_is_told_by_its_last_day(new_offer):
    """Every spell that goes on ends; told again it stands; a spell over another is refused until that one ends."""
    offer, bo = new_offer(), {"holder": "H2", "by": "Hana Reed"}
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 1000).tenders("F2", "2003-03-10T10:00:00", G2=1000)
    over = {**bo, "capacity": "employee", "from_": "2003-08-01"}
    offer.happens("2003-07-07T09:00:00", "service-set", capacity="consultant", from_="2003-05-01", **bo)
    offer.happens("2003-07-07T09:05:00", "service-set", **over)
    offer.happens("2003-07-08T09:00:00", "service-end", last_day="2003-06-30", **bo)
    offer.happens("2003-07-08T10:00:00", "service-end", last_day="2003-06-30", **bo)
    offer.happens("2003-07-08T11:00:00", "service-end", last_day="2003-07-31", **bo)
    offer.happens("2003-07-08T12:00:00", "service-set", **over)
    played = offer.closes_at("2003-10-03", "1.27").play()
    said = played.column("audit", "at", "detail", subject="H2", actor="Hana Reed")
    assert (
        "2003-07-07T14:05:00Z",
        "it overlaps the spell as employee from 1999-01-04 as still serving: end that one first, or correct it "
        "(`optex service end`, `optex correct service`)",
    ) in said
    assert [
        "Service ended with 2003-06-30: as employee from 1999-01-04, recorded as still serving and as consultant from "
        "2003-05-01, recorded as still serving."
    ] == [detail for at, detail in said if at == "2003-07-08T14:00:00Z"]
    assert [] == [detail for at, detail in said if at == "2003-07-08T15:00:00Z"]
    assert [
        "no service of H2 goes on after 2003-07-31; on record is as employee from 1999-01-04 to 2003-06-30 and as "
        "consultant from 2003-05-01 to 2003-06-30 (`optex correct service`)"
    ] == [detail for at, detail in said if at == "2003-07-08T16:00:00Z"]
    assert ["G1-N"] == played.column("new_options", "grant_id")
    assert ["lapsed"] == played.column("promises", "outcome", holder_id="H2")
