"""Forms at the desk: recorded as received, judged with all the holder sent, and confirmed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from infra.books import tables as t
from infra.books.reading import Reader
from infra.books.store import Book, Decided
from optex import roll
from optex.election import Judgement
from optex.notices import confirmation
from optex.records import Form, FormKind, Standing
from optex.state import OfferState
from optex.timeliness import lateness
from optex.wording import count


def record_forms(book: Book, forms: Sequence[Form], at: datetime, by: str = "") -> str:
    """Take in forms that are not on record yet: judge them, say how they stand, and queue their confirmations."""
    known = book.form_ids()
    new = [form for form in forms if form.form_id not in known]
    if not new:
        return "No new form." if forms else ""
    state = book.state()
    missed = [form.form_id for form in new if is_missed(form, state)]
    book.add_forms([replace(form, missed=True) if form.form_id in missed else form for form in new], at)
    holder_ids = {form.holder_id for form in new}
    said = rejudge(book, holder_ids, at, received={form.form_id for form in new})
    book.audit(
        at,
        by,
        [
            (
                "form received",
                form.form_id,
                "CNF-1",
                f"{'Election Form' if form.kind is FormKind.ELECTION else 'Notice of withdrawal'} by {form.channel}",
            )
            for form in new
        ],
    )
    alarm = f"Received in time but only now on record, after the acceptance: {', '.join(missed)}." if missed else ""
    return " ".join(filter(None, (f"{count(len(new), 'form')} received.", said, alarm)))


def rejudge(
    book: Book, holder_ids: Iterable[str] | None, at: datetime, received: frozenset[str] | set[str] = frozenset()
) -> str:
    """Judge again every form of these holders (of all), append what changed, and tell whom it concerns (CNF-1).

    A form just `received` is confirmed; one told defective or late before is confirmed anew when it stands or is in
    time after all.
    """
    state = book.state()
    dossiers = {d.holder.holder_id: d for d in book.dossiers(holder_ids)}
    judgements = roll.judge_all(dossiers.values(), state, at)
    before = {form_id: row.decision for form_id, row in book.latest_decisions("form").items()}
    fresh = {decided.subject for decided in book.decide("form", at, map(decided_form, judgements))}
    letters = []
    for judgement in judgements:
        form_id = judgement.form.form_id
        if form_id in fresh and (form_id in received or _is_news(before.get(form_id), judgement)):
            d = dossiers[judgement.form.holder_id]
            revision = 1 if form_id in received else _confirmations(book, form_id) + 1
            letters.append(confirmation(state.terms, d.holder, judgement, d.grants, revision))
    book.queue(letters, at)
    changed = len(fresh - set(received))
    return f"{count(changed, 'earlier form')} now {'stands' if changed == 1 else 'stand'} otherwise." if changed else ""


def judgement_of(book: Reader, form_id: str, at: datetime) -> Judgement | None:
    """How one form stands at an instant; None where it was not received by then."""
    holder_id = book.holder_of_form(form_id)
    if holder_id is None:
        return None
    judged = roll.judge_all(book.dossiers([holder_id]), book.state(), at)
    return next((judgement for judgement in judged if judgement.form.form_id == form_id), None)


def is_missed(form: Form, state: OfferState) -> bool:
    """Whether a form that is put on record now came in time, but for an acceptance that has been already (CAN-1)."""
    accepted_at = state.accepted_at
    return accepted_at is not None and not lateness(
        form, terms=state.terms, accepted_at=accepted_at, terminated_at=state.terminated_at
    )


def decided_form(judgement: Judgement) -> Decided:
    """A judgement as it is appended to the decisions."""
    shares = sum(tender.shares for tender in judgement.tenders)
    return Decided(
        subject=judgement.form.form_id,
        holder_id=judgement.form.holder_id,
        decision=judgement.standing,
        ruling=judgement.ruling,
        shares=shares or None,
        remarks=judgement.remarks,
    )


def _is_news(before: str | None, judgement: Judgement) -> bool:
    """Whether a holder who was told that a form is defective or late must hear that it stands, or can be cured now."""
    if judgement.standing is Standing.EFFECTIVE:
        return before in (Standing.DEFECTIVE, Standing.LATE)
    return before == Standing.LATE and judgement.standing is Standing.DEFECTIVE


def _confirmations(book: Book, form_id: str) -> int:
    n = t.notices
    mine = n.c.notice_id.in_([f"confirmation:{form_id}", *(f"confirmation:{form_id}.{k}" for k in range(2, 100))])
    query = select(func.count()).select_from(n).where(n.c.offer == book.offer, mine)
    return book.connection.execute(query).scalar() or 0
