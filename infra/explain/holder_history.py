"""All that the books say about one holder, gathered once, and the lines of which the explanation is made."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from infra.database import tables as t
from infra.database.mapping import ISSUED_OPTIONS
from infra.database.reader import OfferReader, RecordedAction
from optex.authority import RULES, section_of
from optex.formatting import moment
from optex.milestones import REGRANT
from optex.records import HolderRecord, IssuedOption, Tranche
from optex.state import OfferState
from optex.steps import Step, StepStatus
from optex.terms import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """One thing that happened to a holder or was decided about one: when, what, and the rule it rests on."""

    at: datetime | date
    what: str
    rule: str
    recorded_at: datetime | None = None
    """When it was put on record, of what arrives (REC-1)."""

    @property
    def section(self) -> str:
        return section_of(self.rule)

    @property
    def sentence(self) -> str:
        return RULES[self.rule].sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class HolderHistory:
    """What the books hold about one holder, read in one transaction; rows are as they stand in the tables.

    `entries` tell by form when and how it was put on record; `issued_options` come each with its kind.
    """

    state: OfferState
    record: HolderRecord
    steps: list[Step]
    decisions: list[Row[Any]]
    actions: list[RecordedAction]
    entries: dict[str, Row[Any]]
    notices: list[Row[Any]]
    promise: Row[Any] | None
    issued_options: list[tuple[str, IssuedOption]]

    @property
    def terms(self) -> Terms:
        return self.state.terms

    @property
    def concerned(self) -> bool:
        """Whether the offer was made to this holder, so that what the company did with it concerns the holder."""
        return any(row.kind == "eligibility" and row.decision == "eligible" for row in self.decisions)

    @property
    def promised(self) -> bool:
        """Whether anything was promised to this holder, or deferred until the grant."""
        mine = self.record.holder.holder_id
        return self.promise is not None or any(each.holder_id == mine for each in self.state.deferred)

    @property
    def own_ids(self) -> set[str]:
        """By what an action may name this holder: id, forms, grants, and the options that the offer issued."""
        forms = (form.form_id for form in self.record.forms)
        issued = (option.grant_id for _, option in self.issued_options)
        return {self.record.holder.holder_id, *forms, *self.record.grants, *issued}

    @property
    def granted_at(self) -> datetime | None:
        """When the new options were granted, this holder's where there are any; None while they are not."""
        done = [step for step in self.steps if step.name == REGRANT and step.status is StepStatus.DONE]
        days = {option.granted_on for kind, option in self.issued_options if kind == "new" and option.from_grant_id}
        mine = [step for step in done if self.state.day(step.due) in days] or done
        return mine[0].done_at if mine else None

    def decided(self, kind: str) -> list[Row[Any]]:
        return [row for row in self.decisions if row.kind == kind]

    def stamp(self, at: datetime) -> str:
        return moment(at, self.terms.clock)


def read_history(db: OfferReader, holder_id: str) -> HolderHistory:
    """The history of a holder whom the books know. IndexError for one whom they do not."""
    promises = db.rows_about(holder_id, t.promises)
    return HolderHistory(
        state=db.state(),
        record=db.holder_records([holder_id])[0],
        steps=db.steps(),
        decisions=db.decisions_about(holder_id),
        actions=db.recorded_actions(),
        entries={row.form_id: row for row in db.rows_about(holder_id, t.forms)},
        notices=db.rows_about(holder_id, t.notices, t.notices.c.queued_at, t.notices.c.notice_id),
        promise=promises[0] if promises else None,
        issued_options=_issued_options(db, holder_id),
    )


def _issued_options(db: OfferReader, holder_id: str) -> list[tuple[str, IssuedOption]]:
    rows = db.rows_about(holder_id, t.issued_options, t.issued_options.c.grant_id)
    tranches: dict[str, list[Tranche]] = defaultdict(list)
    own = t.tranches.c.grant_id.in_([row.grant_id for row in rows])
    query = select(t.tranches).where(t.tranches.c.offer == db.offer, own).order_by(t.tranches.c.vests_on)
    for row in db.connection.execute(query):
        tranches[row.grant_id].append(Tranche(vests_on=row.vests_on, shares=row.shares))
    return [(row.kind, ISSUED_OPTIONS.of(row, vesting=tuple(tranches[row.grant_id]))) for row in rows]
