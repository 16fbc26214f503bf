"""A package written as an offer's folder, which reads without a fault, or is not written at all."""

import csv
import json
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from infra.folder.csv_rows import ELECTIONS, GRANTS, HOLDERS, PRICES, SERVICE
from infra.folder.reader import read_folder
from infra.ocf.cap_table import CapTable, cap_table_of
from infra.ocf.ids import Known, write_ids
from infra.ocf.item import Item
from infra.ocf.package import Package, read_package
from optex.errors import BadData, Fault, OptexError
from optex.fields import ID
from optex.records import Grant
from optex.vesting import Tranches


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenIn:
    """How many rows were written of what, and every object of the package that has no place in them."""

    written: dict[str, int]
    not_mapped: list[Fault]


Rows = dict[str, list[tuple[Sequence[Any], Item]]]


def import_package(path: Path, folder: Path, plan: str = "") -> TakenIn:
    """Write an offer's folder from a package; BadData with every fault by file and item, and then nothing is written.

    OptexError where there is no package, or the folder is in use.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OptexError(f"{folder} exists and is not an empty folder: nothing was written")
    package = read_package(path)
    table = cap_table_of(package, plan)
    rows = _rows(table)
    unfinished = folder.absolute().with_name(f".{folder.absolute().name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        _write(unfinished, folder.absolute().name, package, table, rows)
        _check(unfinished, rows)
        if folder.is_dir():  # an empty one
            folder.rmdir()
        unfinished.replace(folder.absolute())
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    written = {"holder": len(rows["holders.csv"]), "spell": len(rows["service.csv"]), "grant": len(rows["grants.csv"])}
    return TakenIn(written=written, not_mapped=table.not_mapped)


def _rows(table: CapTable) -> Rows:
    """The rows of the folder's files, each with the object it was read from."""
    people = sorted(table.people, key=lambda person: person.holder.holder_id)
    return {
        "holders.csv": [
            (
                (h.holder_id, h.name, h.email, h.jurisdiction, _plain(h.voting_percent) if h.voting_percent else ""),
                person.item,
            )
            for person in people
            for h in [person.holder]
        ],
        "service.csv": [
            ((each.holder_id, each.capacity, each.first_day, each.last_day or ""), person.item)
            for person in people
            for each in person.service_periods
        ],
        "grants.csv": [(_grant(held.grant), held.item) for held in table.held],
    }


def _grant(grant: Grant) -> Sequence[Any]:
    fmv = "" if grant.fmv is None or grant.fmv == grant.price else _plain(round(grant.fmv, 4))
    price, vesting = _plain(grant.price), _vesting(grant.vesting)
    stated = (grant.grant_id, grant.holder_id, grant.granted_on, grant.shares, grant.exercised)
    return (*stated, price, grant.type, grant.expires_on, vesting, fmv)


def _vesting(tranches: Tranches) -> str:
    return ";".join(f"{each.vests_on}:{each.shares}" for each in tranches)


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _write(folder: Path, name: str, package: Package, table: CapTable, rows: Rows) -> None:
    terms = _terms(name, package.manifest.data.get("issuer"), table)
    (folder / "offer.toml").write_text(terms, encoding="utf-8", newline="\n")
    empty: Rows = {"elections.csv": [], "prices.csv": []}
    shapes = (HOLDERS, SERVICE, GRANTS, ELECTIONS, PRICES)
    for (file, written), shape in zip((rows | empty).items(), shapes, strict=True):
        with (folder / file).open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened, lineterminator="\n")
            writer.writerow(shape.columns)
            writer.writerows(row for row, _ in written)
    write_ids(folder, _known(package, table))


def _known(package: Package, table: CapTable) -> Known:
    """By our own keys the ids that the objects have, so that an export names them as they are known."""
    issuer = package.manifest.data.get("issuer")
    known = {("issuer", ""): str(issuer["id"])} if isinstance(issuer, dict) and "id" in issuer else {}
    known[("stock-plan", "")] = table.plan.id
    if table.stock_class:
        known[("stock-class", "")] = table.stock_class
    known |= {("stakeholder", person.holder.holder_id): person.item.id for person in table.people}
    for held in table.held:
        known[("security", held.grant.grant_id)] = held.item.text("security_id")
        known[("issuance", held.grant.grant_id)] = held.item.id
    return known


def _terms(name: str, issuer: Any, table: CapTable) -> str:
    """The example's terms, with what the package says in their place."""
    text = files("infra.folder").joinpath("blank", "offer.toml").read_text(encoding="utf-8")
    stated = issuer if isinstance(issuer, dict) else {}
    named = {
        'offer = "example-2027"': f'offer = "{name}"' if re.fullmatch(ID, name) else "",
        'issuer = "Example Corporation"': _line("issuer", stated.get("legal_name")),
        'name = "2020 Stock Option Plan"': _line("name", table.plan.data.get("plan_name")),
        "shares_authorized = 1_000_000": f"shares_authorized = {table.shares_authorized}",
    }
    if table.adopted:
        named["# adopted = 2020-06-01"] = f"adopted = {table.adopted}"
    if formed := stated.get("formation_date"):
        subdivision = stated.get("country_subdivision_of_formation")
        named |= {
            "# [formation]": "[formation]",
            "# on = 2001-05-14": f"on = {_iso_day(formed)}",
            '# country = "US"': _line("country", stated.get("country_of_formation")),
            '# subdivision = "DE"': _line("subdivision", subdivision) if subdivision else '# subdivision = "DE"',
        }
    for line, instead in named.items():
        if instead:
            text = text.replace(f"\n{line}", f"\n{instead}", 1)
    return text


def _line(key: str, value: Any) -> str:
    return f"{key} = {json.dumps(value, ensure_ascii=False)}" if isinstance(value, str) and value else ""


def _iso_day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise OptexError(f"Manifest.ocf.json: issuer.formation_date: {value!r} is no date") from None


def _check(folder: Path, rows: Rows) -> None:
    """Read what was written as any folder is read; BadData with every fault by the object that it comes from."""
    try:
        read_folder(folder, letters=False)
    except BadData as error:
        raise BadData(list(_by_item(error.faults, rows))) from error


def _by_item(faults: Iterable[Fault], rows: Rows) -> Iterable[Fault]:
    for fault in faults:
        written = rows.get(fault.file, [])
        if 2 <= fault.line < len(written) + 2:
            yield written[fault.line - 2][1].told(f"{fault.column}: {fault.problem}", fault.expected)
        else:
            yield fault
