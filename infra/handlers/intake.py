"""Intake: an offer's folder is taken into the books, and what arrives is taken in, in order of its instants."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from infra.database import tables as t
from infra.database.mapping import GRANTS, HOLDERS, SERVICE_PERIODS
from infra.database.writer import OfferWriter
from infra.folder.arrivals import Arrival, Price
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
from optex.records import Form, ServicePeriod


def load_folder(engine: Engine, folder: Folder, at: datetime, periods: Sequence[ServicePeriod] | None = None) -> bool:
    """Take an offer's terms, holders, service and grants into the books, in one transaction; False if they are there.

    `periods` are what is known of service by then, all of the folder's where none are given.
    """
    terms = folder.terms
    with without_collection(), engine.begin() as connection:
        row = {"offer": terms.offer, "digest": folder.digest, "taken_in_at": at, "version": 0}
        try:  # of two that take it in at once the second waits here for the first
            with connection.begin_nested():
                connection.execute(insert(t.offers).values(**row))
        except IntegrityError:
            return False
        db = OfferWriter(connection, terms.offer)
        db.add_terms(1, terms, at, "as the offer was made")
        db.add(t.holders, HOLDERS.rows(folder.holders))
        known = folder.service_periods if periods is None else periods
        db.add(t.service_periods, SERVICE_PERIODS.rows(known))
        db.add(t.grants, GRANTS.rows(folder.grants))
        db.add_tranches((grant.grant_id, grant.vesting) for grant in folder.grants if grant.vesting)
        db.move_pool(pool.opening(terms.commences, terms.plan.shares_authorized, folder.grants))
        db.reschedule(at, "")
        said = f"{count(len(folder.holders), 'holder')}, {count(len(folder.grants), 'grant')}"
        db.audit(at, "", [("offer taken in", terms.offer, "", said)])
    return True


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
