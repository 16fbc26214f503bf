"""An offer's folder: read whole, or refused with every fault of every file; and a new one to start from."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from errno import EISDIR
from importlib.resources import files
from pathlib import Path
from typing import Any

from infra.folder.cross_checks import (
    check_forms,
    check_grants,
    check_holders,
    check_prices,
    check_received,
    check_service,
)
from infra.folder.csv_rows import ELECTIONS, GRANTS, HOLDERS, OPTION_COLUMNS, PRICES, SERVICE, CsvSchema
from infra.folder.csv_table import CsvTable, read_table
from infra.folder.record_checks import check_recorded_forms, check_recorded_prices, check_recorded_spells
from infra.folder.script import ScriptEntry, read_script
from infra.folder.spreadsheets import AS_CSV, workbook_beside
from infra.folder.whereabouts import why_no_folder
from infra.memory import without_collection
from optex.clock import on_clock
from optex.errors import BadData, Fault, OptexError
from optex.fields import ID
from optex.records import Form, FormKind, FormLine, Grant, Holder, ServicePeriod
from optex.specimens import specimens
from optex.terms import Terms, parse_terms

FILES = (
    "offer.toml",
    "holders.csv",
    "service.csv",
    "grants.csv",
    "elections.csv",
    "prices.csv",
    "script.toml",
)
REQUIRED = FILES[:4]


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder:
    """All that an offer's folder states; `digest` changes with any byte of it, the templates included."""

    terms: Terms
    holders: list[Holder]
    service_periods: list[ServicePeriod]
    grants: list[Grant]
    forms: list[Form]
    prices: dict[date, Decimal]
    script: list[ScriptEntry]
    digest: str
    path: Path


def read_folder(path: Path, *, letters: bool = True) -> Folder:
    """The offer in a folder; BadData with every fault of every file, in order of file and line.

    Among them are templates of which no letter can be written; without `letters` only those that are none at all.
    """
    path = Path(path)
    if why := why_no_folder(path):
        raise OptexError(why)
    faults: list[Fault] = []
    data = {name: _bytes(path / name, faults, required=name in REQUIRED) for name in FILES}
    terms = _parsed(data["offer.toml"], "offer.toml", parse_terms, faults)
    zone = terms.zone if terms else UTC
    script = _parsed(data["script.toml"], "script.toml", lambda text: read_script(text, zone), faults) or []
    with without_collection():
        holders, service, grants, elections, prices = (
            _table(name, data[name], shape)
            for name, shape in zip(FILES[1:6], (HOLDERS, SERVICE, GRANTS, ELECTIONS, PRICES), strict=True)
        )
        check_holders(holders)
        holder_ids, grant_ids = holders.ids("holder_id"), grants.ids("grant_id")
        check_service(service, holder_ids)
        check_grants(grants, holder_ids)
        check_forms(elections, holder_ids, grant_ids)
        check_received(elections, zone)
        check_prices(prices)
        for table in (holders, service, grants, elections, prices):
            faults += table.faults
        faults.sort(key=lambda fault: (FILES.index(fault.file), fault.line))
        faults += _template_faults(path / "templates", terms if letters else None)
        if faults or terms is None:
            raise BadData(faults)
        return Folder(
            terms=terms,
            holders=[_holder(row) for row in holders.rows],
            service_periods=[_service_period(row) for row in service.rows],
            grants=[Grant(**row) for row in grants.rows],
            forms=_forms(elections.rows, zone),
            prices=_prices(prices),
            script=script,
            digest=_digest(path, data),
            path=path,
        )


def digest_of(path: Path) -> str:
    """The digest of a folder as it is now, without reading what its files say; one without a file has another."""
    return _digest(path, {name: (path / name).read_bytes() if (path / name).is_file() else None for name in FILES})


def _template_faults(templates: Path, terms: Terms | None) -> list[Fault]:
    if not templates.is_dir():
        return []
    from infra.mail.render import template_faults  # Jinja takes a while to import, and few offers have templates

    shown = specimens(terms) if terms else {}
    return template_faults(templates, [(notice.kind, notice.data) for notice in shown.values()])


def read_forms(
    path: Path,
    terms: Terms,
    holder_ids: Collection[str],
    grant_ids: Collection[str],
    recorded: Mapping[str, Form] | None = None,
) -> list[Form]:
    """The forms in a CSV file of the shape of elections.csv; BadData with every fault by line.

    Where a form is `recorded` with other content, that is a fault too (REC-2).
    """

    def check(table: CsvTable) -> None:
        check_forms(table, holder_ids, grant_ids)
        check_received(table, terms.zone)
        check_recorded_forms(table, recorded or {}, lambda rows: _form(rows, terms.zone), terms.zone)

    return _forms(_single(path, ELECTIONS, check).rows, terms.zone)


def read_service(
    path: Path, holder_ids: Collection[str], recorded: Mapping[str, Sequence[ServicePeriod]] | None = None
) -> list[ServicePeriod]:
    """The periods of service in a CSV file of the shape of service.csv; BadData with every fault by line.

    `recorded` are those on record, by holder.
    """

    def check(table: CsvTable) -> None:
        check_service(table, holder_ids)
        check_recorded_spells(table, recorded or {})

    return [_service_period(row) for row in _single(path, SERVICE, check).rows]


def read_prices(path: Path, recorded: Mapping[date, Decimal] | None = None) -> dict[date, Decimal]:
    """The closing prices, in dollars, in a CSV file of the shape of prices.csv; BadData with every fault by line.

    Where another close is `recorded` of a day, that is a fault too (REC-2).
    """

    def check(table: CsvTable) -> None:
        check_prices(table)
        check_recorded_prices(table, recorded or {})

    return _prices(_single(path, PRICES, check))


def init_folder(path: Path) -> None:
    """Write a commented offer folder to start from; its example passes every check. Refuses a folder in use."""
    path = Path(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise OptexError(f"{path} exists and is not an empty folder: nothing was written")
    path.mkdir(parents=True, exist_ok=True)
    name = path.resolve().name
    for source in sorted(files("infra.folder").joinpath("blank").iterdir(), key=lambda source: source.name):
        text = source.read_text(encoding="utf-8")
        if source.name == "offer.toml" and re.fullmatch(ID, name):
            text = text.replace('offer = "example-2027"', f'offer = "{name}"', 1)
        (path / source.name).write_text(text, encoding="utf-8", newline="\n")


def _single(path: Path, shape: CsvSchema, check: Callable[[CsvTable], None]) -> CsvTable:
    path, faults = Path(path), list[Fault]()
    with without_collection():
        table = _table(path.name, _bytes(path, faults, required=True), shape)
        check(table)
    if faults := faults + table.faults:
        raise BadData(sorted(faults, key=lambda fault: fault.line))
    return table


def _bytes(path: Path, faults: list[Fault], *, required: bool) -> bytes | None:
    try:
        if path.exists() and not path.is_file():  # a pipe would never end
            raise IsADirectoryError(EISDIR, "Is no file")
        return path.read_bytes()
    except FileNotFoundError:
        if sheet := workbook_beside(path):
            problem, expected = f"does not exist, but {sheet.name} lies there", f"{path.name}: {AS_CSV}"
            faults.append(Fault(file=path.name, line=1, column="file", problem=problem, expected=expected))
        elif required:
            faults.append(Fault(file=path.name, line=1, column="file", problem="does not exist", expected="this file"))
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        faults.append(Fault(file=path.name, line=1, column="file", problem=problem, expected="a file"))
    return None


def _table(name: str, data: bytes | None, shape: CsvSchema) -> CsvTable:
    return CsvTable(file=name, whole=False) if data is None else read_table(name, data, shape)


def _parsed(data: bytes | None, name: str, parse: Callable[[str], Any], faults: list[Fault]) -> Any:
    if data is None:
        return None
    try:
        # TOML knows no lone carriage return, and an editor may have put a BOM.
        return parse(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = "bytes that are not UTF-8"
        faults.append(Fault(file=name, line=line, column="file", problem=problem, expected="text in UTF-8"))
    except BadData as error:
        faults += error.faults
    return None


def _holder(row: dict[str, Any]) -> Holder:
    return Holder(**{"email": "", "jurisdiction": "", "voting_percent": Decimal(0), **row})


def _service_period(row: dict[str, Any]) -> ServicePeriod:
    return ServicePeriod(
        holder_id=row["holder_id"], capacity=row["capacity"], first_day=row["from"], last_day=row.get("to")
    )


def _forms(rows: list[dict[str, Any]], zone: tzinfo) -> list[Form]:
    """The forms in order of their first rows; an instant without an offset is on the offer's clock (CAL-2)."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["form_id"], []).append(row)
    return [_form(group, zone) for group in grouped.values()]


def _form(group: list[dict[str, Any]], zone: tzinfo) -> Form:
    row, kind = group[0], FormKind(group[0]["kind"])
    received_at: datetime = row["received_at"]
    stated = {name: cell for name, cell in row.items() if name not in OPTION_COLUMNS}
    stated["kind"] = kind
    stated["received_at"] = on_clock(received_at, zone)
    lines = tuple(_line(each) for each in group) if kind is FormKind.ELECTION else ()
    return Form(**{"signed_on": None, "signed_as": "", "channel": "", **stated}, lines=lines)


def _line(row: dict[str, Any]) -> FormLine:
    return FormLine(**{name: row[name] for name in OPTION_COLUMNS if name in row})


def _prices(table: CsvTable) -> dict[date, Decimal]:
    return {row["date"]: row["close"] for row in table.rows}


def _digest(path: Path, data: dict[str, bytes | None]) -> str:
    templates = sorted(found for found in (path / "templates").rglob("*") if found.is_file())
    contents = {**data, **{found.relative_to(path).as_posix(): found.read_bytes() for found in templates}}
    digest = hashlib.sha256()
    for name, content in contents.items():
        if content is not None:
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
