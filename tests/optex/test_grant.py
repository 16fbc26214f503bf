"""Promise, price and schedule become new options."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from optex.adjustment import Deferred, Split
from optex.cancellation import cancel
from optex.grant import new_options
from optex.records import Capacity, IssuedOption, OptionType, Tranche
from tests import builders

TERMS = builders.terms()
THIRDS = TERMS.plan.vesting
CANCELLED_ON, GRANTED_ON = date(2003, 4, 1), date(2003, 10, 3)


def holder(voting_percent="0"):
    return builders.holder(voting_percent=voting_percent)


def grant(grant_id="G1", shares=30_000, price="6.00", granted_on=date(2001, 12, 15), type=OptionType.ISO, exercised=0):
    return builders.grant(grant_id, shares=shares, price=price, granted_on=granted_on, type=type, exercised=exercised)


def regrant(*grants, tendered=None, **others):
    """The new options for the grants, cancelled whole on April 1, 2003, or as far as `tendered` says."""
    tendered = {each.grant_id: each.remaining for each in grants} if tendered is None else tendered
    given_grants = {each.grant_id: each for each in grants}
    facts = {
        "terms": TERMS,
        "holder": holder(),
        "capacity": Capacity.EMPLOYEE,
        "granted_on": GRANTED_ON,
        "close": Decimal("2.00"),
        "cancellations": [
            cancel(n, given_grants[grant_id], THIRDS, CANCELLED_ON) for grant_id, n in tendered.items() if n
        ],
        "grants": given_grants,
    }
    return new_options(**(facts | others))


def shares(options):
    return {option.grant_id: option.shares for option in options}


def rows(option):
    return [(tranche.vests_on, tranche.shares) for tranche in option.vesting]


def test_nso_becomes_one_new_option():
    """The whole record: named after the old grant, vested as it would have been, at the day's close, for ten years."""
    old = grant(shares=1_000, granted_on=date(2002, 5, 15), type=OptionType.NSO)
    expected = IssuedOption(
        grant_id="G1-N",
        holder_id="H1",
        from_grant_id="G1",
        granted_on=GRANTED_ON,
        shares=1_000,
        price=Decimal("2.00"),
        type=OptionType.NSO,
        expires_on=date(2013, 10, 3),
        vesting=(
            Tranche(vests_on=date(2003, 10, 3), shares=333),
            Tranche(vests_on=date(2004, 5, 15), shares=333),
            Tranche(vests_on=date(2005, 5, 15), shares=334),
        ),
    )
    assert [expected] == regrant(old)


def test_200_000_fully_vested_at_two_dollars():
    """Of 200,000 vested ISO shares $100,000 worth, 50,000, is an ISO in the grant year and 150,000 an NSO."""
    old = grant(shares=200_000, granted_on=date(1999, 3, 1), price="1.00")
    iso, nso = regrant(old)
    expected = ("G1-N-ISO", OptionType.ISO, [(GRANTED_ON, 50_000)])
    assert expected == (iso.grant_id, iso.type, rows(iso))
    expected = ("G1-N-NSO", OptionType.NSO, [(GRANTED_ON, 150_000)])
    assert expected == (nso.grant_id, nso.type, rows(nso))


def test_iso_within_the_limit_is_one_option():
    """An ISO that qualifies whole stays one option, without ISO or NSO in its id."""
    (option,) = regrant(grant(shares=50_000, granted_on=date(1999, 3, 1), price="1.00"))
    expected = ("G1-N", OptionType.ISO, 50_000)
    assert expected == (option.grant_id, option.type, option.shares)


def test_tranche_cancelled_in_the_year_it_would_vest_still_uses_that_year():
    """The old tranche of December 2003, cancelled in April 2003, leaves 2003 only $40,000: 10,000 shares at $4.00."""
    iso, nso = regrant(grant(), close=Decimal("4.00"))
    assert [(GRANTED_ON, 10_000), (date(2004, 12, 15), 10_000)] == rows(iso)
    assert [(date(2003, 12, 15), 10_000)] == rows(nso)


def test_kept_iso_goes_before_the_new_ones():
    """An untendered ISO worth $60,000 a year leaves the new options $40,000 of each year; a kept NSO takes nothing."""
    kept = grant("K1")
    swapped = grant("G1", shares=25_000, price="1.00", granted_on=date(1999, 3, 1))
    expected = {"G1-N-ISO": 20_000, "G1-N-NSO": 5_000}
    assert expected == shares(regrant(kept, swapped, tendered={"G1": 25_000}))
    not_iso = grant("K1", type=OptionType.NSO)
    expected = {"G1-N": 25_000}
    assert expected == shares(regrant(not_iso, swapped, tendered={"G1": 25_000}))


def test_new_options_share_the_limit_in_order_of_the_old_grants():
    """The new option for the oldest grant has the limit first; same days go by grant id."""
    old = [
        grant("G3", shares=40_000, granted_on=date(1999, 3, 1), price="1.00"),
        grant("G2", shares=40_000, granted_on=date(1999, 3, 2), price="1.00"),
        grant("G1", shares=40_000, granted_on=date(1999, 3, 2), price="1.00"),
    ]
    expected = [("G3-N", 40_000), ("G1-N-ISO", 10_000), ("G1-N-NSO", 30_000), ("G2-N", 40_000)]
    options = regrant(*old)
    assert expected == list(shares(options).items())
    assert OptionType.NSO is options[-1].type


@pytest.mark.parametrize(
    ("capacity", "type", "expires_on"),
    [
        (Capacity.EMPLOYEE, OptionType.ISO, date(2013, 10, 3)),
        (Capacity.DIRECTOR, OptionType.NSO, date(2008, 10, 3)),
        (Capacity.CONSULTANT, OptionType.NSO, date(2013, 10, 3)),
    ],
)
def test_capacity_on_the_grant_date(capacity, type, expires_on):
    """Only employees get ISOs; others get an NSO for their ISO. Non-employee directors have five years, others ten."""
    (option,) = regrant(grant(shares=1_000, price="2.00"), capacity=capacity)
    assert ("G1-N", type, expires_on) == (option.grant_id, option.type, option.expires_on)


@pytest.mark.parametrize(
    ("ceases_on", "expires_on"),
    [
        (None, date(2008, 10, 3)),
        (date(2003, 12, 31), date(2004, 3, 30)),
        (date(2008, 7, 4), date(2008, 10, 2)),
        (date(2008, 7, 5), date(2008, 10, 3)),
        (date(2008, 7, 6), date(2008, 10, 3)),
    ],
)
def test_a_directors_option_ends_ninety_days_after_the_directorship(ceases_on, expires_on):
    """Five years, or 90 days after the last day as a director where that day is known and comes earlier (GRT-4)."""
    (option,) = regrant(grant(shares=1_000), capacity=Capacity.DIRECTOR, ceases_on=ceases_on)
    assert expires_on == option.expires_on


def test_the_ninety_days_are_of_directors_only():
    """An employee and a consultant who are known to leave keep their ten years: the plan decides what follows."""
    for capacity in (Capacity.EMPLOYEE, Capacity.CONSULTANT):
        (option,) = regrant(grant(shares=1_000), capacity=capacity, ceases_on=date(2003, 12, 31))
        assert date(2013, 10, 3) == option.expires_on


def test_ten_percent_owner():
    """Only the ISO part costs 110% and runs five years, and the limit counts it at the close: 105,263 × $0.95."""
    old = grant(shares=200_000, granted_on=date(1999, 3, 1), price="0.10")
    iso, nso = regrant(old, holder=holder("10.01"), close=Decimal("0.95"))
    assert (105_263, Decimal("1.05"), date(2008, 10, 3)) == (iso.shares, iso.price, iso.expires_on)
    assert (94_737, Decimal("0.95"), date(2013, 10, 3)) == (nso.shares, nso.price, nso.expires_on)


def test_what_an_owner_kept_counts_at_its_value_and_so_does_what_is_new():
    """10,000 kept at $5.50, worth $5.00, take $50,000 of 2003; the new cost $1.10 and count at the close of $1.00."""
    kept = builders.grant(
        "G1",
        shares=10_000,
        price="5.50",
        fmv=Decimal("5.00"),
        granted_on=date(2002, 5, 1),
        vesting=(Tranche(vests_on=date(2003, 5, 1), shares=10_000),),
    )
    old = grant("G2", shares=60_000, price="1.10", granted_on=date(1999, 3, 1))
    iso, nso = regrant(kept, old, tendered={"G2": 60_000}, holder=holder("12.5"), close=Decimal("1.00"))
    assert (50_000, Decimal("1.10")) == (iso.shares, iso.price)
    assert (10_000, Decimal("1.00")) == (nso.shares, nso.price)


@pytest.mark.parametrize(
    ("adopted", "type"),
    [(date(1993, 10, 3), OptionType.ISO), (date(1993, 10, 2), OptionType.NSO), (None, OptionType.ISO)],
)
def test_no_iso_is_granted_more_than_ten_years_after_the_plan_was_adopted(adopted, type):
    """Granted on October 3, 2003: the last day of the ten years of a plan of October 3, 1993, one too late a day older.

    A deferred ISO is an NSO then as well.
    """
    deferred = Deferred(
        deferred_id="D1", holder_id="H1", shares=100, type=OptionType.ISO, decided_at=datetime(2003, 5, 6, tzinfo=UTC)
    )
    plan = TERMS.plan.model_copy(update={"adopted": adopted})
    options = regrant(grant(shares=1_000), terms=TERMS.model_copy(update={"plan": plan}), deferred=[deferred])
    assert [("G1-N", 1_000, type), ("D1-N", 100, type)] == [(each.grant_id, each.shares, each.type) for each in options]


def test_the_reason_of_an_nso_of_an_old_plan_is_its_age():
    """Not the limit, which does not come into it; that a consultant is no employee goes before."""
    plan = TERMS.plan.model_copy(update={"adopted": date(1993, 10, 2)})
    old = {"terms": TERMS.model_copy(update={"plan": plan})}
    [why] = [why for rule, why in reasons(regrant(grant(), **old))["G1-N"] if rule == "ISO-1"]
    assert (
        "An NSO in place of an ISO: the plan was adopted on October 2, 1993, and an ISO can be granted under it "
        "through October 2, 2003, ten years later (IRC 422(b)(2))."
    ) == why
    other = reasons(regrant(grant(), capacity=Capacity.CONSULTANT, **old))["G1-N"]
    assert any("only an employee" in why for _, why in other)


def test_ten_percent_is_not_more_than_ten_percent():
    """An owner of exactly 10% pays the close and has ten years."""
    (option,) = regrant(grant(shares=1_000), holder=holder("10"))
    assert (Decimal("2.00"), date(2013, 10, 3)) == (option.price, option.expires_on)


def test_term_from_a_leap_day_is_not_longer_than_its_years():
    """Granted on February 29, 2008, an option of ten years ends on February 28, 2018."""
    (option,) = regrant(grant(shares=1_000, type=OptionType.NSO), granted_on=date(2008, 2, 29))
    assert date(2018, 2, 28) == option.expires_on


def test_split_scales_the_tranches_before_they_are_credited():
    """3-for-2: 333, 333, 334 become 499, 500, 501, of which two are vested by October 3, 2003."""
    old = grant(shares=1_000, granted_on=date(2001, 5, 15), type=OptionType.NSO)
    (option,) = regrant(old, splits=[Split(on=date(2003, 6, 2), new=3, old=2)])
    assert [(GRANTED_ON, 999), (date(2004, 5, 15), 501)] == rows(option)


def test_reverse_split_to_nothing_grants_nothing():
    """Nine shares in a reverse split of 1 for 10 are no option at all."""
    splits = [Split(on=date(2003, 6, 2), new=1, old=10)]
    expected = {"G2-N": 1}
    assert expected == shares(regrant(grant("G1", shares=9), grant("G2", shares=19), splits=splits))


def test_partial_tender_grants_what_was_cancelled():
    """Only the cancelled shares come back; the balancing ones go on under the old option."""
    expected = {"G1-N": 12_000}
    assert expected == shares(regrant(grant(shares=30_000, price="1.00"), tendered={"G1": 12_000}))


def test_deferred_grant_comes_last_and_vests_by_the_plan():
    """A deferred grant gets no credit: its thirds count from the new grant date, and it takes the limit last."""
    deferred = Deferred(
        deferred_id="D1",
        holder_id="H1",
        shares=60_000,
        type=OptionType.ISO,
        decided_at=datetime(2003, 5, 6, 15, tzinfo=UTC),
    )
    # The new option's thirds of 40,000 shares leave $20,000 of 2004 and 2005 each: 10,000 shares.
    old = grant(shares=120_000, price="0.01", granted_on=date(2002, 12, 15))
    new, iso, nso = regrant(old, deferred=[deferred])
    expected = ["G1-N", "D1-N-ISO", "D1-N-NSO"]
    assert expected == [new.grant_id, iso.grant_id, nso.grant_id]
    assert ("", date(2013, 10, 3)) == (iso.from_grant_id, iso.expires_on)
    assert [(date(2004, 10, 3), 10_000), (date(2005, 10, 3), 10_000), (date(2006, 10, 3), 20_000)] == rows(iso)
    assert [(date(2004, 10, 3), 10_000), (date(2005, 10, 3), 10_000)] == rows(nso)


def test_deferred_grants_in_order_of_their_decision():
    """Of two deferred grants the one decided first has the limit first, whatever its id."""
    deferred = [
        Deferred(
            deferred_id=deferred_id,
            holder_id="H1",
            shares=150_000,
            type=OptionType.ISO,
            decided_at=datetime(2003, 5, day, 15, tzinfo=UTC),
        )
        for deferred_id, day in (("D1", 7), ("D2", 6))
    ]
    options = regrant(deferred=deferred)
    expected = [("D2-N", OptionType.ISO), ("D1-N", OptionType.NSO)]
    assert expected == [(each.grant_id, each.type) for each in options]


@pytest.mark.parametrize(("hour", "expected"), [(4, 2_000), (5, 1_000)])
def test_deferred_grant_is_scaled_by_splits_after_its_local_day(hour, expected):
    """Decided at 11 p.m. of June 1 a grant is doubled by the split of June 2; decided at midnight it is of June 2."""
    decided_at = datetime(2003, 6, 2, hour, tzinfo=UTC)
    deferred = Deferred(deferred_id="D1", holder_id="H1", shares=1_000, type=OptionType.NSO, decided_at=decided_at)
    (option,) = regrant(deferred=[deferred], splits=[Split(on=date(2003, 6, 2), new=2, old=1)])
    assert expected == option.shares


def test_nothing_cancelled_nothing_granted():
    """Whoever had nothing cancelled gets nothing."""
    expected = []
    assert expected == regrant(grant(), tendered={})


def reasons(options):
    return {option.grant_id: [(each.rule, each.reason) for each in option.reasons] for option in options}


def test_an_option_comes_with_the_reasons_of_its_price_term_and_schedule():
    """In words that stand by themselves, whichever option they are kept with."""
    old = grant(shares=1_000, granted_on=date(2002, 5, 15), type=OptionType.NSO)
    assert {
        "G1-N": [
            ("GRT-3", "The price of $2.00 is the closing price of October 3, 2003, the grant date."),
            ("GRT-4", "The term is ten years, until October 3, 2013: the holder is an employee."),
            (
                "VST-1",
                "Vesting as the old schedule would have run: 333 at grant, 333 on May 15, 2004 and 334 on May 15, "
                "2005.",
            ),
        ]
    } == reasons(regrant(old))


def test_the_reason_of_an_nso_in_place_of_an_iso_is_the_room_that_those_before_it_left():
    """In 2003 the old ISOs count for $20,100; the first new one takes the rest, and the second has room in 2004."""
    first = grant("G1", shares=60_000, price="1.00", granted_on=date(2000, 1, 3))
    second = grant("G2", shares=300, price="1.00", granted_on=date(2001, 12, 15))
    given = reasons(regrant(first, second))
    limits = {grant_id: [why for rule, why in each if rule == "ISO-1"] for grant_id, each in given.items()}
    room = (
        "Limit of 2003: of $100,000, the ISOs before it that first become exercisable in that year, those cancelled in "
    )
    assert (
        [
            "Of the 60,000 shares in place of the ISO G1 39,950 remain an ISO; 20,050 are an NSO, for they first "
            "become exercisable in 2003 beyond the limit of $100,000 a year.",
            f"{room}it included, leave $79,900.00, room for 39,950 shares at $2.00, the value at grant.",
        ]
        == limits["G1-N-ISO"]
        == limits["G1-N-NSO"]
    )
    assert f"{room}it included, leave $0.00, no room for a share." == limits["G2-N-NSO"][1]


def test_a_consultants_nso_says_that_only_employees_are_granted_isos():
    """The limit does not come into it."""
    [why] = [why for rule, why in reasons(regrant(grant(), capacity=Capacity.CONSULTANT))["G1-N"] if rule == "ISO-1"]
    assert (
        "An NSO in place of an ISO: only an employee on the grant date can be granted an ISO, and the holder was then "
        "serving as a consultant."
    ) == why
