"""Confirmations of Receipt that are about to be late, from the books (CNF-1)."""

from datetime import datetime

from sqlalchemy import and_, select

from infra import tables as t
from infra.store import Book
from optex.calendar import local_text
from optex.confirmation import alarm_from, confirmation_due


def confirmation_alarms(book: Book, at: datetime) -> list[str]:
    """Every form whose confirmation is unsent on the fourth business day, said once: the alarm goes into the audit."""
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
    book.audit(at, "", entries)
    return [detail for *_, detail in entries]
