"""An offer's folder: read whole, or refused with every fault of every file; and a new one to start from."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from infra.folder.cross_checks import Once, check_prices
from infra.folder.csv_rows import ELECTIONS, PRICES
from infra.folder.csv_table import CsvTable
from infra.folder.digest import FolderDigest, template_names
from infra.folder.file_reader import FileReader
from infra.folder.files import ALL_FILES as ALL_FILES
from infra.folder.files import FILES as FILES
from infra.folder.files import FolderFiles, prices_of, service_batches, service_period
from infra.folder.first_lines import Known
from infra.folder.form_rows import Forms
from infra.folder.new_workbook import write_offer_workbook
from infra.folder.record_checks import Recorded, check_recorded_forms, check_recorded_prices, check_recorded_spells
from infra.folder.script import ScriptEntry
from infra.folder.workbook import BadWorkbook, is_workbook_file, read_sheets
from infra.folder.workbooks import WHOLE, only_sheet, unreadable
from infra.memory import without_collection
from optex.errors import BadData, OptexError
from optex.fields import ID
from optex.market import Quote
from optex.records import Form, Grant, Holder, ServicePeriod
from optex.terms import Terms

RecordedSpells = Callable[[Collection[str]], Mapping[str, Sequence[ServicePeriod]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder:
    """All that an offer's folder states; `digest` changes with any byte of it, the templates included."""

    terms: Terms
    holders: list[Holder]
    service_periods: list[ServicePeriod]
    grants: list[Grant]
    forms: list[Form]
    prices: dict[date, Quote]
    script: list[ScriptEntry]
    digest: str
    path: Path


def read_folder(path: Path, *, letters: bool = True) -> Folder:
    """The offer in a folder; BadData with every fault of every file, in order of file and line.

    Among them are templates of which no letter can be written; without `letters` only those that are none at all.
    """
    read = FolderFiles(path, letters=letters)
    holders, service_periods, grants = list[Holder](), list[ServicePeriod](), list[Grant]()
    with without_collection():
        for batch in read.batches():
            holders += batch.holders
            service_periods += batch.service_periods
            grants += batch.grants
    assert read.terms is not None  # else there were faults
    return Folder(
        terms=read.terms,
        holders=holders,
        service_periods=service_periods,
        grants=grants,
        forms=read.forms,
        prices=read.prices,
        script=read.script,
        digest=read.digest,
        path=read.path,
    )


def digest_of(path: Path) -> str:
    """The digest of a folder as it is now, without reading what its files say; one without a file has another."""
    digest = FolderDigest()
    digest.add(path, [name for name in ALL_FILES if (path / name).is_file()])
    digest.add(path, template_names(path))
    return digest.hex


def read_forms(
    path: Path, terms: Terms, holders: Known, grants: Known, recorded: Recorded | None = None
) -> Iterable[Form]:
    """The forms in a file or sheet of the shape of elections.csv, put aside; BadData with every fault by its place.

    `holders` and `grants` say which of some ids are those of holders and grants. Where a form is `recorded` with other
    content, that is a fault too (REC-2).
    """
    files, table = _single(path, "elections")
    forms = Forms(table, holders, grants, terms.zone, kept=True)
    with without_collection():
        for _ in files.batches(table, ELECTIONS):
            forms.check()
    if recorded is not None:
        check_recorded_forms(table, forms, recorded, terms.zone)
    _refuse_faults(files, table)
    return forms


def read_service(path: Path, holders: Known, recorded: RecordedSpells | None = None) -> list[ServicePeriod]:
    """The periods of service in a file or sheet of the shape of service.csv; BadData with every fault by its place.

    `holders` says which of some ids are those of holders. A spell that overlaps one that is `recorded` is a fault too.
    """
    files, table = _single(path, "service")
    periods, lines = [], []
    for _ in service_batches(files, table, holders):
        if files.sound(table):
            periods += [service_period(row) for row in table.rows]
            lines += table.lines
    if recorded is not None and files.sound(table):
        check_recorded_spells(table, periods, lines, recorded({each.holder_id for each in periods}))
    _refuse_faults(files, table)
    return periods


def read_prices(path: Path, recorded: Mapping[date, Quote] | None = None) -> dict[date, Quote]:
    """The closing prices, in dollars, in a file or sheet of the shape of prices.csv; BadData with every fault by place.

    Where another close is `recorded` of a day, that is a fault too (REC-2).
    """
    files, table = _single(path, "prices")
    once, prices = Once(table, "date"), dict[date, Quote]()
    for _ in files.batches(table, PRICES):
        once.check()
        check_prices(table)
        check_recorded_prices(table, recorded or {})
        prices |= prices_of(table)
    _refuse_faults(files, table)
    return prices


def init_folder(path: Path, *, workbook: bool = False) -> None:
    """Write a commented offer folder to start from; its example passes every check. Refuses a folder in use.

    As a `workbook` the rows stand in offer.xlsx, and not in CSV files.
    """
    path = Path(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise OptexError(f"{path} exists and is not an empty folder: nothing was written")
    path.mkdir(parents=True, exist_ok=True)
    name = path.resolve().name
    rows: dict[str, str] = {}
    for source in sorted(files("infra.folder").joinpath("blank").iterdir(), key=lambda source: source.name):
        text = source.read_text(encoding="utf-8")
        if workbook and source.name.endswith(".csv"):
            rows[source.name.removesuffix(".csv")] = text
            continue
        if source.name == "offer.toml" and re.fullmatch(ID, name):
            text = text.replace('offer = "example-2027"', f'offer = "{name}"', 1)
        (path / source.name).write_text(text, encoding="utf-8", newline="\n")
    if workbook:
        write_offer_workbook(path / WHOLE, rows)


def _single(path: Path, sheet: str) -> tuple[FileReader, CsvTable]:
    """A file to be read by itself; of a workbook the sheet of that name, or its only one."""
    path = Path(path)
    files = FileReader(path.parent)
    if is_workbook_file(path) and (data := files.content(path.name, required=True)) is not None:
        try:
            files.sheets = {path.name: only_sheet(read_sheets(path.name, data), sheet)}
        except BadWorkbook as error:
            raise BadData([unreadable(path.name, error)]) from error
    return files, CsvTable(file=path.name)


def _refuse_faults(files: FileReader, table: CsvTable) -> None:
    if faults := files.faults + table.faults:
        raise BadData(sorted(faults, key=lambda fault: fault.line))
