"""The ledgers and the calendar file: exact, the same bytes each time, and nothing that a spreadsheet would run."""

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from icalendar import Calendar

from infra.ledgers.csv_files import LEDGERS, cell_text, write_csv
from infra.ledgers.ics import plan_ics
from optex.milestones import schedule_of
from optex.records import FormStanding, OptionType
from tests import builders


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (0, "0"),
        (-5, "-5"),
        (True, "true"),
        (Decimal("0.95"), "0.95"),
        (Decimal("12.5"), "12.50"),
        (Decimal("12.5000"), "12.50"),
        (Decimal("12"), "12.00"),
        (Decimal("0.3333"), "0.3333"),
        (Decimal("1E+3"), "1000.00"),
        (Decimal("-1.50"), "-1.50"),
        (Decimal("12345678901234567890123456789.01"), "12345678901234567890123456789.01"),
        (date(2003, 3, 31), "2003-03-31"),
        (datetime(2003, 3, 31, 22, tzinfo=UTC), "2003-03-31T22:00:00Z"),
        (datetime(2003, 3, 31, 17, tzinfo=timezone(timedelta(hours=-5))), "2003-03-31T22:00:00Z"),
        (OptionType.ISO, "ISO"),
        (FormStanding.LATE, "late"),
        ("plain text", "plain text"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("'=1", "''=1"),
        ("'a'", "'a'"),
    ],
)
def test_a_cell_is_written_exactly_and_runs_in_no_spreadsheet(cell, text):
    """Money keeps its cents, instants are in UTC, and text that begins like a formula is quoted."""
    assert text == cell_text(cell)


@pytest.mark.parametrize("cell", [0.95, Decimal("NaN"), [1], b"x"])
def test_what_has_no_exact_text_is_refused(cell):
    """A float, or anything that is no value of a ledger, is an error of the program."""
    with pytest.raises(TypeError):
        cell_text(cell)


def test_a_ledger_is_these_bytes(tmp_path):
    """Header and rows, line feeds alone, quotes only where they are needed."""
    path = tmp_path / "out" / "x.csv"
    write_csv(path, ("name", "shares", "price"), [("Stone, Robert", 5, Decimal("0.95")), ('the "A" plan', None, None)])
    assert b'name,shares,price\n"Stone, Robert",5,0.95\n"the ""A"" plan",,\n' == path.read_bytes()
    assert ["x.csv"] == [found.name for found in path.parent.iterdir()]


def test_an_empty_ledger_has_its_header(tmp_path):
    """The header row is written always."""
    write_csv(tmp_path / "vesting.csv", LEDGERS["vesting.csv"], [])
    assert b"grant_id,vests_on,shares\n" == (tmp_path / "vesting.csv").read_bytes()


def test_text_of_several_lines_is_read_back_as_one_cell(tmp_path):
    """Line breaks of every kind, commas and quotes survive a reader of RFC 4180."""
    texts = ["one\ntwo", "one\r\ntwo", "one\rtwo", 'a, "b"', "Zoë – §5"]
    write_csv(tmp_path / "x.csv", ("text", "n"), [(text, n) for n, text in enumerate(texts)])
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file, strict=True))[1:]
    expected = ["one\ntwo", "one\ntwo", "one\ntwo", 'a, "b"', "Zoë – §5"]
    assert [[text, str(n)] for n, text in enumerate(expected)] == found


def test_a_ledger_that_fails_half_way_leaves_the_old_one(tmp_path):
    """A ledger is replaced whole or not at all, and nothing unfinished is left behind."""
    path = tmp_path / "x.csv"
    write_csv(path, ("n",), [(1,)])
    with pytest.raises(TypeError):
        write_csv(path, ("n",), [(2,), (0.5,)])
    assert b"n\n1\n" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


TERMS = builders.terms()


def test_the_calendar_file_has_one_event_per_milestone():
    """Each milestone is an event at its instant in UTC, under an id that an extension does not change."""
    events = Calendar.from_ical(plan_ics(TERMS, schedule_of(TERMS))).walk("VEVENT")
    expected = {
        f"{milestone.name}.alpha-2003@optex.invalid": milestone.due for milestone in schedule_of(TERMS).milestones
    }
    assert expected == {str(event["uid"]): event.decoded("dtstart") for event in events}
    later = TERMS.extended(datetime(2003, 4, 14, 22, tzinfo=UTC))
    moved = Calendar.from_ical(plan_ics(later, schedule_of(later))).walk("VEVENT")
    assert set(expected) == {str(event["uid"]) for event in moved}


def test_the_calendar_file_is_the_same_bytes_each_time():
    """Nothing in the file depends on when it is made: the stamp is the commencement."""
    first = plan_ics(TERMS, schedule_of(TERMS))
    assert first == plan_ics(TERMS, schedule_of(TERMS))
    assert b"DTSTAMP:20030228T140000Z" in first
    assert b"DTSTART:20031003T220000Z" in first
    assert b"SUMMARY:alpha-2003: The new options are granted" in first
