"""All that the books say about one holder, gathered once, and the lines of which the explanation is made."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Row, select

from infra.database import tables as t
from infra.database.mapping import ISSUED_OPTIONS
from infra.database.reader import OfferReader, RecordedAction
from optex import cancellation
from optex.action import Action
from optex.authority import RULES, section_of
from optex.cancellation import Cancellation
from optex.formatting import count, listed, moment, money, short_day
from optex.milestones import REGRANT
from optex.records import Grant, HolderRecord, IssuedOption, Tranche
from optex.state import OfferState
from optex.steps import Step, StepStatus
from optex.terms import Terms

A = TypeVar("A", bound=Action)


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """One thing that happened to a holder or was decided about one: when, what, and the rule it rests on."""

    at: datetime | date
    what: str
    rule: str

    @property
    def section(self) -> str:
        return section_of(self.rule)

    @property
    def sentence(self) -> str:
        return RULES[self.rule].sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class HolderHistory:
    """What the books hold about one holder, read in one transaction; rows are as they stand in the tables."""

    state: OfferState
    record: HolderRecord
    steps: list[Step]
    decisions: list[Row[Any]]
    actions: list[RecordedAction]
    forms: list[Row[Any]]
    notices: list[Row[Any]]
    cancellations: list[Cancellation]
    promise: Row[Any] | None
    new_options: list[IssuedOption]
    close: Decimal | None

    @property
    def terms(self) -> Terms:
        return self.state.terms

    @property
    def concerned(self) -> bool:
        """Whether the offer was made to this holder, so that what the company did with it concerns the holder."""
        return any(row.kind == "eligibility" and row.decision == "eligible" for row in self.decisions)

    @property
    def granted_at(self) -> datetime | None:
        """When the new options were granted, this holder's where there are any; None while they are not."""
        done = [step for step in self.steps if step.name == REGRANT and step.status is StepStatus.DONE]
        on = self.new_options[0].granted_on if self.new_options else None
        mine = [step for step in done if self.state.day(step.due) == on] or done
        return mine[0].done_at if mine else None

    def taken(self, kind: type[A]) -> list[A]:
        """The actions of a kind that were taken, in the order in which they were recorded."""
        return [each.action for each in self.actions if each.accepted and isinstance(each.action, kind)]

    def decided(self, kind: str) -> list[Row[Any]]:
        return [row for row in self.decisions if row.kind == kind]

    def stamp(self, at: datetime) -> str:
        return moment(at, self.terms.clock)


def read_history(db: OfferReader, holder_id: str) -> HolderHistory:
    """The history of a holder whom the books know. IndexError for one whom they do not."""
    state = db.state()
    record = db.holder_records([holder_id])[0]
    promises = db.rows_about(holder_id, t.promises)
    new_options = _new_options(db, holder_id)
    return HolderHistory(
        state=state,
        record=record,
        steps=db.steps(),
        decisions=db.decisions_about(holder_id),
        actions=db.recorded_actions(),
        forms=db.rows_about(holder_id, t.forms, t.forms.c.received_at, t.forms.c.position),
        notices=db.rows_about(holder_id, t.notices, t.notices.c.queued_at, t.notices.c.notice_id),
        cancellations=[
            cancellation.cancel(row.shares, record.grants[row.grant_id], state.terms.plan.vesting, row.cancelled_on)
            for row in db.rows_about(holder_id, t.cancellations, t.cancellations.c.grant_id)
        ],
        promise=promises[0] if promises else None,
        new_options=new_options,
        close=db.close_on(new_options[0].granted_on) if new_options else None,
    )


def _new_options(db: OfferReader, holder_id: str) -> list[IssuedOption]:
    issued = db.rows_about(holder_id, t.issued_options, t.issued_options.c.grant_id)
    rows = [row for row in issued if row.kind == "new"]
    rows.sort(key=lambda row: not row.from_grant_id)  # a deferred grant replaces none and comes last
    tranches: dict[str, list[Tranche]] = defaultdict(list)
    own = t.tranches.c.grant_id.in_([row.grant_id for row in rows])
    query = select(t.tranches).where(t.tranches.c.offer == db.offer, own).order_by(t.tranches.c.vests_on)
    for row in db.connection.execute(query):
        tranches[row.grant_id].append(Tranche(vests_on=row.vests_on, shares=row.shares))
    return [ISSUED_OPTIONS.of(row, vesting=tuple(tranches[row.grant_id])) for row in rows]


def titled(option: Grant | IssuedOption) -> str:
    """An option by all that tells it from others, such as G-001 (ISO of Jun 15, 1994 at $4.25)."""
    return f"{option.grant_id} ({option.type} of {short_day(option.granted_on)} at {money(option.price)})"


def tranches_told(tranches: tuple[Tranche, ...], granted_on: date | None = None) -> str:
    """A schedule in prose; what falls on the grant date itself is vested at grant."""
    said = [
        f"{tranche.shares:,} {'at grant' if tranche.vests_on == granted_on else 'on ' + short_day(tranche.vests_on)}"
        for tranche in tranches
    ]
    return listed(said)


def options_told(ids: list[str]) -> str:
    return f"option {ids[0]}" if len(ids) == 1 else f"options {listed(ids)}"


def shares_told(shares: int) -> str:
    return count(shares, "share")
