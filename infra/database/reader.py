"""Reading the books: rows become the rules' own records, whole sets at a time."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Row, Select, and_, func, select

from infra.batched import batched
from infra.database import tables as t
from infra.database.among import among
from infra.database.audit_chain import BEGINNING
from infra.database.history import exercises_before, told_at
from infra.database.holder_records import (
    read_forms,
    read_grants,
    read_holder_records,
    read_holders,
    read_service_periods,
    rows_of_holders,
)
from infra.database.mapping import STEPS
from optex.action import Action
from optex.actions import STATEFUL, recorded_action, replay
from optex.adjustment import adjusted_by
from optex.compensations import REINSTATED
from optex.errors import Ruling
from optex.iso import Exercisable
from optex.market import Quote, market_value
from optex.records import Form, FormKind, Grant, Holder, HolderRecord, OptionType, ServicePeriod, Tranche
from optex.state import OfferState
from optex.steps import Step, StepStatus, latest
from optex.terms import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditHead:
    """How long the audit is, and its last entry's hash: told in every report, so that it can be found again (REC-1)."""

    entries: int
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedAction:
    """An action as it stands on record, taken or refused by a ruling."""

    key: str
    action: Action
    accepted: bool
    ruling: Ruling
    recorded_at: datetime
    after_deadline: datetime | None


class PromiseRow(NamedTuple):
    """A promise as it was issued, and the decision about it that is in force: None where it is open since then."""

    promise_id: str
    holder_id: str
    shares: int
    issued_on: date
    not_before: date
    received_on: date
    decision: str | None
    rule: str
    decided_at: datetime | None

    @property
    def reinstated_at(self) -> datetime | None:
        """Since when it is open again, where it had lapsed (REC-4)."""
        return self.decided_at if self.decision == REINSTATED else None


# So many holders are read, decided and written at a time: with more the memory grows, and nothing is faster.
HOLDERS_AT_ONCE = 2000

_OF_PROMISE = ("promise_id", "holder_id", "shares", "issued_on", "not_before", "received_on")


def unwatched(of: int) -> AbstractContextManager[Callable[[int], None]]:
    """Nobody sees how many are done."""
    return nullcontext(lambda done: None)


class OfferReader:
    """One offer's rows, read inside one transaction.

    `at_once` is how many holders are worked on at a time; `watched`, given how many there are, shows how many are done.
    """

    at_once = HOLDERS_AT_ONCE

    def __init__(self, connection: Connection, offer: str) -> None:
        self.connection = connection
        self.offer = offer
        self.watched: Callable[[int], AbstractContextManager[Callable[[int], None]]] = unwatched

    def row(self) -> Row[Any]:
        return self.connection.execute(select(t.offers).where(t.offers.c.offer == self.offer)).one()

    def first_terms(self) -> Terms:
        found = self._select(t.terms).order_by(t.terms.c.version).limit(1)
        return _terms(self.connection.execute(found).one().document)

    def all_terms(self) -> list[Terms]:
        """The terms in versions, the first ones first."""
        found = self._select(t.terms).order_by(t.terms.c.version)
        return [_terms(row.document) for row in self.connection.execute(found)]

    def state(self) -> OfferState:
        row, (followed, followed_before) = self.row(), self._followed()
        state = OfferState(
            terms=self.first_terms(),
            opened_at=row.opened_at,
            accepted_at=row.accepted_at,
            cancelled_on=row.cancelled_on,
            terminated_at=row.terminated_at,
            granted_on=row.granted_on,
            followed=followed,
            followed_before=followed_before,
        )
        state = replay(state, self.actions(*STATEFUL))
        if not state.deferred:
            return state
        decided = self.latest_decisions("deferred", [each.deferred_id for each in state.deferred])
        released = {row.subject for row in decided.values() if row.decision == "released"}
        return replace(state, deferred=tuple(each for each in state.deferred if each.deferred_id not in released))

    def _followed(self) -> tuple[frozenset[date], frozenset[date]]:
        """The days of the splits that were carried out, and of those among them that came before the cancellation."""
        p, before = t.pool.c, True
        query = select(p.on, p.event).where(p.offer == self.offer, p.event.in_(["split", "cancelled"]))
        days: dict[bool, set[date]] = {True: set(), False: set()}
        for on, event in self.connection.execute(query.order_by(p.position)):
            if event == "split":
                days[before].add(on)
            else:
                before = False
        return frozenset(days[True] | days[False]), frozenset(days[True])

    def actions(self, *verbs: str) -> list[Action]:
        """The accepted actions in the order in which they were recorded, of these verbs where any is named."""
        return [each.action for each in self.recorded_actions(*verbs) if each.accepted]

    def recorded_actions(self, *verbs: str) -> list[RecordedAction]:
        """The actions, accepted and refused, in the order in which they were recorded; all, or those of these verbs."""
        query = self._select(t.actions).order_by(t.actions.c.position)
        if verbs:
            query = query.where(t.actions.c.verb.in_(verbs))
        return [
            RecordedAction(
                key=row.fact_id,
                action=recorded_action(row.verb, row.data, row.actor, row.at),
                accepted=row.accepted,
                ruling=Ruling(rule=row.rule, reason=row.reason),
                recorded_at=row.recorded_at,
                after_deadline=row.after_deadline,
            )
            for row in self.connection.execute(query)
        ]

    def steps(self) -> list[Step]:
        query = self._select(t.steps).order_by(t.steps.c.due, t.steps.c.version)
        return [STEPS.of(row) for row in self.connection.execute(query)]

    def step(self, name: str, version: int | None = None) -> Step | None:
        """One version of a step, the last where none is named."""
        query = self._select(t.steps).where(t.steps.c.name == name).order_by(t.steps.c.version.desc())
        if version is not None:
            query = query.where(t.steps.c.version == version)
        row = self.connection.execute(query.limit(1)).first()
        return STEPS.of(row) if row is not None else None

    def held_steps(self) -> list[Step]:
        """The steps that came due and wait for something, by their dates; a version that was replaced waits no more."""
        steps = self.steps()
        last = latest(steps)
        return [step for step in steps if step.status is StepStatus.HELD and last[step.name] == step]

    def awaiting_approval(self, name: str) -> Row[Any] | None:
        """The step of that name, in its last version, where it is held for an approval."""
        s = t.steps
        query = self._select(s).where(s.c.name == name).order_by(s.c.version.desc()).limit(1)
        last = self.connection.execute(query).first()
        return last if last is not None and last.status == StepStatus.HELD and last.digest is not None else None

    def holders(self, holder_ids: Iterable[str] | None = None) -> dict[str, Holder]:
        """These holders, or all, by id and in its order."""
        return {holder.holder_id: holder for holder in self._of_holders(read_holders, holder_ids)}

    def names(self, holder_ids: Iterable[str]) -> dict[str, str]:
        """The names of these holders."""
        h = t.holders.c
        query = select(h.holder_id, h.name).where(h.offer == self.offer)
        return dict(iter(self.connection.execute(query.where(among(self.connection, h.holder_id, holder_ids)))))

    def quotes(self) -> dict[date, Quote]:
        """What the stock was quoted at, by day."""
        return {row.on: Quote(close=row.close, high=row.high, low=row.low) for row in self.rows(t.prices)}

    def value_on(self, granted_on: date) -> Decimal | None:
        """The value of a share on a grant date, by the terms; None where it is not known yet (GRT-3, XCH-4)."""
        return market_value(self.state().terms, granted_on, self.quotes())

    def holder_records(self, holder_ids: Iterable[str] | None = None, *, forms: bool = True) -> list[HolderRecord]:
        """The records of these holders, or of all, in order of holder id; without their forms where none is asked.

        Their grants are as adjusted by the splits carried out before the cancellation, and beside them as told.
        """
        records: list[HolderRecord] = self._of_holders(partial(read_holder_records, forms=forms), holder_ids)
        if adjust := self._adjustment():
            records = [
                replace(d, grants={key: adjust(grant) for key, grant in d.grants.items()}, as_told=d.grants)
                for d in records
            ]
        return self._with_history(records) if forms else records

    def _with_history(self, records: list[HolderRecord]) -> list[HolderRecord]:
        """The records with what the rules ask of the past, of those holders of whom there is any (TND-3, TND-4)."""
        terms = self.first_terms()
        exercises = exercises_before(self.connection, self.offer, terms.zone)
        # An offer is extended, never cut short: before its first expiration a notice objects to nothing.
        told = self.told_at(
            form.form_id
            for d in records
            if any(form.kind is FormKind.WITHDRAWAL and form.received_at >= terms.expires for form in d.forms)
            for form in d.forms
        )
        if not exercises and not told:
            return records
        return [
            replace(
                d,
                exercises={key: exercises[key] for key in exercises.keys() & d.grants.keys()},
                told={form.form_id: told[form.form_id] for form in d.forms if form.form_id in told},
            )
            for d in records
        ]

    def told_at(self, form_ids: Iterable[str]) -> dict[str, datetime]:
        """When it went on record that a form tenders what it tenders, so that its holder could be told (TND-3)."""
        return told_at(self.connection, self.offer, list(form_ids))

    def grants(self, holder_ids: Iterable[str] | None = None) -> list[Grant]:
        """The grants of these holders, or of all, as adjusted by the splits carried out before the cancellation."""
        adjust = self._adjustment()
        told = self.grants_as_told(holder_ids)
        return [adjust(grant) for grant in told] if adjust else told

    def grants_as_told(self, holder_ids: Iterable[str] | None = None) -> list[Grant]:
        """The grants of these holders, or of all, as they were told: before any split that they follow."""
        return self._of_holders(read_grants, holder_ids)

    def _adjustment(self) -> Callable[[Grant], Grant] | None:
        """What a split has made of the grants; None where none was carried out before the cancellation (ADJ-1)."""
        if not self._followed()[1]:
            return None
        state = self.state()
        return partial(adjusted_by, splits=state.grant_splits, vesting=state.terms.plan.vesting)

    def service_periods(self, holder_ids: Iterable[str] | None = None) -> dict[str, list[ServicePeriod]]:
        """The periods of service of these holders, or of all."""
        wanted = None if holder_ids is None else sorted(set(holder_ids))
        return read_service_periods(self.connection, self.offer, wanted)

    def holder_ids(self) -> list[str]:
        """The ids of all holders, in order."""
        h = t.holders.c
        query = select(h.holder_id).where(h.offer == self.offer).order_by(h.holder_id)
        return list(self.connection.execute(query).scalars())

    def batches(self, holder_ids: Iterable[str] | None = None) -> Iterator[list[str]]:
        """The ids of these holders, or of all, in order, so many at a time as memory should hold the records of."""
        return batched(self.holder_ids() if holder_ids is None else sorted(set(holder_ids)), self.at_once)

    def _of_holders(
        self, read: Callable[[Connection, str, Sequence[str] | None], list[Any]], holder_ids: Iterable[str] | None
    ) -> list[Any]:
        """What is read of these holders, or of all."""
        return read(self.connection, self.offer, None if holder_ids is None else sorted(set(holder_ids)))

    def grants_among(self, grant_ids: Iterable[str]) -> set[str]:
        """Which of these ids are those of grants."""
        return self._among(t.grants.c.grant_id, grant_ids)

    def holders_among(self, holder_ids: Iterable[str]) -> set[str]:
        """Which of these ids are those of holders."""
        return self._among(t.holders.c.holder_id, holder_ids)

    def _among(self, column: Column[str], ids: Iterable[str]) -> set[str]:
        query = select(column).where(column.table.c.offer == self.offer, among(self.connection, column, ids))
        return set(self.connection.execute(query).scalars())

    def form_ids(self) -> set[str]:
        return set(self.connection.execute(select(t.forms.c.form_id).where(t.forms.c.offer == self.offer)).scalars())

    def forms_of(self, holder_ids: Iterable[str], since: int) -> set[str]:
        """The numbers of the forms of these holders from a position on."""
        f = t.forms.c
        query = select(f.form_id).where(f.offer == self.offer, f.position >= since)
        return set(self.connection.execute(query.where(among(self.connection, f.holder_id, holder_ids))).scalars())

    def holders_of_forms(self, since: int) -> list[str]:
        """Whose forms have a position from this one on."""
        f = t.forms.c
        query = select(f.holder_id).distinct().where(f.offer == self.offer, f.position >= since)
        return list(self.connection.execute(query).scalars())

    def forms(self, form_ids: Iterable[str] | None = None) -> dict[str, Form]:
        """The forms on record by number: all, or which there are of these."""
        f = t.forms.c
        query = select(f.form_id, f.holder_id).where(f.offer == self.offer)
        if form_ids is not None:
            query = query.where(among(self.connection, f.form_id, form_ids))
        of = dict(iter(self.connection.execute(query)))
        found = read_forms(self.connection, self.offer, sorted(set(of.values()))) if of else {}
        return {form.form_id: form for each in found.values() for form in each if form.form_id in of}

    def forms_recorded_late(self) -> dict[str, datetime]:
        """When each form went on record that did so only after the deadline before which it was received (REC-1)."""
        f = t.forms.c
        query = select(f.form_id, f.recorded_at).where(f.offer == self.offer, f.after_deadline.is_not(None))
        return dict(iter(self.connection.execute(query)))

    def holder_of_form(self, form_id: str) -> str | None:
        query = select(t.forms.c.holder_id).where(t.forms.c.offer == self.offer, t.forms.c.form_id == form_id)
        return self.connection.execute(query).scalar()

    def missed_forms(self) -> list[Row[Any]]:
        """The forms that came in time but were put on record only after the acceptance, with their holders (CAN-1)."""
        f = t.forms.c
        query = select(f.form_id, f.holder_id).where(f.offer == self.offer, f.missed).order_by(f.position)
        return list(self.connection.execute(query))

    def latest_decisions(self, kind: str, subjects: Sequence[str] | None = None) -> dict[str, Row[Any]]:
        """The decision in force on every subject of a kind, or on these subjects."""
        d = t.decisions
        query = self._select(d).where(d.c.kind == kind).order_by(d.c.subject, d.c.revision)
        if subjects is not None:
            query = query.where(among(self.connection, d.c.subject, subjects))
        # The last revision takes the place of those before it.
        return {row.subject: row for row in self.connection.execute(query).all()}

    def decisions_about(self, holder_id: str) -> list[Row[Any]]:
        """Every revision of every decision about one holder, in the order in which they were made."""
        d = t.decisions.c
        return self.rows_about(holder_id, t.decisions, d.at, d.kind, d.subject, d.revision)

    def rows(self, table: Any, *order: Any) -> list[Row[Any]]:
        """The offer's rows of one table as they are, for the ledgers."""
        return list(self.connection.execute(self._select(table).order_by(*order)))

    def each_row(self, query: Select[Any]) -> Iterator[Row[Any]]:
        """The rows of a query one after the other, as they come from the database: more than memory should hold."""
        yield from self.connection.execute(query, execution_options={"yield_per": self.at_once})

    def each_latest_decision(self, kind: str, *columns: Any) -> Iterator[Row[Any]]:
        """The decision in force on every subject of a kind, likewise, in order of the subjects.

        Its `columns`, after the subject, or all where none are named.
        """
        d, last = t.decisions, None
        query = select(d.c.subject, *columns) if columns else select(d)
        query = query.where(d.c.offer == self.offer, d.c.kind == kind).order_by(d.c.subject, d.c.revision)
        for row in self.each_row(query):
            if last is not None and last.subject != row.subject:
                yield last
            last = row
        if last is not None:
            yield last

    def rows_about(self, holder_id: str, table: Any, *order: Any) -> list[Row[Any]]:
        """The rows of one table that are about one holder."""
        return list(self._of(table, [holder_id], *order))

    def rows_of(self, table: Any, holder_ids: Collection[str] | None, *order: Any) -> list[Row[Any]]:
        """The rows of one table that are about these holders, or all."""
        return list(self._of(table, None if holder_ids is None else sorted(holder_ids), *order))

    def rows_of_grants(self, table: Any, grant_ids: Collection[str]) -> list[Row[Any]]:
        """The rows of one table that are about these grants, in order of their ids."""
        mine = among(self.connection, table.c.grant_id, grant_ids)
        return list(self.connection.execute(self._select(table).where(mine).order_by(table.c.grant_id)))

    def unsendable(self) -> int:
        """How many notices are for holders who have no e-mail address."""
        n, h = t.notices, t.holders
        query = (
            select(func.count())
            .select_from(n)
            .join(h, and_(h.c.offer == n.c.offer, h.c.holder_id == n.c.holder_id))
            .where(n.c.offer == self.offer, n.c.sent_at.is_(None), n.c.delivered_on.is_(None))
            .where(n.c.withdrawn_at.is_(None), h.c.email == "")
        )
        return self.connection.execute(query).scalar() or 0

    def audit_head(self) -> AuditHead:
        """How many entries the audit has, and the hash of the last."""
        a = t.audit.c
        last = select(a.position, a.hash).where(a.offer == self.offer).order_by(a.position.desc()).limit(1)
        row = self.connection.execute(last).first()
        return AuditHead(entries=row.position, hash=row.hash) if row else AuditHead(entries=0, hash=BEGINNING)

    def raised(self, action: str) -> list[str]:
        """The subjects of the audit's entries of one action."""
        a = t.audit
        query = select(a.c.subject).where(a.c.offer == self.offer, a.c.action == action)
        return list(self.connection.execute(query).scalars())

    def granted_isos(self, holder_ids: Collection[str]) -> dict[str, list[Exercisable]]:
        """The new ISOs that these holders have been granted, at the value of their day: they count first (ISO-1)."""
        o, v = t.issued_options.c, t.tranches.c
        query = (
            select(o.grant_id, o.holder_id, o.granted_on)
            .where(o.offer == self.offer, o.kind == "new", o.type == OptionType.ISO, o.ended_on.is_(None))
            .where(among(self.connection, o.holder_id, holder_ids))
        )
        options = sorted(self.connection.execute(query).all())
        theirs = among(self.connection, v.grant_id, (option.grant_id for option in options))
        vesting = select(v.grant_id, v.vests_on, v.shares).where(v.offer == self.offer, theirs)
        tranches: dict[str, list[Tranche]] = defaultdict(list)
        for grant_id, vests_on, shares in self.connection.execute(vesting.order_by(v.grant_id, v.vests_on)):
            tranches[grant_id].append(Tranche(vests_on=vests_on, shares=shares))
        found: dict[str, list[Exercisable]] = defaultdict(list)
        terms, quotes = self.state().terms, self.quotes()
        for grant_id, holder_id, granted_on in options:
            value = market_value(terms, granted_on, quotes)
            assert value is not None, "without a price nothing is granted (GRT-3)"
            iso = Exercisable(granted_on=granted_on, grant_id=grant_id, fmv=value, tranches=tuple(tranches[grant_id]))
            found[holder_id].append(iso)
        return found

    def open_promises(self, holder_ids: Collection[str] | None = None) -> list[PromiseRow]:
        """The promises, of these holders or of all, that are neither granted nor lapsed, or are reinstated."""
        if holder_ids is None:
            return list(self.each_open_promise())
        return [row for row in self._promises(holder_ids) if row.decision in (None, REINSTATED)]

    def each_open_promise(self) -> Iterator[PromiseRow]:
        """All of them, read of so many holders at a time: there are as many as holders."""
        for some in self.batches():
            yield from self.open_promises(some)

    def lapsed_promises(self, holder_ids: Collection[str] | None = None) -> list[PromiseRow]:
        """The promises, of these holders or of all, that have lapsed."""
        d = t.decisions.c
        once = select(d.holder_id).where(d.offer == self.offer, d.kind == "promise", d.decision == "lapsed").distinct()
        lapsed = set(self.connection.execute(once).scalars())  # few, of all that there are
        wanted = lapsed if holder_ids is None else lapsed.intersection(holder_ids)
        return [row for row in self._promises(wanted) if row.decision == "lapsed"]

    def _promises(self, holder_ids: Collection[str]) -> list[PromiseRow]:
        """Every promise of these holders with what was decided about it last, in order of holder id."""
        columns = [t.promises.c[name] for name in _OF_PROMISE]
        found = list(rows_of_holders(self.connection, self.offer, columns, sorted(holder_ids), t.promises.c.holder_id))
        # Joined here, for of books just filled a PostgreSQL knows too little to join them well.
        d = t.decisions.c
        query = select(d.subject, d.revision, d.decision, d.rule, d.at)
        query = query.where(d.offer == self.offer, d.kind == "promise")
        query = query.where(among(self.connection, d.subject, (row.promise_id for row in found)))
        rows = sorted(self.connection.execute(query).all(), key=itemgetter(0, 1))
        last = {subject: said for subject, _, *said in rows}
        return [PromiseRow(*row, *last.get(row.promise_id, (None, "", None))) for row in found]

    def promise_outcomes(self, promise_ids: Sequence[str]) -> dict[str, Row[Any]]:
        """What became of each of these promises that is open no more."""
        ended = self.latest_decisions("promise", promise_ids)
        return {promise_id: row for promise_id, row in ended.items() if row.decision != REINSTATED}

    def _select(self, table: Any) -> Any:
        return select(table).where(table.c.offer == self.offer)

    def _of(self, table: Any, wanted: Sequence[str] | None, *order: Any) -> Any:
        query = self._select(table)
        if wanted is None:
            return self.connection.execute(query.order_by(*order))
        found = self.connection.execute(query.where(among(self.connection, table.c.holder_id, wanted))).all()
        return sorted(found, key=attrgetter(*(column.name for column in order))) if order else found


@lru_cache(maxsize=64)
def _terms(document: str) -> Terms:
    """Terms as they were kept: the same text is the same object, so that what is remembered of it is found at once."""
    return Terms.model_validate_json(document)
