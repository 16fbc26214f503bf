"""Which right, to tender or to withdraw, was in force when a form was received."""

from datetime import datetime

from optex import formatting
from optex.errors import Ruling
from optex.records import Form, FormKind
from optex.terms import Terms


def lateness(
    form: Form, *, terms: Terms, accepted_at: datetime | None, terminated_at: datetime | None
) -> Ruling | None:
    """Why no right to tender, or to withdraw, was in force when a form was received; None if it came in time.

    `terms` are as extended so far: what came between the old close and its extension is in time again (EXT-2).
    Authority: §4 "received before the expiration date"; §5 "at any time thereafter" (EXP-1, WDR-1, WDR-3).
    """
    at, clock = form.received_at, terms.clock
    election = form.kind is FormKind.ELECTION
    if at < terms.opens:
        late = f"before the offer opened on {formatting.stamp(terms.opens, clock)}."
    elif terminated_at and at >= terminated_at:
        late = f"after the offer had been terminated on {formatting.stamp(terminated_at, clock)}."
    elif accepted_at and at >= accepted_at:
        late = f"after the tendered options had been accepted on {formatting.stamp(accepted_at, clock)}."
    elif at < terms.expires:
        return None
    elif election:
        late = f"not before the offer expired on {formatting.stamp(terms.expires, clock)}."
    elif at > terms.withdrawal_right:
        return None
    else:
        late = (
            f"not before the offer expired on {formatting.stamp(terms.expires, clock)}. What is not accepted may be "
            f"withdrawn again only after {formatting.stamp(terms.withdrawal_right, clock)}."
        )
    what = "form" if election else "notice"
    return Ruling(
        rule="EXP-1" if election else "WDR-1",
        reason=f"The {what} was received on {formatting.stamp(at, clock)}, {late}",
    )


def right_to_withdraw(notice: Form, terms: Terms) -> str:
    """The rule under which a timely notice withdraws: before the expiration, or while nothing is accepted (§5)."""
    return "WDR-1" if notice.received_at < terms.expires else "WDR-3"
