"""The books of an offer as an OCF package: what was cancelled, kept, returned, granted and signed.

Promises, tenders and forms are no objects of OCF: they stay in the ledgers.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.ocf.ids import Known, OcfIds
from infra.ocf.objects import Object, Objects
from infra.ocf.remarks import decimal_remark
from infra.ocf.vocabulary import FILE_TYPES, MANIFEST, REQUIRED_FILES, VERSION
from infra.whole_files import written_whole
from optex.actions import AgreementSigned
from optex.calendar import ONE_DAY
from optex.errors import OptexError
from optex.formatting import utc_text
from optex.records import IssuedOption, OptionType, Tranche, UnitType
from optex.terms import Formation
from optex.vesting import schedule

# On one day a split counts first, and an option is issued before anything happens to it.
_ORDER = (
    "TX_STOCK_CLASS_SPLIT",
    "TX_STOCK_PLAN_POOL_ADJUSTMENT",
    "TX_EQUITY_COMPENSATION_ISSUANCE",
    "TX_EQUITY_COMPENSATION_EXERCISE",
    "TX_EQUITY_COMPENSATION_ACCEPTANCE",
    "TX_EQUITY_COMPENSATION_CANCELLATION",
    "TX_EQUITY_COMPENSATION_RETRACTION",
    "TX_STOCK_PLAN_RETURN_TO_POOL",
)


def export_ocf(db: OfferReader, folder: Path, formation: Formation | None, known: Known) -> int:
    """Write the books as a package into a folder; returns how many transactions it tells of.

    OptexError where neither the record nor `formation` says where and when the issuer was formed, as OCF requires.
    """
    terms = db.state().terms
    formed = terms.formation or formation
    if formed is None:
        raise OptexError(
            "Open Cap Table requires where and when the issuer was formed: state it in offer.toml, in a table "
            '[formation] with on = 2001-05-14, country = "US" and, where it has one, subdivision = "DE"'
        )
    objects = Objects(terms, OcfIds(terms.offer, known))
    at = _as_of(db)
    on = db.state().day(at)
    items = {
        "stakeholders_files": list(_stakeholders(db, objects, on)),
        "stock_classes_files": [objects.stock_class()],
        "stock_plans_files": [objects.stock_plan()],
        "transactions_files": sorted(_transactions(db, objects, on), key=_in_order),
    }
    listed = {key: _written(folder, key, found) for key, found in items.items() if found}
    manifest = {
        "file_type": "OCF_MANIFEST_FILE",
        "ocf_version": VERSION,
        "issuer": objects.issuer(formed),
        "as_of": on.isoformat(),
        "generated_at": utc_text(at),
        **{key: listed.get(key, []) for key in REQUIRED_FILES},
    }
    _write(folder / MANIFEST, manifest)
    return len(items["transactions_files"])


def _as_of(db: OfferReader) -> datetime:
    """When the last thing went on record: the same books give the same package, whenever it is written."""
    at: datetime = max((row.recorded_at for row in db.rows(t.audit)), default=db.row().taken_in_at)
    return at.astimezone(UTC)


def _stakeholders(db: OfferReader, objects: Objects, on: date) -> Iterator[Object]:
    periods = db.service_periods()
    for holder_id, holder in db.holders().items():
        yield objects.stakeholder(holder, periods.get(holder_id, ()), on)


def _transactions(db: OfferReader, objects: Objects, on: date) -> Iterator[Object]:
    yield from _splits(db, objects)
    yield from _grants(db, objects, on)
    yield from _cancellations(db, objects)
    yield from _issued(db, objects)
    for action in db.actions(AgreementSigned.verb):
        if isinstance(action, AgreementSigned):
            yield objects.acceptance(action.grant, action.on)


def _splits(db: OfferReader, objects: Objects) -> Iterator[Object]:
    """The splits that were carried out, and what each made of the plan's reserve."""
    state, by = db.state(), Fraction(1)
    carried_out = [split for split in state.all_splits if split.on in state.followed]
    for split in sorted(carried_out, key=lambda split: split.effective):
        by *= Fraction(split.new, split.old)
        yield objects.split(split)
        yield objects.pool_adjustment(split, by)


def _grants(db: OfferReader, objects: Objects, on: date) -> Iterator[Object]:
    """The grants as they were made, and what had been exercised of them before the offer."""
    terms = db.state().terms
    for grant in db.grants_as_told():
        fmv = [] if grant.fmv is None else [decimal_remark("fmv", grant.fmv)]
        yield objects.issuance(grant, schedule(grant, terms.plan.vesting), grant.granted_on, comments=fmv)
        if grant.exercised:
            yield objects.exercise(grant, max(grant.granted_on, min(terms.commences - ONE_DAY, on)))


def _cancellations(db: OfferReader, objects: Objects) -> Iterator[Object]:
    """The cancellations that hold, each with the return of its shares to the pool."""
    for row in db.rows(t.cancellations):
        if row.voided_on is None:
            yield objects.cancellation(row.grant_id, row.shares, row.cancelled_on, row.balancing_grant_id)
            yield objects.return_to_pool(row.grant_id, row.shares, row.cancelled_on)


def _issued(db: OfferReader, objects: Objects) -> Iterator[Object]:
    """The balancing options, issued by the cancellation, and the new ones; one that was rescinded is retracted."""
    cancelled_on = {row.grant_id: row.cancelled_on for row in db.rows(t.cancellations)}
    tranches: dict[str, list[Tranche]] = {}
    for row in db.rows(t.tranches, t.tranches.c.grant_id, t.tranches.c.vests_on):
        tranches.setdefault(row.grant_id, []).append(Tranche(vests_on=row.vests_on, shares=row.shares))
    for row in db.rows(t.issued_options):
        balancing = row.kind == "balancing"
        if balancing and row.ended_on is not None:  # withdrawn with its acceptance, it never was
            continue
        option = _option(row, tuple(tranches[row.grant_id]))
        since = cancelled_on.get(row.from_grant_id)
        if balancing and since is not None:
            why = f"the rest of {row.from_grant_id}, with its grant date of {row.granted_on}"
            yield objects.issuance(option, option.vesting, since, comments=[why])
        else:
            what = f"In exchange for {row.from_grant_id}, cancelled on {since}" if row.from_grant_id else ""
            yield objects.issuance(option, option.vesting, row.granted_on, consideration=what)
        if row.ended_on is not None:
            yield objects.retraction(row.grant_id, row.ended_on)


def _option(row: Any, vesting: tuple[Tranche, ...]) -> IssuedOption:
    return IssuedOption(
        grant_id=row.grant_id,
        holder_id=row.holder_id,
        from_grant_id=row.from_grant_id,
        granted_on=row.granted_on,
        shares=row.shares,
        price=row.price,
        type=UnitType.RSU if row.type == UnitType.RSU else OptionType(row.type),
        expires_on=row.expires_on,
        vesting=vesting,
    )


def _in_order(transaction: Object) -> tuple[str, int, str]:
    return transaction["date"], _ORDER.index(transaction["object_type"]), transaction["id"]


def _written(folder: Path, key: str, items: list[Object]) -> list[dict[str, str]]:
    """One file of the package, as the manifest lists it."""
    name = "".join(word.title() for word in key.removesuffix("_files").split("_")) + ".ocf.json"
    content = _write(folder / name, {"file_type": FILE_TYPES[key], "items": items})
    return [{"filepath": name, "md5": hashlib.md5(content, usedforsecurity=False).hexdigest()}]


def _write(path: Path, document: dict[str, Any]) -> bytes:
    content = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    with written_whole(path) as unfinished:
        unfinished.write_bytes(content)
    return content
