"""Intake: an offer's folder is taken into the books, and what arrives is taken in, in order of its instants."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from infra.database import tables as t
from infra.database.engine import count_anew
from infra.database.mapping import GRANTS, HOLDERS, SERVICE_PERIODS
from infra.database.writer import OfferWriter
from infra.folder.arrivals import Arrival, Price
from infra.folder.csv_table import ROWS_AT_ONCE
from infra.folder.files import Batch, FolderFiles
from infra.folder.reader import Folder
from infra.folder.script import ScriptEntry
from infra.handlers.actions import record_action
from infra.handlers.decide_again import decide_again
from infra.handlers.forms import record_forms
from infra.handlers.prices import record_prices
from infra.handlers.splits import apply_splits
from infra.memory import without_collection
from optex import pool
from optex.formatting import count
from optex.records import Form, Grant, ServicePeriod
from optex.terms import Terms

Known = Callable[[Iterable[ServicePeriod]], list[ServicePeriod]]


def load_folder(engine: Engine, folder: Folder, at: datetime, periods: Sequence[ServicePeriod] | None = None) -> bool:
    """Take an offer's terms, holders, service and grants into the books, in one transaction; False if they are there.

    `periods` are what is known of service by then, all of the folder's where none are given.
    """
    known = folder.service_periods if periods is None else periods
    batches = [Batch(holders=folder.holders, service_periods=list(known), grants=folder.grants)]
    return _taken_in(engine, folder.terms, batches, lambda: folder.digest, at)


def take_in(
    engine: Engine, path: Path, at: datetime, known: Known | None = None, *, rows_at_once: int = ROWS_AT_ONCE
) -> bool:
    """The same of a folder that is read meanwhile, so many rows at a time; BadData, and nothing, where it has faults.

    `known` says what is known of its service by then, all of it where none is given.
    """
    files = FolderFiles(path, keep_forms=False, rows_at_once=rows_at_once)
    batches = files.batches()
    if files.terms is None:
        list(batches)  # raises what is wrong with the terms, and with all else
    assert files.terms is not None
    if known is not None:
        batches = (replace(batch, service_periods=known(batch.service_periods)) for batch in batches)
    return _taken_in(engine, files.terms, batches, lambda: files.digest, at)


def _taken_in(engine: Engine, terms: Terms, batches: Iterable[Batch], digest: Callable[[], str], at: datetime) -> bool:
    """Take batches into the books; the digest of the files is known when they have all been."""
    with without_collection(), engine.begin() as connection:
        row = {"offer": terms.offer, "digest": "", "taken_in_at": at, "version": 0}
        try:  # of two that take it in at once the second waits here for the first
            with connection.begin_nested():
                connection.execute(insert(t.offers).values(**row))
        except IntegrityError:
            return False
        db = OfferWriter(connection, terms.offer)
        db.add_terms(1, terms, at, "as the offer was made")
        counted = Counter[str]()
        grants = _put_on_record(db, batches, counted)
        db.move_pool(pool.opening(terms.commences, terms.plan.shares_authorized, grants))
        count_anew(connection, t.holders, t.service_periods, t.grants, t.tranches)
        db.update_offer(digest=digest())
        db.reschedule(at, "")
        said = f"{count(counted['holders'], 'holder')}, {count(counted['grants'], 'grant')}"
        db.audit(at, "", [("offer taken in", terms.offer, "", said)])
    return True


def _put_on_record(db: OfferWriter, batches: Iterable[Batch], counted: Counter[str]) -> Iterator[Grant]:
    """Put all that the batches hold on record, and count it; every grant comes out when it is there."""
    for batch in batches:
        counted["holders"] += db.add_records(HOLDERS, batch.holders)
        db.add_records(SERVICE_PERIODS, batch.service_periods)
        counted["grants"] += db.add_records(GRANTS, batch.grants)
        db.add_tranches((grant.grant_id, grant.vesting) for grant in batch.grants if grant.vesting)
        yield from batch.grants


def _recorded(db: OfferWriter, entry: ScriptEntry) -> str:
    """What became of an action of the script, which goes on record when the script says so."""
    db.clock = entry.when
    try:
        return record_action(db, entry.action).message
    finally:
        db.clock = None


def record_arrivals(db: OfferWriter, arrivals: Sequence[Arrival], at: datetime) -> list[str]:
    """Take in what has arrived by an instant; what follows from it is said in sentences.

    Actions are taken as of their own instant; forms are reviewed and confirmed as of the action that follows them, or
    of `at` where none does. All of it is one transaction.
    """
    said = []
    instants = [arrival.at for arrival in arrivals if isinstance(arrival.thing, ScriptEntry)]
    for kind, group in groupby(arrivals, key=lambda arrival: type(arrival.thing)):
        each = list(group)
        things: list[Any] = [arrival.thing for arrival in each]  # all of one kind
        now = next((acted for acted in instants if acted >= each[-1].at), at)
        if kind is ScriptEntry:
            said += [_recorded(db, entry) for entry in things]
        elif kind is Form:
            apply_splits(db, now)
            said.append(record_forms(db, things, now))
        elif kind is ServicePeriod:
            db.add_service_periods(things)
            said.append(decide_again(db, {period.holder_id for period in things}, now))
        elif kind is Price:
            said.append(record_prices(db, {price.on: price.quote for price in things}, now))
    apply_splits(db, at)
    return [sentence for sentence in said if sentence]
