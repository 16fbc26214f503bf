"""What a person must hear of at once, each said once: confirmations about to be late, and forms that were missed."""

from datetime import datetime

from sqlalchemy import and_, select

from infra import tables as t
from infra.store import Book
from optex.calendar import local_text
from optex.confirmation import alarm_from, confirmation_due

Entry = tuple[str, str, str, str]


def alarms(book: Book, at: datetime) -> list[tuple[str, str]]:
    """What has become an alarm by an instant, as (what it is about, sentence); it goes into the audit."""
    found = [("a Confirmation of Receipt is due", *entry) for entry in _late_confirmations(book, at)]
    found += [("a form was missed", *entry) for entry in _missed_forms(book)]
    book.audit(at, "", [entry for _, *entry in found])
    return [(about, detail) for about, *_, detail in found]


def _missed_forms(book: Book) -> list[Entry]:
    """Every form in time that was put on record only after the acceptance: somebody must decide about it (CAN-1)."""
    f = t.forms.c
    query = select(f.form_id, f.holder_id).where(f.offer == book.offer, f.missed).order_by(f.position)
    raised = set(book.raised("form missed"))
    return [
        (
            "form missed",
            form_id,
            "CAN-1",
            f"form {form_id} of {holder_id} was received in time, but put on record only after the acceptance: "
            "it has no effect, and the company must decide about it",
        )
        for form_id, holder_id in book.connection.execute(query)
        if form_id not in raised
    ]


def _late_confirmations(book: Book, at: datetime) -> list[Entry]:
    """Every form whose confirmation is unsent on the fourth business day (CNF-1)."""
    f, n = t.forms, t.notices
    unsent = (
        select(f.c.form_id, f.c.received_at)
        .join(n, and_(n.c.offer == f.c.offer, n.c.notice_id == "confirmation:" + f.c.form_id))
        .where(f.c.offer == book.offer, n.c.sent_at.is_(None))
        .order_by(f.c.received_at)
    )
    terms = book.state().terms
    raised = set(book.raised("confirmation overdue"))
    entries = []
    for form_id, received_at in book.connection.execute(unsent):
        if at >= alarm_from(received_at, terms) and form_id not in raised:
            due = local_text(confirmation_due(received_at, terms), terms.zone)
            detail = f"the confirmation of form {form_id} is not sent; it must be by {due}"
            entries.append(("confirmation overdue", form_id, "CNF-1", detail))
    return entries
