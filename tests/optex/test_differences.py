"""In what files and record differ, row by row, and the correction that each row asks for (REC-3)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optex import cells
from optex.actions import read_action
from optex.calendar import EST
from optex.differences import Facts, differences
from optex.market import Quote
from optex.records import Form, FormKind, FormLine, Tranche
from optex.terms import Closing
from tests import builders
from tests.offers import local

FORM = Form(
    form_id="F1",
    holder_id="H1",
    kind=FormKind.ELECTION,
    received_at=local("2003-03-10T10:00:00"),
    signed_on=date(2003, 3, 10),
    signed_as="Ann Lee",
    channel="fax",
    lines=(FormLine(grant_id="G1", shares=900, price=Decimal("4.25")),),
)
RECORD = Facts(
    holders=[builders.holder()],
    service_periods=[builders.period()],
    grants=[builders.grant()],
    forms=[FORM],
    prices={date(2003, 10, 3): Quote(close=Decimal("1.05"))},
    closed=[],
)


def found(told_later=frozenset(), **files):
    return differences(RECORD, replace(RECORD, **files), told_later)


def said(**files):
    return [line for each in found(**files) for line in each.said()]


def test_what_is_the_same_however_it_is_written_is_no_difference():
    """12.50 is 12.5, the options of a form are in no order, and what was missed is no matter of the files."""
    again = replace(FORM, missed=True, lines=(FormLine(grant_id="G1", shares=900, price=Decimal("4.250")),))
    grant = builders.grant(price="4.2500")
    assert [] == found(forms=[again], grants=[grant], holders=[builders.holder(voting_percent="0.00")])


def test_what_has_not_arrived_is_no_difference():
    """A form or a closing price that only the file has is still to be received; what only the record has was."""
    assert [] == found(
        forms=[FORM, replace(FORM, form_id="F2")], prices={**RECORD.prices, date(2003, 10, 6): Quote(close=Decimal(1))}
    )
    assert [] == found(forms=[], prices={})


def test_each_column_that_differs_is_said_with_its_cell_on_record_and_in_the_file():
    """A blank cell is said to be blank; the row of a grant names all that differs."""
    assert [
        "holders.csv:1: H1: e-mail: ann.lee@alpha.example → blank",
        "service.csv:1: H1 employee 1999-01-04: last day: blank → 2003-06-30",
        "grants.csv:1: G1: exercise price: 4.25 → 12.50",
        "grants.csv:1: G1: vesting: blank → 2001-01-04:400;2002-01-04:600",
        "elections.csv:1: F1: options: G1:900:::4.25 → G1:100",
        "prices.csv:1: 2003-10-03: closing price: 1.05 → 1.06",
    ] == said(
        holders=[builders.holder(email="")],
        service_periods=[builders.period(last_day=date(2003, 6, 30))],
        grants=[
            builders.grant(
                price="12.5",
                vesting=(
                    Tranche(vests_on=date(2001, 1, 4), shares=400),
                    Tranche(vests_on=date(2002, 1, 4), shares=600),
                ),
            )
        ],
        forms=[replace(FORM, lines=(FormLine(grant_id="G1", shares=100),))],
        prices={date(2003, 10, 3): Quote(close=Decimal("1.06"))},
    )


def test_a_row_that_only_the_file_has_is_added_and_one_it_lacks_is_named_and_never_deleted():
    """A new holder, spell and grant; the grant that is gone from the file asks for no correction."""
    new = found(
        holders=[*RECORD.holders, builders.holder("H2", "Bo Ray")],
        service_periods=[*RECORD.service_periods, replace(builders.period(), holder_id="H2")],
        grants=[],
    )
    assert [("correct-holder", True), ("service-set", True), ("", False)] == [
        (each.verb, each.taken_over) for each in new
    ]
    assert ["grants.csv: G1: on record, and not in the file: nothing is deleted"] == new[2].said()
    assert new[0].said()[0].startswith("holders.csv:1: H2: not on record: name Bo Ray, e-mail ann.lee@alpha.example")


def test_a_closing_is_told_apart_by_its_day_and_calendar():
    """What only offer.toml has is to be recorded; what only the record has stays."""
    closing = Closing(on=date(2003, 4, 1), reason="Mourning", calendar="both")
    [new] = found(closed=[closing])
    assert ("offer.toml", ("2003-04-01",), "correct-calendar") == (new.file, new.key, new.verb)
    [gone] = differences(replace(RECORD, closed=[closing]), RECORD, frozenset())
    assert ["offer.toml: 2003-04-01: on record, and not in the file: nothing is deleted"] == gone.said()


def test_what_was_told_later_than_the_file_is_said_and_not_taken_over():
    """The record is the newer of the two: its row stays unless somebody asks for it."""
    [newer] = found(frozenset({("holders.csv", "H1")}), holders=[builders.holder(name="Anne Lee")])
    assert ["holders.csv:1: H1: name: Ann Lee → Anne Lee (told later than the file)"] == newer.said()
    assert not newer.taken_over


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("holders", builders.holder(name="Anne Lee", email="", jurisdiction="", voting_percent="12.5")),
        ("service_periods", builders.period(last_day=date(2003, 6, 30))),
        ("grants", builders.grant(shares=900, exercised=1, price="0.3333", expires_on=date(2011, 1, 4))),
        ("forms", replace(FORM, signed_on=None, signed_as="", title="guardian", authority="court order")),
        ("forms", replace(FORM, kind=FormKind.WITHDRAWAL, lines=(), channel="hand")),
    ],
)
def test_its_correction_makes_the_record_what_the_file_states(field, row):
    """The options of the correction are read like those of any command, and make of the record the row of the file."""
    [each] = found(**{field: [row]})
    action = read_action(each.verb, {**each.options, "at": local("2003-03-20T10:00:00"), "by": "R", "reason": "x"}, EST)
    assert row == action.corrected(next(iter(getattr(RECORD, field))))


@given(
    st.lists(
        st.builds(
            FormLine,
            grant_id=st.sampled_from(["G1", "G-2", "G.3"]),
            shares=st.integers(0, 10**15 - 1),
            original_shares=st.none() | st.integers(0, 10**9),
            granted_on=st.none() | st.dates(date(1900, 1, 1)),
            price=st.none() | st.integers(0, 10**9).map(lambda n: Decimal(n) / 10_000),
            exercised=st.none() | st.integers(0, 10**9),
        ),
        unique_by=lambda line: line.grant_id,
    )
)
def test_the_options_of_a_form_are_read_as_they_are_written(lines):
    """Whatever a form restates of its options, or leaves out."""
    written = cells.lines(lines)
    assert sorted(lines, key=lambda line: line.grant_id) == [cells.read_line(each) for each in written.split()]
