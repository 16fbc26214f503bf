"""The ledgers as a workbook: dates and numbers as such, text that runs nowhere, the same bytes each time."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from infra.ledgers.csv_files import LEDGERS
from infra.ledgers.workbook import write_ledgers
from optex.errors import OptexError
from optex.records import OptionType
from tests.workbooks import part_of

AT = datetime(2003, 3, 31, 22, tzinfo=UTC)
OPTION = ("G1-N", "H1", "G1", date(2003, 10, 3), 900, Decimal("0.95"), OptionType.ISO, date(2013, 10, 3))


def written(path, **rows):
    """Write a workbook of these ledgers, all others without a row."""
    named = {f"{name}.csv": each for name, each in rows.items()}
    return write_ledgers(path, {file: named.get(file, []) for file in LEDGERS})


def sheet_of(path, name):
    return list(CalamineWorkbook.from_path(path).get_sheet_by_name(name).iter_rows())


def test_every_ledger_is_a_sheet_under_its_columns(tmp_path):
    """Also those without a row, the names of the columns frozen."""
    path = tmp_path / "out" / "ledgers.xlsx"
    assert {**dict.fromkeys(LEDGERS, 0), "new_options.csv": 1} == written(path, new_options=[OPTION])
    book = CalamineWorkbook.from_path(path)
    assert [name.removesuffix(".csv") for name in LEDGERS] == book.sheet_names
    assert [list(each) for each in LEDGERS.values()] == [sheet_of(path, name)[0] for name in book.sheet_names]
    for number in range(1, len(LEDGERS) + 1):
        assert b'<pane ySplit="1" topLeftCell="A2" ' in part_of(path, f"xl/worksheets/sheet{number}.xml")


def test_dates_are_dates_and_numbers_numbers(tmp_path):
    """Shares can be summed, days counted; an instant is in UTC and shown so; what is absent is a blank cell."""
    path = tmp_path / "ledgers.xlsx"
    written(path, new_options=[OPTION], milestones=[("close", AT, None, "done")])
    assert ["G1-N", "H1", "G1", date(2003, 10, 3), 900.0, 0.95, "ISO", date(2013, 10, 3)] == (
        sheet_of(path, "new_options")[1]
    )
    assert ["close", datetime(2003, 3, 31, 22), "", "done"] == sheet_of(path, "milestones")[1]  # noqa: DTZ001
    styles = part_of(path, "xl/styles.xml")
    for shown in (b"yyyy-mm-dd&quot;T&quot;hh:mm:ss&quot;Z&quot;", b'"yyyy-mm-dd"', b'"0.00##"'):
        assert shown in styles


@pytest.mark.parametrize("text", ["=1+1", "+1", "-5", "@SUM(A1)", "\t=1", "＝1", "http://example.com", "0042", "1e5"])
def test_text_stays_text_and_nothing_runs(tmp_path, text):
    """No formula, no link, no number is made of it, and no quote is put before it."""
    path = tmp_path / "ledgers.xlsx"
    written(path, pool=[(date(2003, 4, 1), text, 1, 2)])
    assert text == sheet_of(path, "pool")[1][1]
    with ZipFile(path) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist())
    assert b"<f>" not in parts
    assert b"hyperlink" not in parts


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_is_text(tmp_path):
    """So that no digit of it is lost."""
    path = tmp_path / "ledgers.xlsx"
    long, most = Decimal("12345678901234.56"), Decimal("1234567890123.45")
    written(path, new_options=[(*OPTION[:4], 10**16, long, *OPTION[6:]), (*OPTION[:4], 10**14, most, *OPTION[6:])])
    first, second = sheet_of(path, "new_options")[1:]
    assert ["10000000000000000", "12345678901234.56"] == first[4:6]
    assert [1e14, 1234567890123.45] == second[4:6]


def test_the_same_ledgers_are_the_same_bytes(tmp_path):
    """Nothing in the workbook depends on when it is made, and nothing else is left beside it."""
    files = [tmp_path / name / "ledgers.xlsx" for name in ("a", "b")]
    for path in files:
        written(path, milestones=[("close", AT, AT, "done")])
    assert files[0].read_bytes() == files[1].read_bytes()
    assert [files[0]] == list(files[0].parent.iterdir())
    made = part_of(files[0], "docProps/core.xml")
    assert b"1980-01-01T00:00:00Z" in made


def test_what_no_cell_holds_is_refused_and_the_old_workbook_stays(tmp_path):
    """A text is not cut off: the CSV files hold it whole."""
    path = tmp_path / "ledgers.xlsx"
    written(path, pool=[(date(2003, 4, 1), "x" * 32_767, 1, 2)])
    before = path.read_bytes()
    with pytest.raises(OptexError, match="row 3 of pool has a text of more than 32,767 characters"):
        written(path, pool=[(date(2003, 4, 1), "", 1, 2), (date(2003, 4, 1), "x" * 32_768, 1, 2)])
    assert before == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.slow  # it writes a million rows
def test_more_rows_than_a_sheet_holds_are_refused(tmp_path):
    """And not left out."""
    rows = [("G1-N", date(2003, 10, 3), 1)] * 1_048_576
    with pytest.raises(OptexError, match="vesting has more rows than a sheet of a workbook"):
        written(tmp_path / "ledgers.xlsx", vesting=rows)
    assert [] == list(tmp_path.iterdir())
