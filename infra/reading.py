"""Reading the books: rows become the rules' own records, whole sets at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from infra import tables as t
from optex.records import (
    Capacity,
    Dossier,
    Form,
    FormKind,
    FormLine,
    Grant,
    Holder,
    OptionType,
    Spell,
    Tranche,
)
from optex.schedule import Status, Step
from optex.state import Fact, OfferState, fold
from optex.terms import Terms

_CHUNK = 500


class Reader:
    """One offer's rows, read inside one transaction."""

    def __init__(self, connection: Connection, offer: str) -> None:
        self.connection = connection
        self.offer = offer

    def row(self) -> Row[Any]:
        return self.connection.execute(select(t.offers).where(t.offers.c.offer == self.offer)).one()

    def first_terms(self) -> Terms:
        found = self._select(t.terms).order_by(t.terms.c.version).limit(1)
        return Terms.model_validate_json(self.connection.execute(found).one().document)

    def all_terms(self) -> list[Terms]:
        """The terms in versions, the first ones first."""
        found = self._select(t.terms).order_by(t.terms.c.version)
        return [Terms.model_validate_json(row.document) for row in self.connection.execute(found)]

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
        return fold(state, self.facts())

    def facts(self, *, accepted: bool = True) -> list[Fact]:
        query = self._select(t.facts).where(t.facts.c.accepted == accepted).order_by(t.facts.c.position)
        return [
            Fact(fact_id=row.fact_id, at=row.at, verb=row.verb, by=row.actor, data=row.data)
            for row in self.connection.execute(query)
        ]

    def steps(self) -> list[Step]:
        query = self._select(t.steps).order_by(t.steps.c.due, t.steps.c.version)
        return [_step(row) for row in self.connection.execute(query)]

    def step(self, name: str, version: int | None = None) -> Step | None:
        """One version of a step, the last where none is named."""
        query = self._select(t.steps).where(t.steps.c.name == name).order_by(t.steps.c.version.desc())
        if version is not None:
            query = query.where(t.steps.c.version == version)
        row = self.connection.execute(query.limit(1)).first()
        return row and _step(row)

    def awaiting_approval(self, name: str) -> Row[Any] | None:
        """The held step of that name that waits for an approval."""
        s = t.steps
        query = self._select(s).where(s.c.name == name, s.c.status == Status.HELD, s.c.digest.is_not(None))
        return self.connection.execute(query).first()

    def holders(self) -> dict[str, Holder]:
        return {row.holder_id: _holder(row) for row in self.connection.execute(self._select(t.holders))}

    def close_on(self, day: date) -> Decimal | None:
        query = select(t.prices.c.close).where(t.prices.c.offer == self.offer, t.prices.c.on == day)
        return self.connection.execute(query).scalar()

    def dossiers(self, holder_ids: Iterable[str] | None = None) -> list[Dossier]:
        """The dossiers of these holders, or of all, in order of holder id."""
        if holder_ids is None:
            return self._dossiers(None)
        wanted = sorted(set(holder_ids))
        return [
            dossier
            for start in range(0, len(wanted), _CHUNK)
            for dossier in self._dossiers(wanted[start : start + _CHUNK])
        ]

    def _dossiers(self, wanted: Sequence[str] | None) -> list[Dossier]:
        spells: dict[str, list[Spell]] = defaultdict(list)
        for row in self._of(t.spells, wanted, t.spells.c.first_day):
            spells[row.holder_id].append(
                Spell(
                    holder_id=row.holder_id,
                    capacity=Capacity(row.capacity),
                    first_day=row.first_day,
                    last_day=row.last_day,
                )
            )
        grants: dict[str, dict[str, Grant]] = defaultdict(dict)
        for grant in self.grants(wanted):
            grants[grant.holder_id][grant.grant_id] = grant
        forms: dict[str, list[Form]] = defaultdict(list)
        for form in self._forms(wanted):
            forms[form.holder_id].append(form)
        return [
            Dossier(
                holder=_holder(row),
                spells=tuple(spells[row.holder_id]),
                grants=grants[row.holder_id],
                forms=tuple(forms[row.holder_id]),
            )
            for row in self._of(t.holders, wanted, t.holders.c.holder_id)
        ]

    def grants(self, holder_ids: Sequence[str] | None = None) -> list[Grant]:
        own: dict[str, list[Tranche]] = defaultdict(list)
        tranches = self._select(t.tranches).order_by(t.tranches.c.vests_on)
        if holder_ids is not None:
            mine = select(t.grants.c.grant_id).where(
                t.grants.c.offer == self.offer, t.grants.c.holder_id.in_(holder_ids)
            )
            tranches = tranches.where(t.tranches.c.grant_id.in_(mine))
        for row in self.connection.execute(tranches):
            own[row.grant_id].append(Tranche(vests_on=row.vests_on, shares=row.shares))
        return [
            Grant(
                grant_id=row.grant_id,
                holder_id=row.holder_id,
                granted_on=row.granted_on,
                shares=row.shares,
                exercised=row.exercised,
                price=row.price,
                type=OptionType(row.type),
                expires_on=row.expires_on,
                vesting=tuple(own.get(row.grant_id, ())),
            )
            for row in self._of(t.grants, holder_ids, t.grants.c.grant_id)
        ]

    def _forms(self, wanted: Sequence[str] | None) -> list[Form]:
        lines: dict[str, list[FormLine]] = defaultdict(list)
        query = self._select(t.form_lines).order_by(t.form_lines.c.grant_id)
        if wanted is not None:
            mine = select(t.forms.c.form_id).where(t.forms.c.offer == self.offer, t.forms.c.holder_id.in_(wanted))
            query = query.where(t.form_lines.c.form_id.in_(mine))
        for row in self.connection.execute(query):
            lines[row.form_id].append(
                FormLine(
                    grant_id=row.grant_id,
                    shares=row.shares,
                    original_shares=row.original_shares,
                    granted_on=row.granted_on,
                    price=row.price,
                    exercised=row.exercised,
                )
            )
        return [
            Form(
                form_id=row.form_id,
                holder_id=row.holder_id,
                kind=FormKind(row.kind),
                received_at=row.received_at,
                signed_on=row.signed_on,
                signed_as=row.signed_as,
                channel=row.channel,
                title=row.title,
                authority=row.authority,
                lines=tuple(lines[row.form_id]),
            )
            for row in self._of(t.forms, wanted, t.forms.c.received_at, t.forms.c.position)
        ]

    def form_ids(self) -> set[str]:
        return set(self.connection.execute(select(t.forms.c.form_id).where(t.forms.c.offer == self.offer)).scalars())

    def holder_of_form(self, form_id: str) -> str | None:
        query = select(t.forms.c.holder_id).where(t.forms.c.offer == self.offer, t.forms.c.form_id == form_id)
        return self.connection.execute(query).scalar()

    def latest_decisions(self, kind: str) -> dict[str, Row[Any]]:
        """The decision in force on every subject of a kind."""
        d = t.decisions
        last = (
            select(d.c.subject, func.max(d.c.revision).label("revision"))
            .where(d.c.offer == self.offer, d.c.kind == kind)
            .group_by(d.c.subject)
            .subquery()
        )
        query = select(d).join(last, and_(d.c.subject == last.c.subject, d.c.revision == last.c.revision))
        query = query.where(d.c.offer == self.offer, d.c.kind == kind).order_by(d.c.subject)
        return {row.subject: row for row in self.connection.execute(query)}

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


def _holder(row: Row[Any]) -> Holder:
    return Holder(
        holder_id=row.holder_id,
        name=row.name,
        email=row.email,
        jurisdiction=row.jurisdiction,
        voting_percent=row.voting_percent,
    )


def _step(row: Row[Any]) -> Step:
    return Step(
        name=row.name,
        version=row.version,
        due=row.due,
        status=Status(row.status),
        done_at=row.done_at,
        message=row.message,
    )
