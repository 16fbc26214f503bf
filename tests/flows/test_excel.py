"""Workbooks at the command line: an offer is run from one, imported from one, and its ledgers are written as one."""

import csv
import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from infra.folder.reader import read_folder
from infra.ledgers.csv_files import LEDGERS
from tests.command import optex
from tests.driver import play_folder
from tests.offers import COLUMNS, Played
from tests.workbooks import in_one_workbook, rows_of, workbook

pytestmark = pytest.mark.usefixtures("elsewhere")

ROOT = Path(__file__).parents[2]
ANN = "F1,H1,election,2003-03-10T10:00:00,2003-03-10,Ann Lee,fax,,,G1,1000,1000,2000-05-16,12.50,0"


@pytest.fixture
def offer(new_offer):
    """An offer of 2003 with two holders, one of whom tenders."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    return offer.holder("H2", "Bo Ray").grant("G2", 500).closes_at("2003-10-03", "1.05")


@pytest.fixture
def folder(offer):
    """The offer in one workbook, taken in; its form and its price are keyed in from there."""
    path = in_one_workbook(offer.write())
    for kind in ("election", "price"):
        said = optex(kind, "import", path)
        assert (0, "") == (said.code, said.err), said
    return path


def test_an_offer_in_a_workbook_is_played_as_one_in_csv_files(offer):
    """The same ledgers and the same letters, byte for byte."""
    played = offer.play()
    out = offer.root / "again"
    play_folder(read_folder(in_one_workbook(offer.write())), out, until=None)
    assert played.bytes() == Played(offer.root / "offer", out).bytes()


def test_the_exported_workbook_says_what_the_csv_files_say(offer, tmp_path):
    """Every row of every ledger, cell for cell."""
    played = offer.play()
    said = optex("export", played.out, "--out", tmp_path, "--xlsx")
    assert (0, "") == (said.code, said.err)
    assert said.out.startswith(f"{len(LEDGERS)} ledgers with ")
    book = CalamineWorkbook.from_path(tmp_path / "ledgers.xlsx")
    for name in LEDGERS:
        with (played.out / "ledgers" / name).open(newline="") as file:
            expected = list(csv.reader(file))
        assert expected == [list(map(text, row)) for row in book.get_sheet_by_name(name[:-4]).iter_rows()], name


def text(cell):
    """A cell of the workbook as the CSV file has it."""
    match cell:
        case datetime():
            return f"{cell:%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return cell.isoformat()
        case float():
            return str(int(cell)) if cell.is_integer() else f"{cell:.2f}"
        case str():
            return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def test_forms_and_prices_are_recorded_from_the_offers_own_workbook(folder):
    """What is known is found again, and what the sheet says otherwise is told by its cell (REC-2)."""
    said = optex("election", "import", folder)
    assert (0, True) == (said.code, said.out.startswith("Already recorded: form F1 is on record")), said
    march = folder / "march.xlsx"
    march.write_bytes(workbook(Export=rows_of(f"{COLUMNS['elections.csv']}\n{ANN.replace('fax', 'hand')}\n")))
    said = optex("election", "import", folder, march)
    assert (1, "") == (said.code, said.out)
    assert said.err.startswith("march.xlsx: Export!G2: channel: form F1 is on record with other content")


def test_service_is_recorded_from_a_workbook(folder):
    """Days as a spreadsheet keeps them."""
    leavers = folder / "leavers.xlsx"
    rows = [["holder_id", "capacity", "from", "to"], ["H2", "employee", date(1999, 1, 4), date(2003, 6, 30)]]
    leavers.write_bytes(workbook(Sheet1=rows))
    said = optex("service", "import", folder, leavers)
    assert (0, "") == (said.code, said.err), said
    assert "2003-06-30" in optex("explain", folder, "H2").out
    leavers.write_bytes(workbook(Sheet1=[*rows, ["H9", "employee", date(1999, 1, 4)]]))
    said = optex("service", "import", folder, leavers)
    assert (1, "leavers.xlsx: Sheet1!A3: holder_id: 'H9' is unknown, expected an id of holders.csv\n") == (
        said.code,
        said.err,
    )


def test_a_row_of_the_workbook_that_differs_from_the_record_is_told_by_its_cell(folder, offer):
    """And taken over as a row of a CSV file is."""
    (folder / "offer.xlsx").unlink()
    offer.rows["grants.csv"][1][3] = 450
    in_one_workbook(offer.write())
    said = optex("correct", "import", folder)
    assert "offer.xlsx: grants!A3: G2: shares: 500 → 450\n" in said.out
    [difference] = json.loads(optex("correct", "import", folder, "--json").out)["differences"]
    assert ("offer.xlsx", 3, "grants!A3") == tuple(difference[key] for key in ("file", "line", "cell"))
    assert "1 row taken over." in optex("correct", "import", folder, "--yes", "--by", "Ruth Counsel").out
    assert "The files say what is on record." in optex("correct", "import", folder).out


def test_a_fault_in_a_workbook_is_told_to_machines_with_its_cell(offer):
    """Beside the number of its row; a fault in another file has none."""
    offer.grant("G2", 0)
    path = in_one_workbook(offer.write())
    (path / "script.toml").write_text("at = 1\n")
    faults = json.loads(optex("check", path, "--json").out)["faults"]
    assert [("offer.xlsx", 4, "grants!D4"), ("offer.xlsx", 4, "grants!A4"), ("script.toml", 1, None)] == [
        (fault["file"], fault["line"], fault.get("cell")) for fault in faults
    ]


def test_a_backup_holds_the_workbook(folder, tmp_path):
    """As it holds the CSV files."""
    said = optex("backup", folder, "--out", tmp_path / "offer.zip")
    assert 0 == said.code, said
    with ZipFile(tmp_path / "offer.zip") as archive:
        assert (folder / "offer.xlsx").read_bytes() == archive.read("offer.xlsx")
    said = optex("restore", tmp_path / "offer.zip", tmp_path / "restored")
    assert 0 == said.code, said
    assert read_folder(folder).digest == read_folder(tmp_path / "restored").digest


def test_nobody_waits_for_what_reads_workbooks_who_has_none(offer):
    """Neither of the two packages is imported by the command, or by reading a folder of CSV files."""
    asked = "import sys, flows.cli; from pathlib import Path; from infra.folder.reader import read_folder; "
    asked += "read_folder(Path(sys.argv[1])); print({'python_calamine', 'xlsxwriter'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", asked, str(offer.write())], capture_output=True, text=True, cwd=ROOT)
    assert "set()\n" == done.stdout
