"""Workbooks in an offer's folder: read as the CSV files would be, every fault by its cell, and nothing guessed."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from xlsxwriter import Workbook

from infra.folder.new_workbook import write_offer_workbook
from infra.folder.reader import digest_of, init_folder, read_folder, read_forms, read_prices, read_service
from optex.errors import BadData
from optex.market import Quote
from tests.infra.conftest import ELECTIONS, GRANTS, HOLDERS, PRICES, SERVICE
from tests.workbooks import part_of, put_part, rows_of, with_part, workbook

TEXTS = {"holders": HOLDERS, "service": SERVICE, "grants": GRANTS, "elections": ELECTIONS, "prices": PRICES}
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def sheets(folder):
    """The good folder with its rows in offer.xlsx alone."""
    for name in TEXTS:
        (folder / f"{name}.csv").unlink()
    write_offer_workbook(folder / "offer.xlsx", TEXTS)
    return folder


def stated(found):
    return found.holders, found.service_periods, found.grants, found.forms, found.prices


def put(folder, **sheets):
    """Write offer.xlsx with the good rows as text, but for these sheets; None leaves one out."""
    rows = {name: rows_of(text) for name, text in TEXTS.items()} | sheets
    (folder / "offer.xlsx").write_bytes(workbook(**{name: each for name, each in rows.items() if each is not None}))


def test_a_workbook_states_what_the_csv_files_state(folder):
    """With dates and numbers as a spreadsheet has them, or all of it as text: the same records."""
    expected = stated(folder.read())
    for name in TEXTS:
        (folder / f"{name}.csv").unlink()
    write_offer_workbook(folder / "offer.xlsx", TEXTS)
    assert expected == stated(folder.read())
    put(folder)
    assert expected == stated(folder.read())


def test_a_workbook_may_stand_in_place_of_any_one_file(folder):
    """Whatever its only sheet is called; beside others, the one that is called as the file."""
    expected = stated(folder.read())
    for name in ("grants", "elections"):
        (folder / f"{name}.csv").unlink()
    (folder / "grants.xlsx").write_bytes(workbook(Export=rows_of(GRANTS), Empty=[]))
    (folder / "elections.xlsx").write_bytes(workbook(Notes=[["of March"]], Elections=rows_of(ELECTIONS)))
    assert expected == stated(folder.read())
    (folder / "grants.xlsx").write_bytes(workbook(Export=rows_of(GRANTS), Notes=[["of March"]]))
    assert [
        "grants.xlsx:1: file: which sheet is meant is not known: Export, Notes, expected one that is called grants"
    ] == folder.faults()


def test_faults_are_told_by_their_cells(sheets):
    """By sheet, column and row, in the order of the files, with the words of a CSV file's faults."""
    put(
        sheets,
        service=[*rows_of(SERVICE), ["H1", "boss", "1999-01-04"], ["H9", "employee", date(1999, 1, 4)]],
        grants=[*rows_of(GRANTS), ["G4", "H1", date(2000, 2, 1), "ten", 0, 1.0, "NSO", date(2010, 2, 1)]],
    )
    assert [
        "offer.xlsx: service!B4: capacity: 'boss' cannot be taken, expected employee, director or consultant",
        "offer.xlsx: service!A5: holder_id: 'H9' is unknown, expected an id of holders.csv",
        "offer.xlsx: grants!D5: shares: 'ten' cannot be taken, expected a whole number above zero such as 1000",
    ] == sheets.faults()


GOOD = {"grant_id": "G4", "holder_id": "H1", "granted_on": "2000-02-01", "shares": 500, "exercised": 0, "price": 1}
GOOD |= {"type": "NSO", "expires_on": "2010-02-01", "vesting": "", "fmv": ""}


def put_grant(folder, column, cell):
    """Write one grant with this in one of its cells."""
    put(folder, grants=[list(GOOD), list({**GOOD, column: cell}.values())], elections=None)


@pytest.mark.parametrize(
    ("column", "cell", "taken"),
    [
        ("grant_id", 1001.0, "1001"),
        ("grant_id", "0042", "0042"),
        ("shares", 500, 500),
        ("shares", "500", 500),
        ("shares", ("=250*2", 500), 500),
        ("price", 12.3, Decimal("12.3")),
        ("price", 0.1 + 0.2, Decimal("0.3")),
        ("price", 0.0001, Decimal("0.0001")),
        ("price", 12, Decimal(12)),
        ("granted_on", date(2000, 2, 1), date(2000, 2, 1)),
        ("granted_on", datetime(2000, 2, 1), date(2000, 2, 1)),  # noqa: DTZ001
        ("granted_on", " 2000-02-01 ", date(2000, 2, 1)),
    ],
)
def test_a_cell_is_what_it_shows(sheets, column, cell, taken):
    """Whole numbers without a point, amounts to the digits that a spreadsheet keeps, dates as such or as text."""
    put_grant(sheets, column, cell)
    assert taken == getattr(sheets.read().grants[0], column)


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("shares", 500.5, "'500.5' cannot be taken"),
        ("shares", True, "'TRUE' cannot be taken"),
        ("shares", 1e16, "'10000000000000000' cannot be taken"),
        ("price", 1.00001, "'1.00001' cannot be taken"),
        ("granted_on", 36557, "'36557' cannot be taken"),
        ("granted_on", datetime(2000, 2, 1, 17), "'2000-02-01T17:00:00' cannot be taken"),  # noqa: DTZ001
        ("grant_id", date(2003, 1, 2), "the spreadsheet keeps it as a date, 2003-01-02"),
        ("grant_id", ("=NA()", "#N/A"), "an error of a formula"),
        ("vesting", ("=1/0", "#DIV/0!"), "an error of a formula"),
        ("fmv", ("=F2", ""), "a formula of which the file keeps no value"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_one_fault(sheets, column, cell, problem):
    """Also in a column that may be blank: what a formula could not work out is not passed over."""
    put_grant(sheets, column, cell)
    [fault] = sheets.faults()
    assert fault.startswith(f"offer.xlsx: grants!{'ABCDEFGHIJ'[list(GOOD).index(column)]}2: {column}: {problem}"), fault


def test_a_text_that_is_worked_out_to_be_none_is_blank(sheets):
    """A spreadsheet says of it that it is a text."""
    put_grant(sheets, "fmv", ('=""', ""))
    grants = "xl/worksheets/sheet3.xml"
    written = part_of(sheets / "offer.xlsx", grants)
    put_part(sheets / "offer.xlsx", grants, written.replace(b'<c r="J2"><f>', b'<c r="J2" t="str"><f>'))
    assert [None] == [grant.fmv for grant in sheets.read().grants]


@pytest.mark.parametrize("shown", ["0%", "0.00%", "0.0000%"])
def test_a_number_that_is_shown_in_percent_is_a_fault(sheets, shown):
    """12.5% is kept as 0.125, which is a percentage too."""
    out = sheets / "offer.xlsx"
    with Workbook(str(out)) as book:
        for name, text in TEXTS.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows_of(text)):
                sheet.write_row(line, 0, row)
        book.get_worksheet_by_name("holders").write_number(1, 4, 0.125, book.add_format({"num_format": shown}))
    assert [
        "offer.xlsx: holders!E2: voting_percent: is shown in percent, and kept as a hundredth: "
        "make a plain number of it, expected a percentage from 0 to 100 such as 12.5"
    ] == sheets.faults()


def test_days_are_the_same_where_they_are_counted_from_1904(sheets):
    """As spreadsheets on a Mac counted them."""
    [header, *rows] = rows_of(PRICES)
    expected = sheets.read().prices
    put(sheets, prices=None)
    with Workbook(str(sheets / "prices.xlsx"), {"date_1904": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, header)
        sheet.write_datetime(1, 0, datetime(2003, 10, 3), book.add_format({"num_format": "d mmm yy"}))  # noqa: DTZ001
        sheet.write_number(1, 1, 1.05)
    assert len(rows) == 1
    assert expected == sheets.read().prices


def test_a_form_is_received_at_the_second_that_the_cell_shows(sheets):
    """A spreadsheet keeps an instant as a fraction of days; one second before the end is not the end (EXP-1)."""
    [header, row, *_] = rows_of(ELECTIONS)
    at = [datetime(2003, 3, 31, 16, 59, 59), datetime(2003, 3, 31, 17), "2003-03-31T24:00"]  # noqa: DTZ001
    put(sheets, elections=[header, *([f"F{n}", *row[1:3], each, *row[4:]] for n, each in enumerate(at))])
    assert ["2003-03-31T21:59:59+00:00", "2003-03-31T22:00:00+00:00", "2003-04-01T05:00:00+00:00"] == [
        form.received_at.isoformat() for form in sheets.read().forms
    ]
    put(sheets, elections=[header, ["F1", *row[1:3], date(2003, 3, 31), *row[4:]]])
    assert [
        "offer.xlsx: elections!D2: received_at: '2003-03-31' cannot be taken, "
        "expected a date and time such as 2003-03-31T16:59:59"
    ] == sheets.faults()


def test_what_stands_in_two_places_is_a_fault(folder):
    """As CSV and as a sheet, or as a sheet of two workbooks: neither is taken for the other."""
    write_offer_workbook(folder / "offer.xlsx", {"prices": PRICES})
    assert ["offer.xlsx: prices!A1: sheet: prices stands in prices.csv too, expected one of the two"] == folder.faults()
    (folder / "prices.csv").rename(folder / "prices.txt")
    (folder / "prices.xlsx").write_bytes(workbook(Sheet1=rows_of(PRICES)))
    assert [
        "prices.xlsx: Sheet1!A1: sheet: prices stands in offer.xlsx: prices too, expected one of the two"
    ] == folder.faults()


def test_a_sheet_that_is_called_otherwise_is_a_fault_unless_it_is_blank(sheets):
    """Nobody means the forms in it to be passed over; the case of a name does not count."""
    put(sheets, elections=None, Election=rows_of(ELECTIONS), Sheet1=[], Prices=rows_of(PRICES), prices=None)
    assert [
        "offer.xlsx: Election!A1: sheet: is no sheet of an offer: did you mean elections?, "
        "expected only holders, service, grants, elections, prices"
    ] == sheets.faults()


def test_a_sheet_that_is_missing_is_told(sheets):
    """Of the files that an offer must have; nobody is called unknown for it."""
    put(sheets, holders=None, prices=None)
    assert ["holders.csv:1: file: does not exist, expected this file, or a sheet of that name"] == sheets.faults()


def test_the_names_of_columns_are_in_the_first_row(sheets):
    """In any order, and with rows and columns left blank; a fault is told at the name."""
    wide = [["", *row[::-1], ""] for row in rows_of(PRICES)]
    put(sheets, prices=[wide[0], ["", "", ""], *wide[1:]])
    assert {date(2003, 10, 3): Quote(close=Decimal("1.05"))} == sheets.read().prices
    put(sheets, prices=[["Date", "Close"], *rows_of(PRICES)[1:]])
    assert [
        "offer.xlsx: prices!A1: Date: unknown column: did you mean date?",
        "offer.xlsx: prices!B1: Close: unknown column: did you mean close?",
    ] == sheets.faults()


def test_what_stands_under_no_name_is_a_fault(sheets):
    """A note beside the rows, or all columns in one cell, as where text was put into a sheet."""
    put(sheets, prices=[*rows_of(PRICES), ["2003-10-06", "1.10", "", "sic"]])
    assert [
        "offer.xlsx: prices!D3: column D: stands under no name, expected nothing, or a name of ours in row 1"
    ] == sheets.faults()
    put(sheets, prices=[[",".join(row)] for row in rows_of(PRICES)])
    assert [
        "offer.xlsx: prices!A1: file: all columns stand in one cell, expected one for each of date,close,high,low"
    ] == sheets.faults()


def test_what_is_no_workbook_is_one_fault(sheets):
    """Text, an old workbook or one with a password, an archive of something else, and one that was cut off."""
    path = sheets / "offer.xlsx"
    whole, sheet = path.read_bytes(), part_of(path, SHEET)
    bad = [b"", HOLDERS.encode(), b"\xd0\xcf\x11\xe0" + bytes(600), whole[: len(whole) // 2], whole[:-40]]
    bad += [with_part(whole, "xl/workbook.xml", None), with_part(whole, SHEET, sheet[: len(sheet) // 2])]
    bad += [with_part(whole, SHEET, sheet.replace(b'r="A1"', b'r="ZZZZ1"'))]
    days = "xl/worksheets/sheet2.xml"
    bad += [with_part(whole, days, part_of(path, days).replace(b"<v>36164</v>", b"<v>-1e12</v>"))]
    for data in bad:
        path.write_bytes(data)
        expected = "a workbook as a spreadsheet saves it (.xlsx), without a password"
        assert [f"offer.xlsx:1: file: cannot be read as a workbook, expected {expected}"] == sheets.faults()


def test_a_workbook_that_unpacks_to_far_more_than_it_is_is_refused(sheets):
    """It is not unpacked."""
    path = sheets / "offer.xlsx"
    put_part(path, "xl/worksheets/sheet9.xml", bytes(250_000_001))
    assert path.stat().st_size < 1_000_000
    assert ["offer.xlsx:1: file: it is too large when unpacked, expected at most 250 MB: a CSV file"] == sheets.faults()


@pytest.mark.parametrize("far", ["XFD1048576", "E30000000"])
def test_a_cell_far_away_is_refused(sheets, far):
    """A reader would keep room for all cells up to it."""
    path = sheets / "offer.xlsx"
    put_part(path, SHEET, part_of(path, SHEET).replace(b'r="E2"', f'r="{far}"'.encode()))
    assert [
        f"offer.xlsx:1: file: its cells reach to {far}, expected at most 10,000,000 cells: delete what stands far away"
    ] == sheets.faults()


def test_macros_and_pictures_are_left_alone(folder):
    """A workbook with macros is read for its cells: of what else is in it nothing is opened."""
    path = folder / "leavers.xlsm"
    path.write_bytes(workbook(service=rows_of(SERVICE)))
    put_part(path, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    put_part(path, "xl/media/image1.png", b"\x89PNG")
    assert folder.read().service_periods == read_service(path, {"H1", "H2"}.intersection)


def test_any_byte_of_a_workbook_changes_the_digest(sheets):
    """As of any other file, and it is the same however it is asked for."""
    before = sheets.read().digest
    assert before == digest_of(sheets.path)
    put(sheets)
    assert before != sheets.read().digest == digest_of(sheets.path)


def test_single_workbooks_are_read_by_the_same_rules(folder):
    """A workbook to import is checked like a CSV file, its faults told by their cells."""
    found = folder.read()
    file = folder / "march.xlsx"
    file.write_bytes(workbook(**{name: rows_of(text) for name, text in TEXTS.items()}))
    assert found.forms == [*read_forms(file, found.terms, {"H1", "H2"}.intersection, {"G1", "G2", "G3"}.intersection)]
    assert found.service_periods == read_service(file, {"H1", "H2"}.intersection)
    with pytest.raises(BadData, match=r"^march\.xlsx: prices!B2: close: 1\.05 told, but 1\.06 is on record"):
        read_prices(file, {date(2003, 10, 3): Quote(close=Decimal("1.06"))})
    with pytest.raises(BadData, match=r"^march\.xlsx: elections!J3: grant_id: 'G2' is unknown"):
        read_forms(file, found.terms, {"H1"}.intersection, {"G1"}.intersection)


def test_the_workbook_to_start_from_passes_every_check(tmp_path):
    """`init --xlsx` writes the rows of the CSV files, and they read the same."""
    init_folder(tmp_path / "beta-2027")
    init_folder(tmp_path / "sheets" / "beta-2027", workbook=True)
    assert stated(read_folder(tmp_path / "beta-2027")) == stated(read_folder(tmp_path / "sheets" / "beta-2027"))
    names = ["offer.toml", "offer.xlsx", "script.toml"]
    assert names == sorted(path.name for path in (tmp_path / "sheets" / "beta-2027").iterdir())
    assert b'<pane ySplit="1" topLeftCell="A2"' in part_of(tmp_path / "sheets" / "beta-2027" / "offer.xlsx", SHEET)
