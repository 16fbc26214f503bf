"""What deserves a second look of the exchange itself: when it cancels and grants, and what that is good or bad for."""

from collections.abc import Iterator
from datetime import date

from dateutil.relativedelta import relativedelta

from optex.calendar import instant
from optex.errors import Ruling
from optex.formatting import local_end, local_text
from optex.milestones import accepts_at_once, schedule_of
from optex.terms import Terms

# FASB Statement 123(R) took the place of APB 25, and of its interpretation FIN 44.
NO_VARIABLE_ACCOUNTING = date(2006, 1, 1)


def of_the_exchange(terms: Terms) -> Iterator[Ruling]:
    """The warnings of the waiting period, of the day of the cancellation, and of approvals between the two."""
    yield from _waiting(terms)
    yield from _cancellation(terms)
    steps = {"cancel", "regrant"}
    schedule = schedule_of(terms)
    if schedule.cancel_on == schedule.grant_on and (terms.four_eyes or steps & set(terms.require_approval)):
        reason = (
            f"cancellation and grant are both planned for {schedule.grant_on}, and wait for an approval: given a day "
            "late, that of the cancellation moves the grant and its price to another day, and that of the grant is "
            "given in the knowledge of the price"
        )
        yield Ruling(rule="XCH-4", reason=reason)


def _waiting(terms: Terms) -> Iterator[Ruling]:
    """Whether the six months and a day are too short for the accounting of the time, or of no use to it any more.

    Authority: FIN 44, which took a grant within six months of a cancellation as a repricing (GRT-1, XCH-4).
    """
    schedule = schedule_of(terms)
    spoils = schedule.grant_on <= schedule.cancel_on + relativedelta(months=6)
    if terms.commences < NO_VARIABLE_ACCOUNTING and spoils:
        reason = (
            f"the grant planned for {schedule.grant_on} is within six months of the cancellation on "
            f"{schedule.cancel_on}: by FIN 44 the new options are then a repricing, with variable accounting"
        )
        yield Ruling(rule="XCH-4", reason=reason)
    elif terms.commences >= NO_VARIABLE_ACCOUNTING and not spoils:
        reason = (
            "the six months between cancellation and grant served the accounting under APB 25 and FIN 44, which FASB "
            "Statement 123(R) replaced by 2006: an offer of today need not wait (waiting = {months = 0, days = 0, "
            'begins = "on_cancellation"} grants on the day of the cancellation)'
        )
        yield Ruling(rule="XCH-4", reason=reason)


def _cancellation(terms: Terms) -> Iterator[Ruling]:
    """What acceptance on the day of the expiration gives up, and where there is no such day. (XCH-4, EXT-1)."""
    if terms.cancel_on != "expiration_day":
        return
    if not accepts_at_once(terms):
        due = local_text(schedule_of(terms).due("cancel"), terms.zone)
        reason = (
            f'cancel_on = "expiration_day", but the offer expires {local_end(terms.expires, terms.zone)}, and of a '
            f"business day nothing is left then: acceptance is planned for {due}"
        )
        yield Ruling(rule="XCH-4", reason=reason)
        return
    reason = (
        'cancel_on = "expiration_day": an extension can be announced until the expiration itself, and not, as Rule '
        "14e-1(d) and §15 would allow, on the next business day"
    )
    yield Ruling(rule="EXT-1", reason=reason)
    if instant(terms.expires_on, terms.cancel_at, terms.zone) <= terms.expires:
        reason = (
            f"cancel_at, {terms.cancel_at:%H:%M}, is not after the expiration, so that acceptance falls due with it: a "
            "form that was received in time and is not on record by then is missed; a later cancel_at leaves time"
        )
        yield Ruling(rule="CAN-1", reason=reason)
