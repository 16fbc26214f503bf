"""offer.toml becomes the terms, with the defaults of the manual, or every fault by line and key."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from optex.errors import BadData
from optex.terms import Terms, Vesting, Waiting
from optex.terms_reader import parse_terms
from tests import builders

LEAST = """offer = "alpha-2003"
issuer = "Alpha"
commences = 2003-02-28
expires = 2003-03-31T17:00:00
[stock]
symbol = "ALPH"
exchange = "NASDAQ"
[plan]
name = "Plan"
shares_authorized = 2400000
[contact]
name = "Options"
email = "options@example.com"
"""


def _faults(text):
    with pytest.raises(BadData) as caught:
        parse_terms(text)
    return [str(fault) for fault in caught.value.faults]


def _places(text):
    with pytest.raises(BadData) as caught:
        parse_terms(text)
    return [(fault.line, fault.column) for fault in caught.value.faults]


def _with(line):
    """The least terms with a key more at the top."""
    return line + "\n" + LEAST


def test_the_least_terms_have_the_defaults_of_the_manual():
    """With the required keys alone everything else is as the manual says."""
    terms = parse_terms(LEAST)
    assert "EST" == terms.clock
    assert (time(9), time(9), time(8)) == (terms.open_at, terms.cancel_at, terms.extension_deadline)
    assert (time(9), time(17)) == (terms.recheck_at, terms.regrant_at)
    assert (10, 5, 1) == terms.reminders
    assert 5 == terms.confirm_within
    assert ("fax", "hand") == terms.channels
    assert "required" == terms.form_details
    assert (6, "include") == (terms.lookback.months, terms.lookback.omitted)
    assert Waiting(months=6, days=1, begins="after_cancellation") == terms.waiting
    assert 20 == terms.minimum_business_days
    assert ((), False, ()) == (terms.require_approval, terms.four_eyes, terms.excluded_jurisdictions)
    assert Vesting(first_months=12, every_months=12, tranches=3) == terms.plan.vesting
    years = terms.plan.term_years
    assert (10, 5, 10, 5) == (years.employee, years.director, years.consultant, years.ten_percent_owner)


def test_an_instant_without_an_offset_is_on_the_offers_clock():
    """5 p.m. on April 14 is 22:00Z by the fixed clock, 21:00Z on the wall, and what an offset says where it has one."""
    text = LEAST.replace("2003-03-31", "2003-04-14")
    wall = 'clock = "America/New_York"\n' + text
    assert datetime(2003, 4, 14, 22, tzinfo=UTC) == parse_terms(text).expires
    assert datetime(2003, 4, 14, 21, tzinfo=UTC) == parse_terms(wall).expires
    assert datetime(2003, 4, 14, 17, tzinfo=UTC) == parse_terms(wall.replace("T17:00:00", "T17:00:00Z")).expires


def test_the_withdrawal_right_is_the_stated_instant_or_the_first_day_after_the_fortieth():
    """Unset, it is 12:01 a.m. on Friday, April 25, 2003, February 28 being the first of the forty; else what is set."""
    assert datetime(2003, 4, 25, 5, 1, tzinfo=UTC) == parse_terms(LEAST).withdrawal_right
    stated = parse_terms(_with("withdrawable_after = 2003-05-05T12:00:00"))
    assert datetime(2003, 5, 5, 17, tzinfo=UTC) == stated.withdrawal_right


def test_an_extension_moves_the_expiration_and_nothing_else():
    """The look-back window and the withdrawal right stay where the first terms put them (EXT-2)."""
    first = parse_terms(LEAST)
    extended = first.extended(datetime(2003, 4, 14, 22, tzinfo=UTC))
    assert (date(2003, 3, 31), date(2003, 4, 14)) == (first.expires_on, extended.expires_on)
    assert (date(2002, 8, 28), first.withdrawal_right) == (extended.lookback_from, extended.withdrawal_right)


def test_a_closing_by_order_is_taken_into_the_calendar():
    """A dated closing takes a day away from the calendar it names."""
    closing = '[[calendar.closed]]\non = 2003-03-12\nreason = "executive order"\ncalendar = "{}"\n'
    day = date(2003, 3, 12)
    for which, expected in (("federal", (False, True)), ("exchange", (True, False)), ("both", (False, False))):
        calendar = parse_terms(LEAST + closing.format(which)).calendar
        assert expected == (calendar.is_business_day(day), calendar.is_trading_day(day))


def test_every_fault_is_told_at_once_by_line_and_key():
    """Three mistakes and a key left out are four faults, each where it stands."""
    text = LEAST.replace("2003-02-28", '"2003-02-28"').replace("2400000", "-1").replace('symbol = "ALPH"\n', "")
    assert [(3, "commences"), (5, "stock.symbol"), (9, "plan.shares_authorized")] == sorted(_places(text))
    assert (1, "colour") in _places(_with('colour = "blue"'))


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('clock = "PST"', "clock"),
        ('open_at = "9"', "open_at"),
        ("reminders = [10, 0]", "reminders.1"),
        ("reminders = [10, 10]", "reminders"),
        ('remind = "tendered"', "remind"),
        ("channels = []", "channels"),
        ("four_eyes = 4", "four_eyes"),
        ('require_approval = ["extend"]', "require_approval.0"),
        ("waiting = {months = 1200000}", "waiting.months"),
        ("waiting = {days = 99999999}", "waiting.days"),
        ("reminders = [100000000]", "reminders.0"),
        ('lookback = {months = 6, omitted = "ignore"}', "lookback.omitted"),
        ("confirm_within = 5.5", "confirm_within"),
        ("minimum_business_days = true", "minimum_business_days"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_its_key(line, key):
    """Each value that the manual does not allow is one fault, on its line."""
    assert [(1, key)] == _places(_with(line))


def test_text_that_is_no_toml_is_told_with_its_line():
    """A line that is no TOML is told by its number."""
    assert ["offer.toml:3: TOML: Invalid value"] == _faults('offer = "a"\nissuer = "b"\ncommences = tomorrow\n')


def test_an_offer_that_expires_before_it_opens_is_refused():
    """An expiration at the opening is refused, a minute later is not."""
    at_opening = LEAST.replace("2003-03-31T17:00:00", "2003-02-28T09:00:00")
    assert [(4, "expires")] == _places(at_opening)
    assert parse_terms(at_opening.replace("T09:00:00", "T09:01:00"))


def test_an_exchange_nobody_knows_is_refused():
    """The exchange must be one whose holidays are known."""
    assert [(7, "stock.exchange")] == _places(LEAST.replace("NASDAQ", "MOON"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '"alpha-2003"',
            '"alpha 2003"',
            "offer.toml:1: offer: 'alpha 2003' cannot be taken, expected an id of letters",
        ),
        (
            '"options@example.com"',
            '"a@b.example,c@d.example"',
            "offer.toml:13: contact.email: 'a@b.example,c@d.example' ",
        ),
    ],
)
def test_ids_and_addresses_are_those_of_the_csv_files(old, new, told):
    """What no CSV file may hold as an id or an e-mail address, the terms may not either, and it is told in words."""
    [fault] = _faults(LEAST.replace(old, new))
    assert fault.startswith(told)


def _exchange_vesting(*lines):
    return LEAST + "[exchange.vesting]\n" + "\n".join(lines) + "\n"


def test_new_vesting_is_carried_unless_the_terms_say_otherwise():
    """Without the table, and with its kind alone, the document's own."""
    assert parse_terms(LEAST).exchange == parse_terms(_exchange_vesting('kind = "carried"')).exchange


def test_a_key_of_another_kind_of_vesting_is_a_fault():
    """A restart has no months to add, and what is carried has no schedule: each fault by its line."""
    assert [(16, "exchange.vesting.months")] == _places(_exchange_vesting('kind = "restart"', "months = 12"))
    assert [(15, "exchange.vesting.tranches")] == _places(_exchange_vesting("tranches = 4"))
    assert ["exchange.vesting.vested", "exchange.vesting.earliest_months"] == [
        column for _, column in _places(_exchange_vesting('kind = "restart"', "earliest_months = 6", 'vested = "kept"'))
    ]


def test_a_restart_states_its_whole_schedule_or_none():
    """Half of one is a fault that names what is missing."""
    faults = _faults(_exchange_vesting('kind = "restart"', "first_months = 12"))
    assert ["exchange.vesting.every_months: missing", "exchange.vesting.tranches: missing"] == [
        fault.split(", expected")[0].split(": ", 1)[1] for fault in faults
    ]
    parse_terms(_exchange_vesting('kind = "restart"'))


def test_an_extension_says_by_how_many_months():
    """Without them there is nothing to add."""
    [fault] = _faults(_exchange_vesting('kind = "extended"'))
    assert "exchange.vesting.months: missing" in fault
    parse_terms(_exchange_vesting('kind = "extended"', "months = 12"))


@pytest.mark.parametrize("percent", ["0", "100", "-5", '"a quarter"', "true", "12.34567"])
def test_a_cliff_is_a_percentage_between_nothing_and_all(percent):
    """Neither nothing nor all of an option is a cliff."""
    assert [(11, "plan.vesting.first_percent")] == _places(
        LEAST.replace("[contact]", f"vesting.first_percent = {percent}\n[contact]")
    )


def test_a_cliff_needs_a_tranche_after_it():
    """One tranche is all of it."""
    one = LEAST + "[plan.vesting]\nfirst_percent = 25\ntranches = 1\n"
    assert [(15, "plan.vesting.first_percent")] == _places(one)


def test_terms_with_new_vesting_survive_the_record():
    """As they are kept, as JSON, they are read back the same, the percentage exact."""
    terms = parse_terms(
        _exchange_vesting(
            'kind = "restart"', "first_months = 6", "every_months = 1", "tranches = 43", "first_percent = 12.5"
        )
    )
    assert terms == Terms.model_validate_json(terms.model_dump_json(by_alias=True))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"eligible": {"capacities": ["officer"]}}, "eligible.capacities.0: 'officer' cannot be taken"),
        ({"eligible": {"capacities": []}}, "eligible.capacities: names none"),
        ({"eligible": {"minimum_price": -1}}, "eligible.minimum_price: -1 cannot be taken"),
        (
            {"eligible": {"granted_before": "2003-03-01"}},
            "eligible.granted_before: 2003-03-01 is after the commencement",
        ),
        ({"eligible": {"excluded_holders": ["H1", "H1"]}}, "eligible.excluded_holders: names a holder twice"),
        ({"exchange": {"units": "grant"}}, "exchange.units: 'grant' cannot be taken"),
        ({"lookback": {"from": "opening"}}, "lookback.from: 'opening' cannot be taken"),
        ({"lookback": {"since": "2003-03-01"}}, "lookback.since: the look-back would begin on 2003-03-01"),
        ({"lookback": {"from": "2003-04-01", "months": 1}}, "lookback.from: the look-back would begin on 2003-03-01"),
        ({"channels": ["Web"]}, "contact.page: missing, though forms may come on the web page"),
    ],
)
def test_what_nobody_could_be_eligible_by_is_a_fault(changes, fault):
    """Each by its key; none of them is taken and left without effect."""
    with pytest.raises(BadData) as refused:
        builders.terms(**changes)
    assert fault in str(refused.value)


def test_the_terms_of_eligibility_and_the_look_back_read_as_they_are_written():
    """From TOML and again from what is kept in the database; the day itself of each is allowed."""
    stated = builders.terms(
        eligible={"capacities": ["employee"], "minimum_price": 20, "granted_before": "2003-02-28"},
        exchange={"units": "all"},
        lookback={"from": "2003-01-31", "months": 2},
    )
    assert (date(2002, 11, 30), Decimal(20)) == (stated.lookback_from, stated.eligible.minimum_price)
    assert stated == Terms.model_validate_json(stated.model_dump_json(by_alias=True))
    assert date(2003, 2, 28) == builders.terms(lookback={"since": "2003-02-28"}).lookback_from
    assert builders.terms(lookback={"months": 0}).lookback_from is None


_TIER = "[[exchange.ratio]]\nprice_from = {}\nold = {}\nnew = {}\n"


def test_a_ratio_is_read_by_its_tiers_with_exact_prices():
    """A price is a whole number or exact cents; rounding is down and the award an option unless it says otherwise."""
    exchange = parse_terms(LEAST + _TIER.format("0", 3, 2) + _TIER.format("20.50", 5, 2)).exchange
    assert [("0", 3, 2), ("20.50", 5, 2)] == [(str(t.price_from), t.old, t.new) for t in exchange.ratio]
    assert ("down", "option", False) == (exchange.rounding, exchange.award, exchange.awards_units)


@pytest.mark.parametrize(
    ("tiers", "column", "problem"),
    [
        ([("20", 5, 2), ("10", 3, 1)], "exchange.ratio.1.price_from", "10 stands after 20"),
        ([("20", 5, 2), ("20", 3, 1)], "exchange.ratio.1.price_from", "20 is that of the tier before"),
        ([("20", 2, 5)], "exchange.ratio.0.new", "gives 5 new shares for 2"),
        ([("20", 0, 5)], "exchange.ratio.0.old", "0 cannot be taken"),
        ([("-1", 5, 2)], "exchange.ratio.0.price_from", "-1 cannot be taken"),
    ],
)
def test_a_ratio_out_of_order_or_beyond_one_for_one_is_a_fault(tiers, column, problem):
    """Tiers rise by price, each price once, and no more is promised than is cancelled."""
    [found] = _faults(LEAST + "".join(_TIER.format(*tier) for tier in tiers))
    assert f"{column}: {problem}" in found
