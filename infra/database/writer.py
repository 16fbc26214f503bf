"""The books of an offer: every write goes through an `OfferWriter`, inside one transaction.

An `OfferWriter` holds the offer's row locked, so whoever works on the offer works alone, and nothing is
saved unless the whole of it is.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from infra.batched import batched
from infra.database import tables as t
from infra.database import vouching
from infra.database.among import among
from infra.database.audit_chain import chained
from infra.database.engine import bulk_insert, count_anew, insert_rows
from infra.database.mapping import FORM_LINES, FORMS, ISSUED_OPTIONS, STEPS, Record, RecordTable
from infra.database.queued import Queued
from infra.database.reader import OfferReader
from infra.memory import without_collection
from optex.action import Action
from optex.authority import section_of
from optex.errors import OptexError, Ruling
from optex.market import Quote
from optex.notices import Notice
from optex.pool import PoolEntry, post
from optex.quickly_made import quickly_made
from optex.records import Form, IssuedOption, ServicePeriod, Tranche
from optex.steps import ScheduleChange, Step, StepStatus, supersede
from optex.terms import Terms
from optex.visible import on_one_line, quoted, unseen

PROGRAM = "optex"
# So many decisions, forms or entries of the audit are in memory at once while they are written.
AT_ONCE = 2_000

Clock = Callable[[], datetime]
Approvals = frozenset[tuple[str, str]] | None


class UnknownOffer(OptexError):
    """The database holds no offer of that name."""


@contextmanager
def open_writer(
    engine: Engine, offer: str, clock: Clock | None = None, approvals: Approvals = None
) -> Iterator["OfferWriter"]:
    """The offer's database for one transaction: committed at the end, or, after an exception, as if never opened.

    `clock` says when what is told goes on record; None in a play, where it does so as it happens. `approvals` are the
    compensating decisions, by kind and holder, that a play has an approval of; None where a person is always asked.
    """
    with without_collection(), engine.begin() as connection:
        locked = connection.execute(select(t.offers.c.offer).where(t.offers.c.offer == offer).with_for_update())
        if locked.first() is None:
            raise UnknownOffer(
                f"the database holds no offer {offer!r}: `optex serve FOLDER` or `optex schedule FOLDER` takes one in"
            )
        yield OfferWriter(connection, offer, clock() if clock is not None else None, approvals)


@contextmanager
def open_reader(engine: Engine, offer: str) -> Iterator[OfferReader]:
    """The offer's database for reading only, as it is at one instant, without keeping anybody from writing."""
    with engine.connect().execution_options(**_reading(engine)) as connection:
        if connection.execute(select(t.offers.c.offer).where(t.offers.c.offer == offer)).first() is None:
            raise UnknownOffer(
                f"the database holds no offer {offer!r}: `optex serve FOLDER` or `optex schedule FOLDER` takes one in"
            )
        yield OfferReader(connection, offer)


def _reading(engine: Engine) -> dict[str, Any]:
    """SQLite reads as of its first read anyhow; PostgreSQL must be asked not to see what others commit meanwhile."""
    snapshot = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    return {"read_only": True, **snapshot}


def offers_in(engine: Engine) -> list[str]:
    """The offers that a database holds, by name."""
    with engine.connect().execution_options(read_only=True) as connection:
        return list(connection.execute(select(t.offers.c.offer).order_by(t.offers.c.offer)).scalars())


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionEntry:
    """One decision on one subject, to be appended with its rule and section."""

    subject: str
    holder_id: str
    decision: str
    ruling: Ruling
    shares: int | None = None
    remarks: tuple[Ruling, ...] = ()

    @property
    def said(self) -> tuple[Any, ...]:
        return self.decision, self.ruling.rule, self.ruling.reason, self.shares, self.holder_id

    def row(self, revision: int) -> tuple[Any, ...]:
        """Its cells from the subject on, but for the instant, which all decisions of a kind share."""
        ruling = self.ruling
        remarks = [[remark.rule, remark.reason] for remark in self.remarks]
        said = (str(self.decision), self.shares, ruling.rule, ruling.section, ruling.reason, remarks)
        return self.subject, revision, self.holder_id, *said


class OfferWriter(OfferReader):
    """An offer's books, locked for one transaction: what is written is appended, in bulk."""

    def __init__(
        self, connection: Connection, offer: str, clock: datetime | None = None, approvals: Approvals = None
    ) -> None:
        super().__init__(connection, offer)
        self.clock = clock
        self.approvals = approvals

    def waits_for(self, kind: str, holder_id: str) -> bool:
        """Whether a compensating decision waits for its approval: a play rehearses, but for what it approves itself."""
        return self.approvals is None or (kind, holder_id) in self.approvals

    def recorded_at(self, at: datetime) -> datetime:
        """When something that was received, announced or happened at an instant goes on record (REC-1)."""
        return self.clock or at

    def takes_effect(self, at: datetime) -> datetime:
        """When what follows from something told as of an instant is decided: as of now, and never before (REC-3)."""
        return max(at, self.recorded_at(at))

    def update_offer(self, **values: Any) -> None:
        self.connection.execute(update(t.offers).where(t.offers.c.offer == self.offer).values(**values))

    def set_step(self, step: Step, status: StepStatus, message: str, at: datetime | None = None) -> None:
        s = t.steps
        mine = (s.c.offer == self.offer, s.c.name == step.name, s.c.version == step.version)
        values: dict[str, Any] = {"status": status, "message": message}
        if at is not None:
            values["done_at"] = at
        self.connection.execute(update(s).where(*mine).values(**values))

    def await_approval(self, step: Step, digest: str | None) -> None:
        """Remember the digest of the decision that waits for a person's approval; None where none does."""
        s = t.steps
        mine = (s.c.offer == self.offer, s.c.name == step.name, s.c.version == step.version)
        self.connection.execute(update(s).where(*mine).values(digest=digest))

    def record_run(self, step: Step, flow_run_id: str) -> None:
        """Remember which flow run does the step."""
        s = t.steps
        mine = (s.c.offer == self.offer, s.c.name == step.name, s.c.version == step.version)
        self.connection.execute(update(s).where(*mine).values(flow_run_id=flow_run_id))

    def reschedule(self, at: datetime, cause: str) -> ScheduleChange:
        """Make the steps agree with the plan of the offer as it now stands; say why in what is superseded."""
        version = self.row().version
        changed = supersede(self.steps(), self.state().schedule, version + 1, at)
        for step in changed.superseded:
            self.set_step(step, StepStatus.SUPERSEDED, cause)
        if changed.added:
            self.update_offer(version=version + 1)
            self._add_steps(changed.added)
        return changed

    def _add_steps(self, steps: Iterable[Step]) -> None:
        bulk_insert(self.connection, t.steps, STEPS.rows(steps, offer=self.offer))

    def mark_moot(self, message: str, *names: str) -> None:
        """Mark every waiting version of these steps (of all, where none is named) as no longer needed."""
        s = t.steps
        waiting = [s.c.offer == self.offer, s.c.status.in_([StepStatus.PENDING, StepStatus.HELD])]
        if names:
            waiting.append(s.c.name.in_(names))
        self.connection.execute(update(s).where(*waiting).values(status=StepStatus.MOOT, message=message))

    def add_terms(self, version: int, terms: Terms, at: datetime, reason: str) -> None:
        document = terms.model_dump_json(by_alias=True)
        row = {"offer": self.offer, "version": version, "at": at, "reason": reason, "document": document}
        self.connection.execute(insert(t.terms).values(**row))

    def add_action(
        self, key: str, action: Action, ruling: Ruling, *, accepted: bool, after_deadline: datetime | None = None
    ) -> None:
        row = {
            "offer": self.offer,
            "fact_id": key,
            "position": self.next_position(t.actions),
            "at": action.at.astimezone(UTC),
            "verb": action.verb,
            "actor": action.by,
            "data": action.data,
            "accepted": accepted,
            "rule": ruling.rule,
            "section": ruling.section,
            "reason": ruling.reason,
            "recorded_at": self.recorded_at(action.at).astimezone(UTC),
            "after_deadline": after_deadline and after_deadline.astimezone(UTC),
            "entry": self.audit_head().entries + 1,
        }
        self.connection.execute(insert(t.actions).values(**row))
        self.audit(action.at, "", [vouching.on_record(row)])

    def keep_evidence(self, name: str, content: bytes, at: datetime) -> str:
        """Keep a file that was handed in as evidence, once; how the record names it (REC-1)."""
        sha256 = hashlib.sha256(content).hexdigest()
        e = t.evidence
        known = select(e.c.sha256).where(e.c.offer == self.offer, e.c.sha256 == sha256)
        if self.connection.execute(known).first() is None:
            self.add(e, [{"sha256": sha256, "name": name, "content": content, "recorded_at": self.recorded_at(at)}])
        return f"{on_one_line(name)} (SHA-256 {sha256})"

    def add_forms(
        self,
        forms: Sequence[Form],
        by: str = "",
        evidence: str = "",
        after_deadline: Mapping[str, datetime] | None = None,
        *,
        first: int | None = None,
    ) -> None:
        """Put forms on record, as many as may be in memory at once; `first` is the position of the first of them.

        `after_deadline` are the deadlines, by form, that lay between receipt and now.
        """
        late = after_deadline or {}
        first = self.next_position(t.forms) if first is None else first
        rows = [
            row
            for position, form in enumerate(forms, start=first)
            for row in FORMS.rows(
                [form],
                offer=self.offer,
                recorded_at=self.recorded_at(form.received_at),
                position=position,
                after_deadline=late.get(form.form_id),
                recorded_by=by,
                evidence=evidence,
            )
        ]
        lines = [(self.offer, form.form_id, *cells) for form in forms for cells in map(FORM_LINES.cells, form.lines)]
        bulk_insert(self.connection, t.forms, rows)
        if first <= AT_ONCE <= len(forms):  # so many at once, where there were few: more are to come
            count_anew(self.connection, t.forms)
        insert_rows(self.connection, t.form_lines, ("offer", "form_id", *FORM_LINES.names), lines)

    def add_service_periods(self, periods: Iterable[ServicePeriod]) -> None:
        """Record service; a period that began as one already known replaces it, so that its last day can be told."""
        s = t.service_periods.c
        told = {(period.holder_id, period.capacity.value, period.first_day): period.last_day for period in periods}
        query = select(s.holder_id, s.capacity, s.first_day).where(s.offer == self.offer)
        query = query.where(among(self.connection, s.holder_id, (holder_id for holder_id, _, _ in told)))
        known = told.keys() & {tuple(key) for key in self.connection.execute(query).all()}
        new = [dict(zip(_PERIOD_KEY, key, strict=True)) | {"last_day": told[key]} for key in told.keys() - known]
        self.add(t.service_periods, sorted(new, key=lambda row: [row[column] for column in _PERIOD_KEY]))
        if known:
            mine = [t.service_periods.c[column] == bindparam(f"its_{column}") for column in _PERIOD_KEY]
            ends = [
                {f"its_{c}": cell for c, cell in zip(_PERIOD_KEY, key, strict=True)} | {"last": told[key]}
                for key in known
            ]
            statement = update(t.service_periods).where(s.offer == self.offer, *mine).values(last_day=bindparam("last"))
            self.connection.execute(statement, ends)

    def set_prices(self, prices: Mapping[date, Quote]) -> None:
        """Record closing prices, with the day's high and low; one already recorded is corrected."""
        p = t.prices
        for on, quote in prices.items():
            mine, told = (p.c.offer == self.offer, p.c.on == on), asdict(quote)
            if not self.connection.execute(update(p).where(*mine).values(**told)).rowcount:
                self.connection.execute(insert(p).values(offer=self.offer, on=on, **told))

    def record_decisions(self, kind: str, at: datetime, decisions: Iterable[DecisionEntry]) -> list[DecisionEntry]:
        """Append decisions; one that says what the last on its subject said is not repeated. Returns what was new."""
        fresh = self.news(kind, decisions)
        rows = sorted((decided.row(revision) for revision, decided in fresh), key=itemgetter(0))
        self.append_decisions(kind, at, rows)
        return [decided for _, decided in fresh]

    def news(self, kind: str, decisions: Iterable[DecisionEntry]) -> list[tuple[int, DecisionEntry]]:
        """The decisions that say something else than the last ones on their subjects, each with its revision."""
        decisions = list(decisions)
        known = self._said(kind, [decided.subject for decided in decisions])
        if not known:
            return [(1, decided) for decided in decisions]
        found = [(*known.get(decided.subject, (0, None)), decided) for decided in decisions]
        return [(revision + 1, decided) for revision, last, decided in found if last != decided.said]

    def append_decisions(self, kind: str, at: datetime, rows: Iterable[tuple[Any, ...]]) -> None:
        """Append decisions of one kind, in the order of their subjects; one entry of the audit vouches for them all."""
        at, entry = at.astimezone(UTC), self.audit_head().entries + 1
        counted, digest = Counter[str](), hashlib.sha256()
        for some in batched(rows, AT_ONCE):
            cells = [(kind, subject, revision, at, *said) for subject, revision, *said in some]
            for each in cells:
                digest.update(to_json(each))
            counted.update(row[_DECISION] for row in some)
            insert_rows(self.connection, t.decisions, _DECIDED, [(self.offer, *each, entry) for each in cells])
        if counted:
            self.audit(at, "", [vouching.decided(kind, counted, digest.hexdigest())])

    def _said(self, kind: str, subjects: Sequence[str]) -> dict[str, tuple[int, tuple[Any, ...]]]:
        """The last revision of the decisions on these subjects, with what it says."""
        d = t.decisions.c
        query = select(d.subject, d.revision, d.decision, d.rule, d.reason, d.shares, d.holder_id)
        query = query.where(d.offer == self.offer, d.kind == kind)
        if self.connection.execute(query.limit(1)).first() is None:
            return {}
        query = query.where(among(self.connection, d.subject, subjects)).order_by(d.subject, d.revision)
        return {subject: (revision, tuple(said)) for subject, revision, *said in self.connection.execute(query).all()}

    def add_options(self, kind: str, options: Sequence[IssuedOption]) -> None:
        bulk_insert(self.connection, t.issued_options, ISSUED_OPTIONS.rows(options, offer=self.offer, kind=kind))
        self.add_tranches((option.grant_id, option.vesting) for option in options)

    def add_tranches(self, schedules: Iterable[tuple[str, Iterable[Tranche]]]) -> None:
        rows = [
            (self.offer, grant_id, tranche.vests_on, tranche.shares)
            for grant_id, tranches in schedules
            for tranche in tranches
        ]
        insert_rows(self.connection, t.tranches, ("offer", "grant_id", "vests_on", "shares"), rows)

    def replace_tranches(self, grant_id: str, tranches: Iterable[Tranche]) -> None:
        """The tranches of an option in place of those that it had."""
        v = t.tranches
        self.connection.execute(delete(v).where(v.c.offer == self.offer, v.c.grant_id == grant_id))
        self.add_tranches([(grant_id, tranches)])

    def add_records(self, table: RecordTable[Record], records: Iterable[Record]) -> int:
        """Put records into the table that keeps their kind. Returns how many."""
        cells = [(self.offer, *each) for each in map(table.cells, records)]
        return insert_rows(self.connection, table.table, ("offer", *table.names), cells)

    def add(self, table: Any, rows: Iterable[dict[str, Any]]) -> None:
        bulk_insert(self.connection, table, [{"offer": self.offer, **row} for row in rows])

    def move_pool(self, movements: Iterable[tuple[date, str, int]]) -> list[PoolEntry]:
        """Post movements of the share pool after the last one (PLN-1)."""
        last = self._select(t.pool).order_by(t.pool.c.position.desc()).limit(1)
        row = self.connection.execute(last).first()
        entries = post(row.available_after if row else 0, movements)
        first = self.next_position(t.pool)
        self.add(t.pool, [{"position": first + n, **asdict(entry)} for n, entry in enumerate(entries)])
        return entries

    def queue_notices(self, notices: Iterable[Notice], at: datetime, send_after: datetime | None = None) -> Queued:
        """Put notices into the outbox, but for those that are in it, sent or not. How many are new, and go on paper.

        None of them goes out before `send_after`. A letter is written when it goes on record, whatever it tells of.
        """
        at, queued = self.takes_effect(at), Queued(0)
        for some in batched(notices, AT_ONCE):
            queued = queued.plus(self._queue(some, at, send_after))
        return queued

    def _queue(self, notices: Sequence[Notice], at: datetime, send_after: datetime | None) -> Queued:
        new = {notice.notice_id: notice for notice in notices}
        n = t.notices.c
        query = select(n.notice_id).where(n.offer == self.offer, among(self.connection, n.notice_id, new))
        for known in self.connection.execute(query).scalars().all():
            new.pop(known, None)
        rows = [
            (self.offer, id_, each.holder_id, each.kind, each.subject, each.data, at, 0, False, send_after)
            for id_, each in new.items()
        ]
        bare = self._without_address({notice.holder_id for notice in new.values()})
        on_paper = sum(notice.holder_id in bare for notice in new.values())
        return Queued(insert_rows(self.connection, t.notices, _QUEUED, rows), on_paper)

    def _without_address(self, holder_ids: Collection[str]) -> set[str]:
        """Those of these holders who have no e-mail address."""
        h = t.holders.c
        query = select(h.holder_id).where(h.offer == self.offer, h.email == "")
        query = query.where(among(self.connection, h.holder_id, holder_ids))
        return set(self.connection.execute(query).scalars())

    def audit(self, at: datetime, actor: str, entries: Iterable[tuple[str, str, str, str]], evidence: str = "") -> None:
        """Append entries of (action, subject, rule, detail); the rule may be "" where none decided."""
        self.audit_each(actor, ((at, entry) for entry in entries), evidence)

    def audit_each(
        self, actor: str, entries: Iterable[tuple[datetime, tuple[str, str, str, str]]], evidence: str = ""
    ) -> None:
        """Append entries, each with its own instant, and each chained to the one before it (REC-1).

        OptexError where who acted, or on what evidence, is said in characters that nobody sees.
        """
        for name, told in (("by", actor), ("evidence", evidence)):
            if bad := unseen(told, lines=name == "evidence"):
                raise OptexError(f"{name}: {quoted(told)} holds {bad}, which cannot be seen")
        head = self.audit_head()
        position, hash_ = head.entries, head.hash
        rows: list[dict[str, Any]] = []
        for at, (action, subject, rule, detail) in entries:
            position += 1
            row = {
                "position": position,
                "at": at,
                "actor": actor or PROGRAM,
                "action": action,
                "subject": subject,
                "rule": rule,
                "section": section_of(rule) if rule else "",
                "detail": detail,
                "recorded_at": self.recorded_at(at),
                "evidence": evidence,
            }
            hash_ = chained(hash_, row)
            rows.append({**row, "hash": hash_})
            if len(rows) == AT_ONCE:
                self.add(t.audit, rows)
                rows = []
        self.add(t.audit, rows)

    def next_position(self, table: Any) -> int:
        """The position of what is put into a table after all that is in it."""
        query = select(func.max(table.c.position)).where(table.c.offer == self.offer)
        return (self.connection.execute(query).scalar() or 0) + 1


_QUEUED = (
    "offer", "notice_id", "holder_id", "kind", "subject", "data", "queued_at", "attempts", "refused", "send_after",
)  # fmt: skip
_DECIDED = ("offer", *vouching.VOUCHED["decided"][1], "entry")
# Where its row says what was decided: after the subject, the revision and the holder.
_DECISION = 3
_PERIOD_KEY = ("holder_id", "capacity", "first_day")
