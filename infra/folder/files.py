"""An offer's folder while it is read: one file after the other, and of each so many rows at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

from infra.folder.cross_checks import Grants, Once, Spells, check_known, check_prices, quote_of
from infra.folder.csv_rows import ELECTIONS, GRANTS, HOLDERS, PRICES, SERVICE
from infra.folder.csv_table import ROWS_AT_ONCE, CsvTable
from infra.folder.digest import template_names
from infra.folder.excluded_holders import unknown_holders
from infra.folder.file_reader import FileReader
from infra.folder.first_lines import Known
from infra.folder.form_rows import Forms
from infra.folder.script import ScriptEntry, read_script
from infra.folder.whereabouts import why_no_folder
from infra.folder.workbooks import NAMES, WORKBOOKS, sheets_of
from optex.errors import BadData, Fault, OptexError
from optex.market import Quote
from optex.records import Form, Grant, Holder, ServicePeriod
from optex.specimens import specimens
from optex.terms import Terms
from optex.terms_reader import parse_terms

FILES = (
    "offer.toml",
    "holders.csv",
    "service.csv",
    "grants.csv",
    "elections.csv",
    "prices.csv",
    "script.toml",
)
# In the order in which their faults are told, and in which they are in the digest.
ALL_FILES: tuple[str, ...] = ("offer.toml", *WORKBOOKS, *FILES[1:])


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What some rows of the files say."""

    holders: list[Holder] = field(default_factory=list)
    service_periods: list[ServicePeriod] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)


class FolderFiles:
    """An offer's folder while it is read; what is beside the batches stands when they have all been.

    `letters` says whether templates are faults of which no letter can be written, and not only those that are none at
    all; `keep_forms` whether the forms are wanted, and not only their faults.
    """

    def __init__(
        self, path: Path, *, letters: bool = True, keep_forms: bool = True, rows_at_once: int = ROWS_AT_ONCE
    ) -> None:
        self.path = Path(path)
        if why := why_no_folder(self.path):
            raise OptexError(why)
        self._letters, self._keep_forms = letters, keep_forms
        self._files = FileReader(self.path, rows_at_once)
        self._toml = ""
        self.terms: Terms | None = self._files.parsed("offer.toml", self._parse, required=True)
        content = {name: self._files.content(name, required=False) for name in WORKBOOKS}
        sheets = sheets_of(self.path, content)
        self._files.sheets = sheets.found
        self._files.faults += sheets.faults
        self._zone: tzinfo = self.terms.zone if self.terms else UTC
        self.forms: list[Form] = []
        self.prices: dict[date, Quote] = {}
        self.script: list[ScriptEntry] = []
        self.digest = ""

    def batches(self) -> Iterator[Batch]:
        """The holders, then their service, then their grants; BadData at the end with every fault of every file.

        After the first fault there are no more batches. The faults come in order of file and line.
        """
        files = self._files
        table = CsvTable(file="holders.csv")
        holders = Once(table, "holder_id")
        for _ in files.batches(table, HOLDERS):
            holders.check()
            if files.sound(table):
                yield Batch(holders=[_holder(row) for row in table.rows])
        files.faults += table.faults
        known_holders = table.known(holders.known)
        if self.terms and known_holders is not None:
            files.faults += unknown_holders(self.terms, known_holders, self._toml)
        table = CsvTable(file="service.csv")
        for _ in service_batches(files, table, known_holders):
            if files.sound(table):
                yield Batch(service_periods=[service_period(row) for row in table.rows])
        files.faults += table.faults
        table = CsvTable(file="grants.csv")
        grants = Grants(table)
        for _ in files.batches(table, GRANTS):
            check_known(table, "holder_id", known_holders, "holders.csv")
            grants.check()
            if files.sound(table):
                yield Batch(grants=[Grant(**row) for row in table.rows])
        grants.finish()
        files.faults += table.faults
        self._elections(known_holders, table.known(grants.known))
        self._rest()

    def _parse(self, text: str) -> Terms:
        self._toml = text
        return parse_terms(text)

    def _elections(self, known_holders: Known | None, known_grants: Known | None) -> None:
        table = CsvTable(file="elections.csv")
        forms = Forms(table, known_holders, known_grants, self._zone, kept=self._keep_forms)
        for _ in self._files.batches(table, ELECTIONS, required=False):
            forms.check()
        self._files.faults += table.faults
        self.forms = list(forms) if self._keep_forms else []

    def _rest(self) -> None:
        files = self._files
        table = CsvTable(file="prices.csv")
        once = Once(table, "date")
        for _ in files.batches(table, PRICES, required=False):
            once.check()
            check_prices(table)
            self.prices |= prices_of(table)
        files.faults += table.faults
        self.script = files.parsed("script.toml", lambda text: read_script(text, self._zone), required=False) or []
        faults = sorted(files.faults, key=_place)
        if faults := faults + self._template_faults():
            raise BadData(faults)
        files.digest.add(self.path, template_names(self.path))
        self.digest = files.digest.hex

    def _template_faults(self) -> list[Fault]:
        templates = self.path / "templates"
        if not templates.is_dir():
            return []
        from infra.mail.render import template_faults  # Jinja takes a while to import, and few offers have templates

        shown = specimens(self.terms) if self.terms and self._letters else {}
        return template_faults(templates, [(notice.kind, notice.data) for notice in shown.values()])


def _place(fault: Fault) -> tuple[int, int, int]:
    """Where a fault is told among the others: by file, sheet and line."""
    sheet = fault.cell.partition("!")[0].strip().casefold()
    return ALL_FILES.index(fault.file), NAMES.index(sheet) if sheet in NAMES else 0, fault.line


def service_batches(files: FileReader, table: CsvTable, known_holders: Known | None) -> Iterator[None]:
    """The batches of a table of service, checked; with the last of them, or after it, come the spells that overlap."""
    spells = Spells(table)
    for _ in files.batches(table, SERVICE):
        check_known(table, "holder_id", known_holders, "holders.csv")
        spells.check()
        yield
    spells.finish()


def service_period(row: dict[str, Any]) -> ServicePeriod:
    return ServicePeriod(
        holder_id=row["holder_id"], capacity=row["capacity"], first_day=row["from"], last_day=row.get("to")
    )


def prices_of(table: CsvTable) -> dict[date, Quote]:
    """The closing prices of a batch, of its rows that are whole."""
    return {row["date"]: quote_of(row) for row in table.rows if "date" in row and "close" in row}


def _holder(row: dict[str, Any]) -> Holder:
    return Holder(**{"email": "", "jurisdiction": "", "voting_percent": Decimal(0), **row})
