"""A look-back addition of which the holder is told at the last minute: until when the holder may object to it."""

from collections.abc import Container, Mapping
from datetime import datetime

from optex.calendar import local_date
from optex.defects import omitted
from optex.milestones import extension_deadline
from optex.records import Form, FormKind, Grant
from optex.terms import Terms


def told_late(told_at: datetime, terms: Terms) -> bool:
    """Whether the holder is told after the last business day before the one on which the offer expires (TND-3)."""
    before = terms.calendar.business_day_offset(terms.expires_on, -1)
    return local_date(told_at, terms.zone) > before


def objection_until(
    election: Form, told_at: datetime, terms: Terms, grants: Mapping[str, Grant], left_out: Container[str] = ()
) -> datetime | None:
    """Until when a notice still withdraws a tender that the look-back enlarged; None where the expiration is the end.

    That is where the holder is told of the addition so late that no whole business day is left before the offer
    expires. Nothing is accepted before the same instant, so that it costs nothing.
    Authority: §2, §6, "you will be required to also tender"; §4, "all questions as to the form of documents and the
    validity, form, eligibility, including time of receipt"; the instant is §15's (TND-3, EXT-1).
    """
    enlarged = election.kind is FormKind.ELECTION and terms.lookback.omitted == "include"
    until = extension_deadline(terms)
    late = until > terms.expires and told_late(told_at, terms)
    adds = enlarged and late and omitted(election, terms=terms, grants=grants, left_out=left_out)
    return until if adds else None
