"""Four offers on the terms of public ones, with holders made up: each played to its dates, its shares and its price."""

from pathlib import Path

import pytest

from infra.folder.reader import read_folder
from tests.driver import play_folder
from tests.offers import Played

EXAMPLES = Path(__file__).parents[2] / "examples"


def played(name, tmp_path_factory):
    out = tmp_path_factory.mktemp(name)
    play_folder(read_folder(EXAMPLES / name), out, until=None)
    return Played(EXAMPLES / name, out)


def explained(name, heading):
    """The cells of the table under a heading of an example's README, without the reasons in its last column."""
    page = (EXAMPLES / name / "README.md").read_text()
    lines = page.split(f"## {heading}", 1)[1].split("\n## ", 1)[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [tuple(row[:-1]) for row in rows[2:]]


def done(offer, name):
    """When a step was done."""
    [at] = [at for at, outcome in offer.column("milestones", "done_at", "outcome", name=name) if outcome == "done"]
    return at


@pytest.fixture(scope="module")
def threshold(tmp_path_factory):
    """Whole grants at $13.00 or more: cancelled on July 1, 2003, granted on Friday, January 2, 2004."""
    return played("threshold-2003", tmp_path_factory)


@pytest.fixture(scope="module")
def tiers(tmp_path_factory):
    """By tiers of the price: cancelled on June 19, granted on Monday, December 22, 2003."""
    return played("tiers-2003", tmp_path_factory)


@pytest.fixture(scope="module")
def same_day(tmp_path_factory):
    """One for one: expired, cancelled and granted on Monday, March 9, 2009."""
    return played("same-day-2009", tmp_path_factory)


@pytest.fixture(scope="module")
def units(tmp_path_factory):
    """Restricted stock units: expired, cancelled and granted on Friday, January 23, 2009."""
    return played("units-2009", tmp_path_factory)


def test_a_threshold_and_whole_grants(threshold):
    """Six months and a day after the expiration, at that day's close, for whoever still serves."""
    assert ("2003-07-01T21:30:00Z", "2004-01-02T22:00:00Z") == (done(threshold, "cancel"), done(threshold, "regrant"))
    assert [
        ("G01", "600"), ("G02", "400"), ("G03", "750"), ("G05", "900"), ("G06", "300"), ("G07", "1200"), ("G10", "800")
    ] == threshold.column("cancellations", "grant_id", "shares")  # fmt: skip
    assert {("2004-01-02", "8.93")} == set(threshold.column("new_options", "granted_on", "price"))
    assert [("F04", "TND-8"), ("F07", "ELG-5")] == threshold.column("forms", "form_id", "rule", standing="defective")
    assert [("F08", "EXP-1")] == threshold.column("forms", "form_id", "rule", standing="late")
    assert [] == threshold.ledger("balancing_options")
    assert {"H01", "H02", "H03", "H04", "H07", "H08"} == set(
        threshold.column("notices", "holder_id", kind="offer-opened")
    )


def test_the_page_of_the_threshold_is_what_was_played(threshold):
    """What each holder was promised and granted."""
    promised = dict(threshold.column("promises", "holder_id", "shares"))
    granted = {}
    for holder, shares in threshold.column("new_options", "holder_id", "shares"):
        granted[holder] = granted.get(holder, 0) + int(shares)
    holders = [f"H{n:02}" for n in range(1, 9)]
    assert [
        (each, promised.get(each, ""), str(granted[each]) if each in granted else "") for each in holders
    ] == explained("threshold-2003", "What each holder shows")


def test_fewer_new_options_by_tiers(tiers):
    """As the page has them, at the close of December 22; what is not promised is free again on June 19."""
    assert ("2003-06-19T16:00:00Z", "2003-12-23T01:00:00Z") == (done(tiers, "cancel"), done(tiers, "regrant"))
    new = {row["from_grant_id"]: row for row in tiers.ledger("new_options")}
    old = {row["grant_id"]: row["shares"] for row in tiers.ledger("cancellations")}
    prices = {grant.grant_id: str(grant.price) for grant in read_folder(EXAMPLES / "tiers-2003").grants}
    assert explained("tiers-2003", "What each grant shows") == [
        (key, old[key], prices[key], new[key]["shares"]) for key in sorted(old)
    ]
    assert {("2003-12-22", "28.40")} == {(row["granted_on"], row["price"]) for row in new.values()}
    assert [("cancelled", "4135"), ("reserved", "-1945")] == tiers.column("pool", "event", "shares", on="2003-06-19")
    assert ("withdrawn", "WDR-1") == tiers.form("W06")


def test_granted_the_day_the_offer_expires(same_day):
    """At the close of the Friday before, for as many shares; half a grant leaves the other half as it was."""
    assert ("2009-03-09T16:00:00Z", "2009-03-10T00:00:00Z") == (done(same_day, "cancel"), done(same_day, "regrant"))
    assert [
        ("H01", "480"), ("H02", "400"), ("H03", "1000"), ("H04", "400")
    ] == same_day.column("new_options", "holder_id", "shares")  # fmt: skip
    assert {("2009-03-09", "308.57")} == set(same_day.column("new_options", "granted_on", "price"))
    assert [("H02", "400", "378.00")] == same_day.column("balancing_options", "holder_id", "shares", "price")
    assert {"E05": ("effective", "EXP-1"), "E06": ("late", "EXP-1")} == {
        form: same_day.form(form) for form in ("E05", "E06")
    }


def test_every_vesting_date_is_a_year_later_and_none_before_september_9(same_day):
    """Of G05, of October 15, 2007, a quarter had vested by then: on October 15, 2009 it vests with what follows."""
    vests = same_day.column("vesting", "vests_on", "shares", grant_id="G05-N")
    assert ("2009-10-15", "100") == vests[0]
    assert ("2012-10-15", 37, 400) == (vests[-1][0], len(vests), sum(int(shares) for _, shares in vests))
    first = {key: min(same_day.column("vesting", "vests_on", grant_id=key)) for key in ("G02-N", "G03-N", "G04-N")}
    assert {"G02-N": "2009-09-09", "G03-N": "2009-09-09", "G04-N": "2009-09-09"} == first


def test_units_for_options(units):
    """As the page has them, with no price and no term; what gives no whole unit is not accepted."""
    assert ("2009-01-24T02:30:00Z", "2009-01-24T03:00:00Z") == (done(units, "cancel"), done(units, "regrant"))
    new = {row["from_grant_id"]: row for row in units.ledger("new_options")}
    old = {row["grant_id"]: row["shares"] for row in units.ledger("cancellations")}
    prices = {grant.grant_id: str(grant.price) for grant in read_folder(EXAMPLES / "units-2009").grants}
    assert explained("units-2009", "What each grant shows") == [
        (key, old[key], prices[key], new[key]["shares"]) for key in sorted(old)
    ]
    assert {("2009-01-23", "", "RSU", "")} == {
        (row["granted_on"], row["price"], row["type"], row["expires_on"]) for row in new.values()
    }
    assert [("H05", "rejected", "XCH-1")] == units.column("tenders", "holder_id", "decision", "rule", grant_id="G08")
    assert [("2010-01-23", "66"), ("2011-01-23", "67"), ("2012-01-23", "67")] == units.column(
        "vesting", "vests_on", "shares", grant_id="G01-N"
    )
