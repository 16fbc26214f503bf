"""What operations must hear of, each thing said once: confirmations about to be late, what was missed or refused."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import and_, select

from infra.books import tables as t
from infra.books.reading import Reader
from infra.books.store import Book
from optex.calendar import local_text
from optex.confirmation import alarm_from, confirmation_due

# What is audited of an alarm: the action, its subject, the rule and the sentence.
Entry = tuple[str, str, str, str]


def alarms(book: Reader, at: datetime) -> dict[str, list[Entry]]:
    """What has become an alarm by an instant and was not raised yet, by what it is about."""
    found = {
        "a Confirmation of Receipt is due": _late_confirmations(book, at),
        "a form was missed": _missed_forms(book),
        "a letter was refused": _refused_letters(book),
        "a split has no effect": _idle_splits(book),
    }
    new = {about: _not_raised(book, entries) for about, entries in found.items()}
    return {about: entries for about, entries in new.items() if entries}


def raised(book: Book, entries: Sequence[Entry], at: datetime) -> None:
    """Put on record that these alarms were raised, once operations have been told: they are not told again."""
    book.audit(at, "", entries)


def _not_raised(book: Reader, entries: Sequence[Entry]) -> list[Entry]:
    before = {action: set(book.raised(action)) for action in {action for action, *_ in entries}}
    return [entry for entry in entries if entry[1] not in before[entry[0]]]


def _late_confirmations(book: Reader, at: datetime) -> list[Entry]:
    """Every form whose confirmation is unsent on the fourth business day (CNF-1)."""
    f, n = t.forms, t.notices
    unsent = (
        select(f.c.form_id, f.c.received_at)
        .join(n, and_(n.c.offer == f.c.offer, n.c.notice_id == "confirmation:" + f.c.form_id))
        .where(f.c.offer == book.offer, n.c.sent_at.is_(None))
        .order_by(f.c.received_at)
    )
    terms = book.state().terms
    entries = []
    for form_id, received_at in book.connection.execute(unsent):
        if at >= alarm_from(received_at, terms):
            due = local_text(confirmation_due(received_at, terms), terms.zone)
            detail = f"the confirmation of form {form_id} is not sent; it must be by {due}"
            entries.append(("confirmation overdue", form_id, "CNF-1", detail))
    return entries


def _missed_forms(book: Reader) -> list[Entry]:
    """Every form in time that was put on record only after the acceptance: somebody must decide about it (CAN-1)."""
    f = t.forms.c
    query = select(f.form_id, f.holder_id).where(f.offer == book.offer, f.missed).order_by(f.position)
    why = "was received in time, but put on record only after the acceptance: it has no effect, and the company decides"
    return [
        ("form missed", form_id, "CAN-1", f"form {form_id} of {holder_id} {why}")
        for form_id, holder_id in book.connection.execute(query)
    ]


def _refused_letters(book: Reader) -> list[Entry]:
    """Every letter that the mail server would not take: it is not tried again, so somebody must see to it."""
    n = t.notices.c
    query = select(n.notice_id, n.kind, n.holder_id, n.answer).where(n.offer == book.offer, n.refused)
    return [
        ("letter refused", notice_id, "", f"{kind} to {holder_id} was refused: {answer}")
        for notice_id, kind, holder_id, answer in book.connection.execute(query.order_by(n.notice_id))
    ]


def _idle_splits(book: Reader) -> list[Entry]:
    """A split told beforehand that no longer lies between cancellation and grant: it scales no promise (ADJ-1).

    The cancellation was put off beyond it meanwhile, or the grant brought forward; one that is held has no date yet.
    """
    state = book.state()
    if state.cancelled_on is None:
        return []
    through = date.max if state.holds else state.plan.grant_on
    before = f"came before the cancellation of {state.cancelled_on}: it adjusts no promise; the grants must be restated"
    after = f"comes after the grant of {through}: it adjusts no promise; the new options must be restated"
    return [
        (
            "split without effect",
            split.on.isoformat(),
            "ADJ-1",
            f"the split of {split.on} {before if split.on <= state.cancelled_on else after}",
        )
        for split in state.told_splits
        if not state.cancelled_on < split.on <= through
    ]
