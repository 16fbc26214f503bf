"""The books written out as ledgers: one CSV file each, sorted by their keys, the same books giving the same bytes."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.ledgers.csv_files import LEDGERS, write_csv
from optex.records import UnitType
from optex.steps import run_order

Rows = Iterable[tuple[Any, ...]]


def export(db: OfferReader, folder: Path) -> dict[str, int]:
    """Write every ledger into a folder; returns how many rows each has."""
    written = {}
    for name, columns in LEDGERS.items():
        rows = list(rows_of(db, name))
        write_csv(folder / name, columns, rows)
        written[name] = len(rows)
    return written


def ledger_rows(db: OfferReader, name: str) -> list[dict[str, Any]]:
    """The rows of one ledger by column name, as `export` writes them."""
    return [dict(zip(LEDGERS[name], row, strict=True)) for row in rows_of(db, name)]


def rows_of(db: OfferReader, name: str) -> Rows:
    """The rows of one ledger, sorted by its keys, each in the order of its columns."""
    return _ROWS[name](db)


def _milestones(db: OfferReader) -> Rows:
    for step in sorted(db.steps(), key=lambda step: (step.due, step.version, run_order(step))):
        yield step.name, step.due, step.done_at, step.status


def _forms(db: OfferReader) -> Rows:
    decided = db.latest_decisions("form")
    for row in db.rows(t.forms, t.forms.c.form_id):
        d = decided[row.form_id]
        standing = (d.decision, d.rule, d.section, d.reason)
        yield row.form_id, row.holder_id, row.kind, row.received_at, *standing, row.recorded_at


def _tenders(db: OfferReader) -> Rows:
    decided = db.latest_decisions("tender").values()
    for d in sorted(decided, key=lambda d: (d.holder_id, d.subject)):
        yield d.holder_id, d.subject, d.shares, d.decision, d.rule, d.section, d.reason


def _cancellations(db: OfferReader) -> Rows:
    c = t.cancellations.c
    for row in db.rows(t.cancellations, c.grant_id):
        yield row.grant_id, row.holder_id, row.shares, row.cancelled_on, row.balancing_grant_id, row.voided_on


def _options(kind: str) -> Callable[[OfferReader], Rows]:
    def rows(db: OfferReader) -> Rows:
        for row in db.rows(t.issued_options, t.issued_options.c.grant_id):
            if row.kind == kind and (kind == "new" or row.ended_on is None):  # a withdrawn balancing option never was
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
    outcomes = db.promise_outcomes()
    for row in db.rows(t.promises, t.promises.c.promise_id):
        end = outcomes.get(row.promise_id)
        outcome = (end.decision, end.rule, end.reason) if end else ("open", "", "")
        yield row.promise_id, row.holder_id, row.shares, row.issued_on, row.not_before, *outcome


def _vesting(db: OfferReader) -> Rows:
    own = {row.grant_id for row in db.rows(t.issued_options) if row.kind == "new" or row.ended_on is None}
    for row in db.rows(t.tranches, t.tranches.c.grant_id, t.tranches.c.vests_on):
        if row.grant_id in own:
            yield row.grant_id, row.vests_on, row.shares


def _pool(db: OfferReader) -> Rows:
    for row in db.rows(t.pool, t.pool.c.position):
        yield row.on, row.event, row.shares, row.available_after


def _notices(db: OfferReader) -> Rows:
    n = t.notices.c
    for row in db.rows(t.notices, n.notice_id):
        yield row.notice_id, row.holder_id, row.kind, row.subject, row.queued_at, row.sent_at, row.message_id


def _audit(db: OfferReader) -> Rows:
    for row in db.rows(t.audit, t.audit.c.position):
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
