"""How long the offer stays open after the notice of a change, and which change its terms can carry out (AMD-1)."""

from datetime import datetime
from decimal import Decimal

from optex import amended_terms
from optex.errors import Ruling
from optex.formatting import in_words, local_end
from optex.milestones import extension_deadline
from optex.open_days import earliest_expiration, earliest_in_words, last_notice
from optex.state import OfferState

NOTICE_BUSINESS_DAYS = 10
THRESHOLD_PERCENT = 2
# Nothing follows from such a change but by the terms that carry it out.
_CARRIED_OUT_BY_TERMS = {
    "consideration": "a change in the consideration",
    "decrease": "a decrease in the options sought",
    "increase": "an increase in the options sought",
}


def refused(
    state: OfferState,
    change: str,
    percent: Decimal | float | None,
    expires: datetime,
    at: datetime,
    immaterial: str | None,
    terms: str | None = None,
) -> Ruling | None:
    """The ruling against a change that its `terms` do not carry out, or that leaves holders too little time.

    `expires` is the expiration as the amendment leaves it or makes it.
    Authority: §15 (AMD-1).
    """
    if change == "other" and percent is not None:
        return Ruling(rule="AMD-1", reason="a percentage is stated of an increase or a decrease only")
    if terms and (ruling := amended_terms.refused(state.terms, change, terms)):
        return ruling
    days = notice_days(change, percent, immaterial, state.terms.material_days)
    if not terms and (what := _CARRIED_OUT_BY_TERMS.get(change)):
        lacking = _lacking(state, days, expires, at, "after such a change")
        reason = (
            f"the amendment states no term that carries out {what} (--terms), and what the terms do not do is never "
            "just told"
        )
        return Ruling(rule="AMD-1", reason=f"{reason}; besides, {lacking}" if lacking else reason)
    after = "after a material change" if change == "other" else "after such a change"
    if lacking := _lacking(state, days, expires, at, after):
        way = "extend it with the amendment (--extend-to)"
        way += ", or state why the change is immaterial (--immaterial)" if change == "other" else ""
        return Ruling(rule="AMD-1", reason=f"{lacking}: {way}")
    return None


def waiver_refused(state: OfferState, at: datetime, immaterial: str | None) -> Ruling | None:
    """The ruling against the waiver of a condition that leaves holders too little time.

    Authority: §15, "if we waive a material condition of the offer, we will extend the offer to the extent required"
    (AMD-1).
    """
    days = 0 if immaterial else state.terms.material_days
    if lacking := _lacking(state, days, state.terms.expires, at, "after the waiver of a material condition"):
        way = "extend the offer first, or state why the condition is immaterial (--immaterial)"
        return Ruling(rule="AMD-1", reason=f"{lacking}: {way}")
    return None


def notice_days(change: str, percent: Decimal | float | None, immaterial: str | None, material_days: int) -> int:
    """For how many business days the offer stays open after the notice of a change, the day of the notice the first.

    Of a change in the consideration or in the options sought nobody can say that it is immaterial.
    Authority: §15; Rule 13e-4(d)(2), (e)(3), (f)(1)(ii) (AMD-1).
    """
    if needs_ten_days(change, percent):
        return NOTICE_BUSINESS_DAYS
    return material_days if change == "other" and not immaterial else 0


def needs_ten_days(change: str, percent: Decimal | float | None) -> bool:
    """Whether the offer must stay open ten business days after the notice of a change. Authority: §15 (AMD-1)."""
    # Of an increase that nobody has measured it is not known that it stays within the two percent.
    beyond = change == "increase" and (percent is None or percent > THRESHOLD_PERCENT)
    return change in ("consideration", "decrease") or beyond


def deadline(state: OfferState, days: int, at: datetime, extend_to: datetime | None = None) -> datetime:
    """The last instant for the notice of a change that needs so many business days, or is made with an extension.

    Of one that was told later than leaves them it is the expiration. Authority: §15 (AMD-1, EXT-1).
    """
    expires = extend_to or state.terms.expires
    last = last_notice(state.terms, days, expires) if days else expires
    latest = extension_deadline(state.terms) if extend_to else expires
    return min(last, latest) if at < last else latest


def _lacking(state: OfferState, days: int, expires: datetime, at: datetime, after: str) -> str:
    """What lacks of the business days after a notice, and the earliest expiration that leaves them; "" for nothing."""
    terms, first = state.terms, state.day(at)
    if not days or expires >= earliest_expiration(terms, first, days):
        return ""
    return (
        f"{after} the offer must stay open {in_words(days, 'business day')}, the day of its notice the first, until "
        f"{earliest_in_words(terms, first, days)}, at the earliest; it would expire "
        f"{local_end(expires, terms.zone)}"
    )
