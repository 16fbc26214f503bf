"""Whether a change of the offer may be made: extension, amendment, termination, conditions, holds, dates, splits.

Every function answers with the `Ruling` that refuses, or None where nothing stands against it.
"""

from datetime import date, datetime
from decimal import Decimal

from optex import amendments
from optex.calendar import ONE_DAY
from optex.errors import Ruling
from optex.formatting import count, exact_text, listed, local_end, local_text
from optex.market import Quote, priced_on
from optex.milestones import extension_deadline, first_grant_day
from optex.state import CONDITIONS, OfferState

GRANT_BUSINESS_DAYS = 10


def may_extend(state: OfferState, to: datetime, announced_at: datetime) -> Ruling | None:
    """An extension is good if it is announced at or before 8:00 a.m. of the business day after the last expiration.

    Authority: §15 (EXT-1).
    """
    if refused := _over(state, "EXT-1", "extended"):
        return refused
    zone = state.terms.zone
    deadline = extension_deadline(state.terms)
    if announced_at > deadline:
        reason = (
            f"the extension was announced {exact_text(announced_at, zone)}, after {exact_text(deadline, zone)}, "
            "the last instant at which this offer could be extended"
        )
        return Ruling(rule="EXT-1", reason=reason)
    if to <= state.terms.expires:
        reason = (
            f"{local_text(to, zone)} is not later than the present expiration {local_text(state.terms.expires, zone)}"
        )
        return Ruling(rule="EXT-1", reason=reason)
    if to <= announced_at:
        return Ruling(rule="EXT-1", reason=f"{local_text(to, zone)} is not later than the announcement itself")
    return None


def may_amend(
    state: OfferState,
    change: str,
    percent: Decimal | float | None,
    extend_to: datetime | None,
    at: datetime,
    immaterial: str | None = None,
    terms: str | None = None,
) -> Ruling | None:
    """The offer may be amended while it is open, or with an extension that re-opens it, by what its terms carry out.

    Authority: §15 (AMD-1, EXT-1).
    """
    if refused := _over(state, "AMD-1", "amended"):
        return refused
    if extend_to is not None and (refused := may_extend(state, extend_to, at)):
        return refused
    expires = extend_to or state.terms.expires
    if expires <= at:
        reason = f"the offer expired {local_end(expires, state.terms.zone)}; only an extension re-opens it"
        return Ruling(rule="AMD-1", reason=reason)
    return amendments.refused(state, change, percent, expires, at, immaterial, terms)


def may_terminate(state: OfferState, at: datetime, number: int | None = None, evidence: str = "") -> Ruling | None:
    """Before expiration termination rests on one of the five events, shown; after it on a condition that stands.

    Authority: §7; §15, "upon the occurrence of any of the events listed in Section 7" (CND-2).
    """
    if refused := _over(state, "CND-2", "terminated"):
        return refused
    if at < state.terms.expires:
        missing = [
            *(["which of the five events of §7 has occurred (--number)"] if number is None else []),
            *([] if evidence.strip() else ["what shows it (--evidence)"]),
        ]
        if missing:
            reason = f"before its expiration the offer is terminated upon an event of §7 only: state {listed(missing)}"
            return Ruling(rule="CND-2", reason=reason)
        return None
    if not state.conditions:
        reason = (
            "the offer has expired and no condition of §7 stands asserted: what was properly tendered is to be accepted"
        )
        return Ruling(rule="CND-2", reason=reason)
    if number is not None and number not in state.conditions:
        reason = f"condition {number} ({CONDITIONS[number]}) does not stand asserted, and can no longer be"
        return Ruling(rule="CND-2", reason=reason)
    return None


def may_assert(state: OfferState, number: int, at: datetime) -> Ruling | None:
    """A condition may be asserted from commencement until expiration. Authority: §7 (CND-1)."""
    if refused := _over(state, "CND-1", "made subject to a condition"):
        return refused
    if number in state.conditions:
        return Ruling(rule="CND-1", reason=f"condition {number} ({CONDITIONS[number]}) stands asserted already")
    if not state.terms.begins <= at < state.terms.expires:
        reason = "a condition can be asserted only from commencement until the expiration of the offer"
        return Ruling(rule="CND-1", reason=reason)
    return None


def may_lift(
    state: OfferState, number: int, at: datetime, *, waive: bool, immaterial: str | None = None
) -> Ruling | None:
    """A condition may be waived until expiration, or recorded as ended at any time while the offer lasts.

    Authority: §7, §15 (CND-1, CND-2, AMD-1).
    """
    if state.terminated_at is not None:
        return Ruling(rule="CND-2", reason="the offer was terminated: no condition of it stands any more")
    if number not in state.conditions:
        return Ruling(rule="CND-1", reason=f"condition {number} ({CONDITIONS[number]}) does not stand asserted")
    if waive and at >= state.terms.expires:
        reason = "a condition can be waived only before the expiration; afterwards it can only be recorded as ended"
        return Ruling(rule="CND-1", reason=reason)
    return amendments.waiver_refused(state, at, immaterial) if waive else None


def may_waive_defect(state: OfferState) -> Ruling | None:
    """Defects may be waived up to acceptance. Authority: §4 (TND-7)."""
    return _over(state, "TND-7", "changed by a waiver")


def may_choose_grant_date(state: OfferState, on: date, at: datetime, reason: str | None = None) -> Ruling | None:
    """The Committee may choose a later grant date, a business and trading day; never an earlier one, nor one gone by.

    One more than ten business days after the first possible day needs a reason.
    Authority: Summary Term Sheet, §6, "on or about the first business day" (GRT-1, GRT-2).
    """
    if refused := _granted(state, "GRT-2"):
        return refused
    calendar = state.terms.calendar
    first = first_possible_grant_day(state)
    if on < first:
        return Ruling(rule="GRT-2", reason=f"{on} is before {first}, the first day on which new options may be granted")
    if on < state.day(at):
        return Ruling(rule="GRT-2", reason=f"{on} has passed: a grant is not dated back")
    possible = calendar.grant_day_from(on)
    if possible != on:
        reason = f"{on} is not both a business day and a trading day of the exchange; the next such day is {possible}"
        return Ruling(rule="GRT-1", reason=reason)
    if not reason and long_after(state, on):
        return Ruling(rule="GRT-2", reason=f"{long_after(state, on)}: it needs a reason (--reason)")
    return None


def first_possible_grant_day(state: OfferState) -> date:
    """The first day on which the grant that is next can be made (GRT-1); a late one has a day of its own (REC-4)."""
    terms = state.terms
    return state.late_grant_on or first_grant_day(state.schedule.cancel_on, terms.waiting, terms.calendar)


def long_after(state: OfferState, on: date) -> str:
    """What is to be said of a grant day more than ten business days after the first possible one; "" of any other.

    Authority: §6, "on or about the first business day" (GRT-2).
    """
    first = first_possible_grant_day(state)
    days = state.terms.calendar.business_days(first + ONE_DAY, on)
    return f"{on} is {days} business days after {first}, the first possible day" if days > GRANT_BUSINESS_DAYS else ""


def may_price(state: OfferState, on: date, at: datetime, quote: Quote | None = None) -> Ruling | None:
    """A closing price exists for a trading day that has come, and no longer changes once options were granted at it.

    Authority: §9 (GRT-3).
    """
    if not state.terms.calendar.is_trading_day(on):
        return Ruling(rule="GRT-3", reason=f"the exchange does not trade on {on}, so there is no closing price")
    if on > state.day(at):
        return Ruling(rule="GRT-3", reason=f"{on} has not come yet: a closing price is never guessed")
    if quote is not None and quote.wrong:
        return Ruling(rule="GRT-3", reason=quote.wrong)
    if state.granted_on and on == priced_on(state.terms, state.granted_on):
        reason = f"the new options were granted on {state.granted_on} at the price recorded then"
        return Ruling(rule="GRT-3", reason=reason)
    return None


def may_split(state: OfferState, on: date, *, promised: bool = False) -> Ruling | None:
    """A split from commencement to grant adjusts every option of the offer, and every promise for one.

    `promised` says that some promise is still to be kept though the others were: until then it is adjusted too.
    Authority: §2, §6, §9 (ADJ-1).
    """
    if (state.granted_on is None or not promised) and (refused := _granted(state, "ADJ-1")):
        return refused
    if on < state.terms.commences:
        reason = (
            f"{on} is before the offer commenced ({state.terms.commences}): such a split belongs into the grants "
            "themselves, in grants.csv"
        )
        return Ruling(rule="ADJ-1", reason=reason)
    if on > state.schedule.grant_on and not state.holds:
        reason = f"{on} is after the grant ({state.schedule.grant_on}): it adjusts the new options, not the promises"
        return Ruling(rule="ADJ-1", reason=reason)
    if state.granted_on is not None and on <= state.granted_on:
        reason = f"{on} is not after the grant of {state.granted_on}: what was granted then is not undone"
        return Ruling(rule="ADJ-1", reason=reason)
    return None


def may_defer(state: OfferState, *, participant: bool, shares: int, available: int) -> Ruling | None:
    """A grant is deferred for whoever takes part, from tender to grant, if the pool has the shares.

    Authority: §6, §12 (LCK-1, PLN-1).
    """
    if refused := _granted(state, "LCK-1"):
        return refused
    if not participant:
        reason = "this holder has nothing tendered or promised, so a grant need not be deferred"
        return Ruling(rule="LCK-1", reason=reason)
    if shares > available:
        return Ruling(rule="PLN-1", reason=f"the plan has {count(available, 'share')} available, not {shares:,}")
    return None


def may_hold(state: OfferState) -> Ruling | None:
    """A grant may be held back until it was made. Authority: §13 (CIC-1)."""
    return _granted(state, "CIC-1")


def may_prohibit(state: OfferState) -> Ruling | None:
    """A grant is prohibited for good once it is promised, and until it was made. Authority: §13 (CIC-1)."""
    if refused := _granted(state, "CIC-1"):
        return refused
    if state.cancelled_on is None:
        reason = "nothing is promised yet, so no grant can be prohibited: the offer is terminated, or holders excluded"
        return Ruling(rule="CIC-1", reason=reason)
    return None


def may_release(state: OfferState) -> Ruling | None:
    """Only what is held can be released. Authority: §13 (CIC-1)."""
    if refused := _granted(state, "CIC-1"):
        return refused
    return None if state.holds else Ruling(rule="CIC-1", reason="the grant is not held")


def _over(state: OfferState, rule: str, act: str) -> Ruling | None:
    if state.terminated_at is not None:
        return Ruling(rule=rule, reason=f"the offer was terminated and can no longer be {act}")
    if state.accepted_at is not None:
        reason = f"the tendered options were cancelled on {state.cancelled_on}; the offer can no longer be {act}"
        return Ruling(rule=rule, reason=reason)
    return None


def _granted(state: OfferState, rule: str) -> Ruling | None:
    if state.terminated_at is not None:
        return Ruling(rule=rule, reason="the offer was terminated: nothing will be granted")
    if state.prohibited_at is not None:
        reason = f"the grant was prohibited for good on {state.day(state.prohibited_at)}: nothing will be granted"
        return Ruling(rule=rule, reason=reason)
    if state.granted_on is not None:
        return Ruling(rule=rule, reason=f"the new options were granted on {state.granted_on}")
    return None
