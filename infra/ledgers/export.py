"""The books written out as ledgers: one CSV file each, sorted by their keys, the same books giving the same bytes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, or_, select

from infra.batched import batched
from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.database.sorted_spool import SortedSpool
from infra.database.writer import AT_ONCE
from infra.ledgers.csv_files import LEDGERS, write_csv
from optex.records import UnitType
from optex.steps import run_order

Rows = Iterable[Sequence[Any]]

# A balancing option that was withdrawn never was.
_NEVER_WITHDRAWN = or_(t.issued_options.c.kind == "new", t.issued_options.c.ended_on.is_(None))


def export(db: OfferReader, folder: Path) -> dict[str, int]:
    """Write every ledger into a folder; returns how many rows each has."""
    return {name: write_csv(folder / name, columns, rows_of(db, name)) for name, columns in LEDGERS.items()}


def ledger_rows(db: OfferReader, name: str) -> list[dict[str, Any]]:
    """The rows of one ledger by column name, as `export` writes them."""
    return [dict(zip(LEDGERS[name], row, strict=True)) for row in rows_of(db, name)]


def rows_of(db: OfferReader, name: str) -> Rows:
    """The rows of one ledger, sorted by its keys, each in the order of its columns."""
    return _ROWS[name](db)


def _each(db: OfferReader, table: Table, *order: ColumnElement[Any], where: Iterable[Any] = ()) -> Iterator[Row[Any]]:
    return db.each_row(select(table).where(table.c.offer == db.offer, *where).order_by(*order))


def _milestones(db: OfferReader) -> Rows:
    for step in sorted(db.steps(), key=lambda step: (step.due, step.version, run_order(step))):
        yield step.name, step.due, step.done_at, step.status


def _forms(db: OfferReader) -> Rows:
    for some in batched(_each(db, t.forms, t.forms.c.form_id), AT_ONCE):
        decided = db.latest_decisions("form", [row.form_id for row in some])
        for row in some:
            d = decided[row.form_id]
            standing = (d.decision, d.rule, d.section, d.reason)
            yield row.form_id, row.holder_id, row.kind, row.received_at, *standing, row.recorded_at


def _tenders(db: OfferReader) -> Rows:
    by_holder = SortedSpool()
    for some in batched(db.each_latest_decision("tender"), AT_ONCE):
        by_holder.add((d.holder_id, d.subject, d.shares, d.decision, d.rule, d.section, d.reason) for d in some)
    return by_holder


def _cancellations(db: OfferReader) -> Rows:
    c = t.cancellations.c
    for row in _each(db, t.cancellations, c.grant_id):
        yield row.grant_id, row.holder_id, row.shares, row.cancelled_on, row.balancing_grant_id, row.voided_on


def _options(kind: str) -> Callable[[OfferReader], Rows]:
    def rows(db: OfferReader) -> Rows:
        o = t.issued_options
        for row in _each(db, o, o.c.grant_id, where=(o.c.kind == kind, _NEVER_WITHDRAWN)):
            units = row.type == UnitType.RSU  # which have neither price nor term (XCH-3)
            yield (
                row.grant_id,
                row.holder_id,
                row.from_grant_id,
                row.granted_on,
                row.shares,
                None if units else row.price,
                row.type,
                None if units else row.expires_on,
            )

    return rows


def _promises(db: OfferReader) -> Rows:
    for some in batched(_each(db, t.promises, t.promises.c.promise_id), AT_ONCE):
        outcomes = db.promise_outcomes([row.promise_id for row in some])
        for row in some:
            end = outcomes.get(row.promise_id)
            outcome = (end.decision, end.rule, end.reason) if end else ("open", "", "")
            yield row.promise_id, row.holder_id, row.shares, row.issued_on, row.not_before, *outcome


def _vesting(db: OfferReader) -> Rows:
    v, o = t.tranches, t.issued_options
    own = select(o.c.grant_id).where(o.c.offer == db.offer, _NEVER_WITHDRAWN)
    for row in _each(db, v, v.c.grant_id, v.c.vests_on, where=(v.c.grant_id.in_(own),)):
        yield row.grant_id, row.vests_on, row.shares


def _pool(db: OfferReader) -> Rows:
    for row in _each(db, t.pool, t.pool.c.position):
        yield row.on, row.event, row.shares, row.available_after


def _notices(db: OfferReader) -> Rows:
    n = t.notices.c
    columns = n.notice_id, n.holder_id, n.kind, n.subject, n.queued_at, n.sent_at, n.message_id
    yield from db.each_row(select(*columns).where(n.offer == db.offer).order_by(n.notice_id))


def _audit(db: OfferReader) -> Rows:
    for row in _each(db, t.audit, t.audit.c.position):
        entry = (row.at, row.actor, row.action, row.subject, row.rule, row.section, row.detail)
        yield *entry, row.recorded_at, row.evidence, row.hash


_ROWS: dict[str, Callable[[OfferReader], Rows]] = {
    "milestones.csv": _milestones,
    "forms.csv": _forms,
    "tenders.csv": _tenders,
    "cancellations.csv": _cancellations,
    "balancing_options.csv": _options("balancing"),
    "promises.csv": _promises,
    "new_options.csv": _options("new"),
    "vesting.csv": _vesting,
    "pool.csv": _pool,
    "notices.csv": _notices,
    "audit.csv": _audit,
}
