"""The sample offer adds up to Schedule A, keeps to the document, says what is made up, and shows every kind of case."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path

import holidays
import pytest

from infra.folder.reader import Folder, read_folder
from optex.actions import AgreementSigned, ElectionWaive
from optex.election import DefectWaiver, FormReview, review_forms
from optex.formatting import utc_text
from optex.milestones import schedule_of
from optex.records import Capacity, Holder, OptionType

ALPHA = Path(__file__).parents[1] / "examples" / "alpha-2003"

SCHEDULE_A = {
    "Lawrence Butler": 520_000,
    "Robert Streiter": 475_000,
    "James Polakiewicz": 71_275,
    "Steve Chupik": 70_267,
    "Marshall Butler": 130_000,
    "Richard Gormley": 35_000,
    "Donald Grierson": 40_000,
    "Frederic Heim": 65_000,
}

# §8 as printed: the last day of each fiscal quarter with its high and low; the first begins on October 30, 2000.
QUARTERS = [
    (date(2001, 1, 28), "6.25", "2.85"),
    (date(2001, 4, 29), "8.44", "5.00"),
    (date(2001, 7, 29), "10.50", "4.38"),
    (date(2001, 10, 28), "11.06", "7.19"),
    (date(2002, 1, 27), "1.74", "1.16"),
    (date(2002, 4, 28), "2.72", "1.25"),
    (date(2002, 7, 28), "2.88", "1.94"),
    (date(2002, 10, 27), "5.25", "2.89"),
    (date(2003, 1, 26), "1.55", "0.98"),
]


@pytest.fixture(scope="module")
def offer() -> Folder:
    return read_folder(ALPHA)


@pytest.fixture(scope="module")
def holders(offer: Folder) -> dict[str, Holder]:
    return {holder.holder_id: holder for holder in offer.holders}


@pytest.fixture(scope="module")
def reviews(offer: Folder) -> dict[str, FormReview]:
    """How every form stands after the acceptance of April 1, 2003, 9:00 a.m."""
    waivers = [
        DefectWaiver(form_id=action.form, at=action.at, by=action.by, reason=action.reason)
        for action in (entry.action for entry in offer.script)
        if isinstance(action, ElectionWaive)
    ]
    judged = (
        review_forms(
            terms=offer.terms,
            holder=holder,
            periods=[period for period in offer.service_periods if period.holder_id == holder.holder_id],
            grants={grant.grant_id: grant for grant in offer.grants if grant.holder_id == holder.holder_id},
            foreign=(),
            forms=[form for form in offer.forms if form.holder_id == holder.holder_id],
            waivers=waivers,
            accepted_at=datetime(2003, 4, 1, 14, tzinfo=UTC),
            terminated_at=None,
            at=datetime(2003, 4, 3, tzinfo=UTC),
        )
        for holder in offer.holders
    )
    return {review.form.form_id: review for review in chain.from_iterable(judged)}


def test_holdings_are_those_of_schedule_a(offer: Folder, holders: dict[str, Holder]) -> None:
    """The eight hold what Schedule A states, all the others the rest; the plan authorizes more than was granted."""
    held: Counter[str] = Counter()
    for grant in offer.grants:
        name = holders[grant.holder_id].name
        held[name if name in SCHEDULE_A else "the others"] += grant.remaining

    expected = {**SCHEDULE_A, "the others": 185_834}
    assert expected == held
    granted = sum(grant.shares for grant in offer.grants)
    totals = (1_592_376, 1_592_376 + 27_974, 2_400_000)
    assert totals == (held.total(), granted, offer.terms.plan.shares_authorized)


def test_terms_lead_to_the_dates_of_the_document(offer: Folder) -> None:
    """The folder's terms close on March 31, cancel on April 1 and grant on October 3, 2003."""
    dates = schedule_of(offer.terms)

    instants = ("2003-03-31T22:00:00Z", "2003-04-28T22:00:00Z")
    assert instants == (utc_text(offer.terms.expires), utc_text(offer.terms.withdrawal_right))
    assert date(2003, 4, 1) == dates.cancel_on
    assert date(2003, 10, 3) == dates.grant_on


def test_prices_lie_within_the_printed_ranges(offer: Folder) -> None:
    """An option is priced within its quarter's range of §8 where the document prints one, and well above $0.95."""
    strays = []
    for grant in offer.grants:
        _, high, low = next(quarter for quarter in QUARTERS if grant.granted_on <= quarter[0])
        printed = grant.granted_on >= date(2000, 10, 30)
        if grant.price < Decimal("1.40") or (printed and not Decimal(low) <= grant.price <= Decimal(high)):
            strays.append(grant.grant_id)

    assert not strays


def test_grants_surround_the_look_back_line(offer: Folder) -> None:
    """One grant is of the day before the look-back window, one of its first day; none of the sixty days of §11."""
    days = Counter(grant.granted_on for grant in offer.grants)

    expected = (1, 1, date(2002, 12, 10))
    assert expected == (days[date(2002, 8, 27)], days[date(2002, 8, 28)], max(days))


def test_terms_of_the_options_follow_the_plan(offer: Folder, holders: dict[str, Holder]) -> None:
    """Options run ten years, those of directors and a ten percent owner's ISOs five; ISOs are employees' only."""
    capacities = defaultdict(set)
    for period in offer.service_periods:
        capacities[period.holder_id].add(period.capacity)
    outside = {key for key, served in capacities.items() if Capacity.DIRECTOR in served}
    expected = {"Marshall Butler", "Richard Gormley", "Donald Grierson", "Frederic Heim"}
    assert expected == {holders[key].name for key in outside}

    wrong = []
    for grant in offer.grants:
        iso = grant.type is OptionType.ISO
        short = grant.holder_id in outside or (iso and holders[grant.holder_id].voting_percent > 10)
        years = 5 if short else 10
        if grant.expires_on != grant.granted_on.replace(year=grant.granted_on.year + years):
            wrong.append(grant.grant_id)
        if iso and Capacity.EMPLOYEE not in capacities[grant.holder_id]:
            wrong.append(grant.grant_id)

    assert not wrong


def test_every_trading_day_has_a_close(offer: Folder) -> None:
    """There is a close for each of the 161 NASDAQ trading days to October 10, 2003, the first the document's $0.95."""
    exchange = holidays.financial_holidays("NASDAQ")
    first, last = date(2003, 2, 24), date(2003, 10, 10)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))

    assert [day for day in days if day.weekday() < 5 and day not in exchange] == list(offer.prices)
    expected = (161, Decimal("0.95"), Decimal("1.27"))
    assert expected == (len(offer.prices), offer.prices[first].close, offer.prices[date(2003, 10, 3)].close)


def test_forms_show_every_standing_but_the_effective(reviews: dict[str, FormReview]) -> None:
    """Each of the forms that the README names as late, defective, replaced or withdrawn stands so, for that rule."""
    expected = {
        "F-001": ("late", "EXP-1"),
        "F-007": ("superseded", "CHG-1"),
        "F-008": ("defective", "TND-6"),
        "F-011": ("defective", "TND-4"),
        "F-012": ("superseded", "CHG-1"),
        "F-015": ("withdrawn", "WDR-1"),
        "F-017": ("withdrawn", "WDR-1"),
        "F-020": ("defective", "TND-5"),
        "F-022": ("defective", "CHG-1"),
        "F-023": ("defective", "TND-1"),
        "F-027": ("defective", "TND-6"),
        "F-042": ("defective", "TND-5"),
        "F-047": ("defective", "TND-5"),
        "F-050": ("late", "EXP-1"),
        "F-051": ("late", "EXP-1"),
        "F-052": ("late", "WDR-1"),
    }
    assert expected == {
        form_id: (each.standing.value, each.ruling.rule)
        for form_id, each in sorted(reviews.items())
        if each.standing.value != "effective"
    }


def test_most_holders_tender(offer: Folder, reviews: dict[str, FormReview]) -> None:
    """Of 46 holders of options 34 tender effectively, 1,265,323 shares; the look-back adds one grant, whole."""
    tenders = [tender for each in reviews.values() for tender in each.tenders]

    participation = (34, 46, 1_265_323)
    assert participation == (
        len({tender.holder_id for tender in tenders}),
        len({grant.holder_id for grant in offer.grants}),
        sum(tender.shares for tender in tenders),
    )
    added = [("G-113", 1_200)]
    assert added == [(tender.grant_id, tender.shares) for tender in tenders if tender.added]


def test_unusual_signatures_stand(reviews: dict[str, FormReview]) -> None:
    """The same-day, the attorney's, the waived, the decomposed and the 16:59:59 form stand; two bear a remark."""
    expected = {"F-013": ["CHG-1"], "F-033": [], "F-038": ["TND-7"], "F-048": [], "F-049": []}
    standing = {form_id: each for form_id, each in reviews.items() if each.standing.value == "effective"}
    assert expected == {form_id: [remark.rule for remark in standing[form_id].remarks] for form_id in expected}
    decomposed = "Zoe\N{COMBINING DIAERESIS} Zinc"
    assert decomposed == reviews["F-048"].form.signed_as


def test_service_ends_on_both_sides_of_cancellation_and_grant(offer: Folder, holders: dict[str, Holder]) -> None:
    """Holders leave before, on and after the cancellation date, the day before and on the grant date; two change."""
    periods = defaultdict(list)
    for period in offer.service_periods:
        periods[holders[period.holder_id].name].append((period.capacity.value, period.first_day, period.last_day))
    left = {name: own[-1][2] for name, own in periods.items() if own[-1][2]}

    expected = {
        "Ulric Unalloy": date(2003, 3, 28),
        "Vera Vise": date(2003, 4, 1),
        "Ivan Ironside": date(2003, 5, 16),
        "Wanda Watt": date(2003, 6, 13),
        "Xavier Xenon": date(2003, 10, 2),
        "Yolanda Yield": date(2003, 10, 3),
    }
    assert expected == left
    unbroken = [("employee", date(1998, 1, 26), date(2003, 7, 31)), ("consultant", date(2003, 8, 1), None)]
    assert unbroken == periods["Abel Anvil"]
    broken = [("employee", date(1999, 8, 16), date(2003, 6, 30)), ("consultant", date(2003, 7, 2), None)]
    assert broken == periods["Beatrix Brace"]
    hired_late = [("employee", date(2003, 3, 17), None)]
    assert hired_late == periods["Max Mandrel"]


def test_agreements_are_signed_for_options_that_no_limit_splits(offer: Folder) -> None:
    """The script signs for the new options of three NSO grants that are tendered, under the ids they will have."""
    types = {grant.grant_id: grant.type for grant in offer.grants}
    tendered = {f"{line.grant_id}-N": types[line.grant_id] for form in offer.forms for line in form.lines}
    expected = dict.fromkeys(("G-079-N", "G-123-N", "G-027-N"), OptionType.NSO)
    signed = [entry.action.grant for entry in offer.script if isinstance(entry.action, AgreementSigned)]
    assert expected == {grant_id: tendered[grant_id] for grant_id in signed}


def test_everything_made_up_is_marked(holders: dict[str, Holder]) -> None:
    """The README tells the eight real people and totals from the rest; every e-mail address is under alpha.example."""
    facts, made_up = (ALPHA / "README.md").read_text(encoding="utf-8").split("## What is made up")

    in_tables = {line.split(" | ")[0].removeprefix("| "): line for line in facts.splitlines()}
    for (holder_id, holder), (name, shares) in zip(holders.items(), SCHEDULE_A.items(), strict=False):
        assert name == holder.name
        assert f"{shares:,}" in in_tables[f"{holder_id} {name}"]
    assert f"Every person from {list(holders)[8]} to {list(holders)[-1]}" in made_up
    assert {"alpha.example"} == {holder.email.partition("@")[2] for holder in holders.values()}
