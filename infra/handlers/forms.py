"""Forms: recorded as received, reviewed with all the holder sent, and confirmed."""

import csv
import pickle
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, select

from infra.batched import batched
from infra.database import tables as t
from infra.database.decision_batches import DecisionBatches
from infra.database.in_turn import in_turn
from infra.database.reader import OfferReader
from infra.database.scratch import Place, Scratch
from infra.database.writer import AT_ONCE, DecisionEntry, OfferWriter
from infra.folder.csv_rows import OPTION_COLUMNS
from infra.folder.reader import read_forms
from infra.folder.record_checks import Recorded
from infra.handlers.known_forms import already_recorded, refuse, sort_out
from infra.handlers.slips import dated_too_late, signed_otherwise
from optex import batch, cancellation
from optex.defects import lateness
from optex.election import FormReview
from optex.eligible import all_left_out
from optex.formatting import count, exact_text, first_few, first_sentences, sentence
from optex.milestones import extension_deadline
from optex.notices import Notice, confirmation
from optex.objection import objection_until, told_late
from optex.records import Form, FormKind, FormStanding, HolderRecord
from optex.state import OfferState
from optex.two_times import passed_deadline


def record_forms(db: OfferWriter, forms: Iterable[Form], at: datetime, by: str = "", evidence: str = "") -> str:
    """Take in forms that are not on record yet: judge them, say how they stand, and queue their confirmations.

    One that is recorded after the deadline before which it came is taken without evidence too, and marked (REC-1); one
    that is on record already changes nothing, and is refused where it says something else (REC-2).
    """
    new, known, refused = _NewForms(db, at, by, evidence), list[str](), list[str]()
    for some in batched(forms, AT_ONCE):
        told = sort_out(db, some)
        refuse(db, told.refused, at, by)
        refused += (f"Refused by {each.rule}: {each.reason}" for each in told.refused.values())
        known += (form.form_id for form in told.known)
        if told.new:
            new.add(told.new)
    again = already_recorded(db, known, at, by, evidence)
    return " ".join(filter(None, (new.judged(), again, *refused)))


class _NewForms:
    """Forms that are put on record, so many at a time as memory should hold, and then judged with all on record."""

    def __init__(self, db: OfferWriter, at: datetime, by: str, evidence: str) -> None:
        self._db, self._at, self._by, self._evidence = db, at, by, evidence
        self._state, self._first = db.state(), db.next_position(t.forms)
        self._count = 0
        self._missed, self._late, self._signed, self._dated = list[str](), list[str](), list[str](), list[str]()
        self._scratch, self._received = Scratch(), list[Place]()

    def add(self, forms: Sequence[Form]) -> None:
        db, state, zone = self._db, self._state, self._state.terms.zone
        missed = [form.form_id for form in forms if is_missed(db, form, state)]
        late = {form.form_id: passed for form in forms if (passed := _deadline(db, form, state))}
        marked = [replace(form, missed=True) if form.form_id in missed else form for form in forms]
        db.add_forms(marked, self._by, self._evidence, late, first=self._first + self._count)
        self._count += len(forms)
        self._missed += missed
        self._late += late
        self._signed += signed_otherwise(db, forms)
        self._dated += dated_too_late(forms, zone)
        entries = [
            (form.received_at, ("form received", form.form_id, "CNF-1", _received(form, late, zone))) for form in forms
        ]
        self._received.append(self._scratch.put(pickle.dumps(entries)))

    def judged(self) -> str:
        """Judge them, and put on record that they were received; what came of it, in sentences."""
        if not self._count:
            return ""
        db, at = self._db, self._at
        holder_ids = db.holders_of_forms(since=self._first)
        changed = review_again(db, holder_ids, at, since=self._first)
        returned = _return_tenders(db, self._state, holder_ids, at) if self._state.terminated_at else ""
        defective: list[str] = []
        for place in self._received:
            entries = pickle.loads(self._scratch.get(place))
            db.audit_each(self._by, entries, self._evidence)
            defective += _defective(db, [form_id for _, (_, form_id, _, _) in entries])
        missed = f"Received in time but only now on record, after the acceptance: {', '.join(self._missed)}."
        lacking = "" if self._evidence else ", without evidence"
        late = f"Recorded after the deadline{lacking}: {first_few(self._late)}."
        said = [f"{count(self._count, 'form')} received.", first_sentences(defective), changed, returned]
        said += [missed if self._missed else "", late if self._late else ""]
        said += map(first_sentences, (self._signed, self._dated))
        return " ".join(filter(None, said))


def _defective(db: OfferWriter, form_ids: Sequence[str]) -> Iterator[str]:
    """Which of the forms just received do not count as they are, and why: whoever keys them in can ask again.

    Of those that came after the acceptance the company decides, which is said by itself.
    """
    standing = db.latest_decisions("form", form_ids)
    return (
        f"Form {row.subject} is defective ({row.rule}): {sentence(row.reason)}"
        for row in (standing[form_id] for form_id in form_ids if form_id in standing)
        if row.decision == FormStanding.DEFECTIVE and row.rule != "CAN-1"
    )


def _deadline(db: OfferWriter, form: Form, state: OfferState) -> datetime | None:
    """The deadline that lies between the receipt of a form and its recording (REC-1)."""
    at, recorded_at = form.received_at, db.recorded_at(form.received_at)
    deadlines = [each for each in (state.terms.expires, state.accepted_at) if each is not None and at < each]
    return next((each for each in deadlines if passed_deadline(at, each, recorded_at)), None)


def _received(form: Form, late: Mapping[str, datetime], zone: tzinfo) -> str:
    said = f"{'Election Form' if form.kind is FormKind.ELECTION else 'Notice of withdrawal'} by {form.channel}"
    passed = late.get(form.form_id)
    return f"{said} — recorded after the deadline of {exact_text(passed, zone)}" if passed else said


def _return_tenders(db: OfferWriter, state: OfferState, holder_ids: Iterable[str], at: datetime) -> str:
    """Return what a form tenders that came before the termination and is put on record only after it (CND-2)."""
    decided, fresh = DecisionBatches(db, at, "tender"), 0
    for records in in_turn(db, holder_ids):
        standing = batch.tenders(batch.review_all(records, state, at))
        decisions = [decision for tenders in standing.values() for decision in cancellation.returned(tenders)]
        fresh += len(decided.add("tender", map(decided_tender, decisions)))
    decided.append()
    return f"The offer was terminated: {count(fresh, 'tendered option')} returned." if fresh else ""


def review_again(
    db: OfferWriter,
    holder_ids: Iterable[str] | None,
    at: datetime,
    *,
    since: int | None = None,
    confirm: bool = True,
) -> str:
    """Judge again every form of these holders (of all), append what changed, and tell whom it concerns (CNF-1).

    A form just received, whose position is `since` or after it, is confirmed; one of which the holder was told
    otherwise is confirmed anew, unless a letter of another kind says it.
    """
    state, changed = db.state(), 0
    decided = DecisionBatches(db, at, "form")
    # What the acceptance decided is not decided again by a form that comes after it: where the record has changed
    # since, that is a contradiction, and a person settles it (CAN-1, REC-4).
    final = state.accepted_at is not None and at > state.accepted_at
    # Until when a holder may object is counted from when the decision went on record, which must have been before.
    after_all = _may_object(db, state, at)
    scratch, waiting = Scratch(), []
    for records in in_turn(db, holder_ids):
        reviews = batch.review_all(records, state, at)
        before = db.latest_decisions("form", [each.form.form_id for each in reviews])
        received = set[str]() if since is None else db.forms_of((d.holder.holder_id for d in records), since)
        due = [each for each in reviews if each.form.form_id in received] if final else reviews
        fresh = {entry.subject for entry in decided.add("form", map(decided_form, due))}
        changed += len(fresh - received)
        told = _news(records, reviews, before, fresh, received)
        if confirm and after_all:
            waiting.append(scratch.put(pickle.dumps(told)))
        elif confirm:
            _tell(db, told, state, at)
    decided.append()
    for place in waiting:
        _tell(db, pickle.loads(scratch.get(place)), state, at)
    return f"{count(changed, 'earlier form')} now {'stands' if changed == 1 else 'stand'} otherwise." if changed else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """Of which forms holders are told, with all that these holders sent and what is on record of them."""

    records: dict[str, HolderRecord]
    reviews: list[FormReview]
    told: list[FormReview]
    received: frozenset[str]


def _news(
    records: Iterable[HolderRecord],
    reviews: Sequence[FormReview],
    before: Mapping[str, Row[Any]],
    fresh: Collection[str],
    received: Collection[str],
) -> _Told:
    """What of the forms of these holders, of which those are decided afresh, is to be confirmed or confirmed anew."""
    told = [
        each
        for each in reviews
        if (form_id := each.form.form_id) in fresh and (form_id in received or _is_news(before.get(form_id), each))
    ]
    concerned = {each.form.holder_id for each in told}
    return _Told(
        records={d.holder.holder_id: d for d in records if d.holder.holder_id in concerned},
        reviews=[each for each in reviews if each.form.holder_id in concerned],
        told=told,
        received=frozenset(form_id for each in told if (form_id := each.form.form_id) in received),
    )


def _tell(db: OfferWriter, news: _Told, state: OfferState, at: datetime) -> None:
    """Queue the letters on what is news."""
    if news.told:
        db.queue_notices(_confirmations(db, news, state, at), at)


def _confirmations(db: OfferWriter, news: _Told, state: OfferState, at: datetime) -> Iterator[Notice]:
    """The letters on forms just received, and on those that stand otherwise than their holders were told."""
    late, terminated = db.forms_recorded_late(), _termination_recorded_late(db, state)
    in_force = batch.in_force(news.reviews)
    until = _objections(db, in_force, news.records, state, at)
    for review in news.told:
        form_id, d = review.form.form_id, news.records[review.form.holder_id]
        revision = 1 if form_id in news.received else confirmations(db, form_id) + 1
        stands, objection = in_force.get(d.holder.holder_id), until.get(d.holder.holder_id)
        yield confirmation(
            state, d.holder, review, d.grants, at, revision, late.get(form_id), terminated, stands, objection
        )


def _may_object(db: OfferWriter, state: OfferState, at: datetime) -> bool:
    """Whether holders are told so late what the look-back adds that they may still object to it (TND-3)."""
    terms, now = state.terms, db.takes_effect(at)
    over = now > extension_deadline(terms) or state.accepted_at or state.terminated_at
    return told_late(now, terms) and not over


def _objections(
    db: OfferWriter,
    in_force: Mapping[str, FormReview],
    records: Mapping[str, HolderRecord],
    state: OfferState,
    at: datetime,
) -> dict[str, datetime]:
    """Until when each holder may still object to what the look-back added, where it is told so late (TND-3)."""
    terms, now = state.terms, db.takes_effect(at)
    if not _may_object(db, state, at):
        return {}
    told = db.told_at(review.form.form_id for review in in_force.values())
    found = {
        holder_id: objection_until(
            review.form,
            told.get(review.form.form_id, now),
            terms,
            batch.grants_when_signed(records[holder_id], review.form, state),
            all_left_out(records[holder_id].told_grants, terms),
        )
        for holder_id, review in in_force.items()
    }
    return {holder_id: until for holder_id, until in found.items() if until is not None}


def _termination_recorded_late(db: OfferReader, state: OfferState) -> datetime | None:
    """When the termination went on record, where that was only after its deadline (REC-1)."""
    ended = db.recorded_actions("terminate") if state.terminated_at else []
    return next((each.recorded_at for each in ended if each.accepted and each.after_deadline), None)


def review_of(db: OfferReader, form_id: str, at: datetime) -> FormReview | None:
    """How one form stands at an instant; None where it was not received by then."""
    holder_id = db.holder_of_form(form_id)
    if holder_id is None:
        return None
    judged = batch.review_all(db.holder_records([holder_id]), db.state(), at)
    return next((review for review in judged if review.form.form_id == form_id), None)


def is_missed(db: OfferReader, form: Form, state: OfferState) -> bool:
    """Whether a form that is put on record now came in time, but for an acceptance that has been already (CAN-1)."""
    accepted_at, terms = state.accepted_at, state.terms
    if accepted_at is None:
        return False
    if not lateness(form, terms=terms, accepted_at=accepted_at, terminated_at=state.terminated_at):
        return True
    if form.kind is FormKind.ELECTION or not terms.expires <= form.received_at <= extension_deadline(terms):
        return False
    [d] = db.holder_records([form.holder_id])
    with_it = replace(d, forms=(*d.forms, form), told=db.told_at(each.form_id for each in d.forms))
    reviews = batch.review_all([with_it], state, accepted_at)
    return any(each.form == form and each.standing is not FormStanding.LATE for each in reviews)


def decided_form(review: FormReview) -> DecisionEntry:
    """A review as it is appended to the decisions."""
    shares = sum(tender.shares for tender in review.tenders)
    return DecisionEntry(
        subject=review.form.form_id,
        holder_id=review.form.holder_id,
        decision=review.standing,
        ruling=review.ruling,
        shares=shares or None,
        remarks=review.remarks,
    )


def decided_tender(decision: cancellation.TenderDecision) -> DecisionEntry:
    """An acceptance or rejection as it is appended to the decisions."""
    return DecisionEntry(
        subject=decision.tender.grant_id,
        holder_id=decision.tender.holder_id,
        decision="accepted" if decision.accepted else "rejected",
        ruling=decision.ruling,
        shares=decision.tender.shares,
    )


def _is_news(before: Row[Any] | None, review: FormReview) -> bool:
    """Whether what the holder was told of a form is no longer so, and no confirmation of another form says it (CNF-1).

    That a form is replaced or withdrawn is told by the one that did it; that the look-back adds more to it is news.
    """
    was = before.decision if before is not None else None
    match review.standing:
        case FormStanding.EFFECTIVE:
            return was in (FormStanding.DEFECTIVE, FormStanding.LATE) or _enlarged(before, review)
        case FormStanding.DEFECTIVE:
            return was in (FormStanding.EFFECTIVE, FormStanding.LATE)
        case FormStanding.LATE:
            return was == FormStanding.EFFECTIVE
    return False


def _enlarged(before: Row[Any] | None, review: FormReview) -> bool:
    """Whether a form that stood tenders more than it did, by what the look-back adds to it (TND-3)."""
    if before is None or before.decision != FormStanding.EFFECTIVE:
        return False
    tendered = sum(tender.shares for tender in review.tenders)
    return any(tender.added for tender in review.tenders) and tendered > (before.shares or 0)


def confirm_again(db: OfferWriter, form_id: str, at: datetime, *, first: bool) -> None:
    """Confirm a corrected form anew; for the `first` time to a holder whose it was not before (CNF-1)."""
    review, nth = review_of(db, form_id, at), confirmations(db, form_id) + 1
    if review is not None:
        [d] = db.holder_records([review.form.holder_id])
        state = db.state()
        in_force = batch.in_force(batch.review_all([d], state, at))
        until = _objections(db, in_force, {d.holder.holder_id: d}, state, at)
        stands, objection = in_force.get(d.holder.holder_id), until.get(d.holder.holder_id)
        revision = 1 if first else nth
        letter = confirmation(
            state, d.holder, review, d.grants, at, revision, in_force=stands, objection_until=objection
        )
        db.queue_notices([replace(letter, notice_id=f"confirmation:{form_id}.{nth}")], at)


def confirmations(db: OfferWriter, form_id: str) -> int:
    """How many confirmations of a form were written."""
    n = t.notices
    mine = n.c.notice_id.in_([f"confirmation:{form_id}", *(f"confirmation:{form_id}.{k}" for k in range(2, 100))])
    query = select(func.count()).select_from(n).where(n.c.offer == db.offer, mine)
    return db.connection.execute(query).scalar() or 0


def read_new_forms(db: OfferReader, file: Path, recorded: Recorded | None = None) -> Iterable[Form]:
    """The forms of a CSV file; BadData with every fault by line, and where it says other than what is `recorded`."""
    return read_forms(file, db.first_terms(), db.holders_among, db.grants_among, recorded)


def form_from_fields(db: OfferReader, row: Mapping[str, str], options: Sequence[str]) -> list[Form]:
    """One form, each option as GRANT:SHARES[:ORIGINAL:GRANTED_ON:PRICE:EXERCISED]; BadData for what is wrong."""
    lines = [dict(zip(OPTION_COLUMNS, option.split(":"), strict=False)) for option in options]
    with tempfile.TemporaryDirectory() as kept:
        file = Path(kept) / "form.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, [*row, *OPTION_COLUMNS])
            writer.writeheader()
            writer.writerows({**row, **line} for line in lines or [{}])
        return list(read_new_forms(db, file))


def record_received_forms(
    db: OfferWriter, forms: Iterable[Form], now: datetime, by: str = "", evidence: str = ""
) -> str:
    """Record the forms received by now; those still to come are left out."""
    later = 0

    def received() -> Iterator[Form]:
        nonlocal later
        for form in forms:
            if form.received_at <= now:
                yield form
            else:
                later += 1

    said = record_forms(db, received(), now, by, evidence)
    return f"{said} {count(later, 'form')} not received yet left out.".strip() if later else said
