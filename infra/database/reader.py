"""Reading the books: rows become the rules' own records, whole sets at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from infra.database import tables as t
from infra.database.holder_records import read_dossiers, read_grants, read_holders, read_spells
from infra.database.mapping import STEPS
from optex.action import Action
from optex.actions import STATEFUL, recorded_action, replay
from optex.errors import Ruling
from optex.records import Dossier, Grant, Holder, Spell
from optex.state import OfferState
from optex.steps import Status, Step, latest
from optex.terms import Terms

# Of so few keys each is asked for by itself; of more than so many holders it is faster to read all there are.
FEW = 500
MANY = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedAction:
    """An action as it stands on record, taken or refused by a ruling."""

    key: str
    action: Action
    accepted: bool
    ruling: Ruling


class Reader:
    """One offer's rows, read inside one transaction."""

    def __init__(self, connection: Connection, offer: str) -> None:
        self.connection = connection
        self.offer = offer

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
        row = self.row()
        state = OfferState(
            terms=self.first_terms(),
            opened_at=row.opened_at,
            accepted_at=row.accepted_at,
            cancelled_on=row.cancelled_on,
            terminated_at=row.terminated_at,
            granted_on=row.granted_on,
        )
        return replay(state, self.actions(*STATEFUL))

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
        return [step for step in steps if step.status is Status.HELD and last[step.name] == step]

    def awaiting_approval(self, name: str) -> Row[Any] | None:
        """The step of that name, in its last version, where it is held for an approval."""
        s = t.steps
        query = self._select(s).where(s.c.name == name).order_by(s.c.version.desc()).limit(1)
        last = self.connection.execute(query).first()
        return last if last is not None and last.status == Status.HELD and last.digest is not None else None

    def holders(self) -> dict[str, Holder]:
        return {holder.holder_id: holder for holder in read_holders(self.connection, self.offer, None)}

    def close_on(self, day: date) -> Decimal | None:
        query = select(t.prices.c.close).where(t.prices.c.offer == self.offer, t.prices.c.on == day)
        return self.connection.execute(query).scalar()

    def dossiers(self, holder_ids: Iterable[str] | None = None) -> list[Dossier]:
        """The dossiers of these holders, or of all, in order of holder id."""
        return self._of_holders(read_dossiers, holder_ids)

    def grants(self, holder_ids: Iterable[str] | None = None) -> list[Grant]:
        """The grants of these holders, or of all."""
        return self._of_holders(read_grants, holder_ids)

    def spells(self, holder_ids: Iterable[str] | None = None) -> dict[str, list[Spell]]:
        """The spells of service of these holders, or of all."""
        wanted = None if holder_ids is None else sorted(set(holder_ids))
        few = wanted if wanted is not None and len(wanted) <= FEW else None
        return read_spells(self.connection, self.offer, few)

    def _of_holders(
        self, read: Callable[[Connection, str, Sequence[str] | None], list[Any]], holder_ids: Iterable[str] | None
    ) -> list[Any]:
        """What is read of these holders, so many at a time; of all, where these are so many that it is faster."""
        wanted = None if holder_ids is None else sorted(set(holder_ids))
        if wanted is None:
            return read(self.connection, self.offer, None)
        if len(wanted) > MANY:
            chosen = set(wanted)
            return [each for each in read(self.connection, self.offer, None) if _holder_of(each) in chosen]
        starts = range(0, len(wanted), FEW)
        return [each for n in starts for each in read(self.connection, self.offer, wanted[n : n + FEW])]

    def form_ids(self) -> set[str]:
        return set(self.connection.execute(select(t.forms.c.form_id).where(t.forms.c.offer == self.offer)).scalars())

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
        if subjects is not None and len(subjects) <= FEW:
            query = query.where(d.c.subject.in_(subjects))
        # The last revision takes the place of those before it.
        return {row.subject: row for row in self.connection.execute(query).all()}

    def decisions_about(self, holder_id: str) -> list[Row[Any]]:
        """Every revision of every decision about one holder, in the order in which they were made."""
        d = t.decisions.c
        return self.rows_about(holder_id, t.decisions, d.at, d.kind, d.subject, d.revision)

    def rows(self, table: Any, *order: Any) -> list[Row[Any]]:
        """The offer's rows of one table as they are, for the ledgers."""
        return list(self.connection.execute(self._select(table).order_by(*order)))

    def rows_about(self, holder_id: str, table: Any, *order: Any) -> list[Row[Any]]:
        """The rows of one table that are about one holder."""
        return list(self._of(table, [holder_id], *order))

    def unsendable(self) -> int:
        """How many notices are for holders who have no e-mail address."""
        n, h = t.notices, t.holders
        query = (
            select(func.count())
            .select_from(n)
            .join(h, and_(h.c.offer == n.c.offer, h.c.holder_id == n.c.holder_id))
            .where(n.c.offer == self.offer, n.c.sent_at.is_(None), h.c.email == "")
        )
        return self.connection.execute(query).scalar() or 0

    def raised(self, action: str) -> list[str]:
        """The subjects of the audit's entries of one action."""
        a = t.audit
        query = select(a.c.subject).where(a.c.offer == self.offer, a.c.action == action)
        return list(self.connection.execute(query).scalars())

    def open_promises(self) -> list[Row[Any]]:
        """The promises that were neither granted nor lapsed yet."""
        d, p = t.decisions, t.promises
        closed = select(d.c.subject).where(d.c.offer == self.offer, d.c.kind == "promise")
        query = self._select(p).where(p.c.promise_id.not_in(closed)).order_by(p.c.holder_id)
        return list(self.connection.execute(query))

    def _select(self, table: Any) -> Any:
        return select(table).where(table.c.offer == self.offer)

    def _of(self, table: Any, wanted: Sequence[str] | None, *order: Any) -> Any:
        query = self._select(table).order_by(*order)
        return self.connection.execute(query if wanted is None else query.where(table.c.holder_id.in_(wanted)))


def _holder_of(each: Dossier | Grant) -> str:
    return each.holder.holder_id if isinstance(each, Dossier) else each.holder_id


@lru_cache(maxsize=64)
def _terms(document: str) -> Terms:
    """Terms as they were kept: the same text is the same object, so that what is remembered of it is found at once."""
    return Terms.model_validate_json(document)
