"""Vesting terms of OCF become the exact tranches that follow from them, or are named where none do."""

from datetime import date

import pytest

from infra.ocf.item import Item
from infra.ocf.vesting_terms import Come, NoTranches, tranches_of

START = {"id": "start", "quantity": "0", "trigger": {"type": "VESTING_START_DATE"}}
COME = Come(started={"start": date(2020, 1, 31)}, events={"sale": date(2021, 5, 1)})


def months(key, after, length, times, numerator, denominator, day="VESTING_START_DAY_OR_LAST_DAY_OF_MONTH"):
    """So much of the whole after each period of months."""
    period = {"type": "MONTHS", "length": length, "occurrences": times, "day_of_month": day}
    trigger = {"type": "VESTING_SCHEDULE_RELATIVE", "period": period, "relative_to_condition_id": after}
    return {"id": key, "portion": {"numerator": numerator, "denominator": denominator}, "trigger": trigger}


def terms(*conditions, allocation="CUMULATIVE_ROUND_DOWN"):
    """A chain of conditions, each followed by the next."""
    chain = [
        {**each, "next_condition_ids": [conditions[n + 1]["id"]] if n + 1 < len(conditions) else []}
        for n, each in enumerate(conditions)
    ]
    data = {"object_type": "VESTING_TERMS", "id": "t", "allocation_type": allocation, "vesting_conditions": chain}
    return Item(file="VestingTerms.ocf.json", line=1, data=data)


def told(found):
    return [(str(each.vests_on), each.shares) for each in found]


def test_four_years_with_a_cliff():
    """A quarter after twelve months, then a forty-eighth each month, on the day of the start or the month's last."""
    cliff = months("cliff", "start", 12, 1, "12", "48")
    found = told(tranches_of(terms(START, cliff, months("then", "cliff", 1, 36, "1", "48")), 4_800, COME))
    assert [("2021-01-31", 1_200), ("2021-02-28", 100), ("2021-03-31", 100)] == found[:3]
    assert (37, ("2024-01-31", 100)) == (len(found), found[-1])


@pytest.mark.parametrize(
    ("allocation", "shares"),
    [
        ("CUMULATIVE_ROUND_DOWN", [2, 3, 3, 3]),
        ("CUMULATIVE_ROUNDING", [3, 3, 2, 3]),
        ("FRONT_LOADED", [3, 3, 3, 2]),
        ("BACK_LOADED", [2, 3, 3, 3]),
        ("FRONT_LOADED_TO_SINGLE_TRANCHE", [5, 2, 2, 2]),
        ("BACK_LOADED_TO_SINGLE_TRANCHE", [2, 2, 2, 5]),
    ],
)
def test_fractions_go_where_the_terms_say(allocation, shares):
    """Eleven shares in four quarters."""
    yearly = months("yearly", "start", 12, 4, "1", "4")
    assert shares == [each.shares for each in tranches_of(terms(START, yearly, allocation=allocation), 11, COME)]


def test_a_date_an_event_that_has_come_and_what_remains():
    """A fixed day, then half of what is left, then the rest in numbers."""
    fixed = {"id": "day", "quantity": "40", "trigger": {"type": "VESTING_SCHEDULE_ABSOLUTE", "date": "2020-06-30"}}
    half = {"numerator": "1", "denominator": "2", "remainder": True}
    sale = {"id": "sale", "portion": half, "trigger": {"type": "VESTING_EVENT"}}
    rest = months("rest", "sale", 1, 1, "30", "100", day="31_OR_LAST_DAY_OF_MONTH")
    found = told(tranches_of(terms(fixed, sale, rest), 100, COME))
    assert [("2020-06-30", 40), ("2021-05-01", 30), ("2021-06-30", 30)] == found


def test_days_are_counted_as_days():
    """Ninety of them, twice."""
    each = months("days", "start", 90, 2, "1", "2")
    each["trigger"]["period"]["type"] = "DAYS"
    assert [("2020-04-30", 5), ("2020-07-29", 5)] == told(tranches_of(terms(START, each), 10, COME))


@pytest.mark.parametrize(
    ("conditions", "allocation", "why"),
    [
        ([{**START, "id": "other"}], "FRONT_LOADED", "condition other has not started"),
        (
            [{"id": "ipo", "quantity": "10", "trigger": {"type": "VESTING_EVENT"}}],
            "FRONT_LOADED",
            "condition ipo waits for an event",
        ),
        ([START, months("half", "start", 12, 1, "1", "2")], "FRONT_LOADED", "comes to 5.00 of 10 shares"),
        ([START, months("thirds", "start", 12, 3, "1", "3")], "FRACTIONAL", "allocates fractions of a share"),
        ([START, months("thirds", "start", 12, 3, "1", "3")], "OTHER", "allocates by OTHER, which is not known"),
        (
            [START, months("x", "elsewhere", 12, 1, "1", "1")],
            "FRONT_LOADED",
            "condition x counts from a condition that does not come before it",
        ),
        ([START, months("x", "start", 12, 1, "1", "0")], "FRONT_LOADED", "condition x has no portion and no quantity"),
        ([START, months("x", "start", 12, 0, "1", "1")], "FRONT_LOADED", "condition x has no length and number of"),
    ],
)
def test_terms_from_which_no_tranches_follow(conditions, allocation, why):
    """Each says what is missing."""
    with pytest.raises(NoTranches, match=why):
        tranches_of(terms(*conditions, allocation=allocation), 10, COME)


def test_terms_that_part_their_way():
    """What vests first of several is not for us to say."""
    parted = terms({**START}, months("a", "start", 12, 1, "1", "1"), months("b", "start", 24, 1, "1", "1"))
    parted.data["vesting_conditions"][0]["next_condition_ids"] = ["a", "b"]
    with pytest.raises(NoTranches, match="after condition start there are several"):
        tranches_of(parted, 10, COME)
