"""Letters about a grant that is deferred for whoever takes part: its promise in writing, and its release (LCK-1)."""

from datetime import date
from typing import Any

from optex import notice_data
from optex.adjustment import Deferred
from optex.exchange_words import vesting_parts
from optex.formatting import count
from optex.milestones import OfferSchedule
from optex.notices import Kind, Notice, letter
from optex.records import Holder
from optex.terms import Terms


def deferred_promised(
    terms: Terms, schedule: OfferSchedule, holder: Holder, deferred: Deferred, decided_on: date, *, accepted: bool
) -> Notice:
    """A further grant is deferred, and promised in writing: on the grant date, at that day's price, vesting from it.

    `accepted` says that the holder's options were accepted by then, so that it is no longer open whether it must wait.
    Authority: §6, "We may issue to you a Promise to Grant Stock Option(s)" (LCK-1).
    """
    vesting = terms.plan.vesting.model_dump(exclude={"first_percent"})
    if terms.plan.vesting.first_percent is not None:
        vesting["parts"] = vesting_parts(terms.plan.vesting)
    data = {
        "deferred": _stated(deferred, deferred.shares, decided_on),
        "vesting": vesting,
        "accepted": accepted,
        "released": "",
    }
    key, happened = f"deferral:{deferred.deferred_id}", f"Grant {deferred.deferred_id} deferred"
    about, facts = f"{count(deferred.shares, 'share')} promised", notice_data.offer_facts(terms, schedule)
    return letter(Kind.DEFERRAL, key, holder, happened, about, offer=facts, **data)


def deferral_released(
    terms: Terms, holder: Holder, deferred: Deferred, shares: int, decided_on: date, why: str, on: date
) -> Notice:
    """A deferred grant need not wait any longer, and why; `shares` is what it is adjusted to. It is not made by this.

    Authority: §6, "If we accept options you tender in the offer, we will defer any grant" (LCK-1).
    """
    data = {
        "deferred": _stated(deferred, shares, decided_on),
        "promised": deferred.promised,
        "why": why,
        "released": on.isoformat(),
    }
    key, happened = f"deferral-released:{deferred.deferred_id}", f"Grant {deferred.deferred_id} no longer deferred"
    about, facts = count(shares, "share"), notice_data.offer_facts(terms)
    return letter(Kind.DEFERRAL, key, holder, happened, about, offer=facts, **data)


def _stated(deferred: Deferred, shares: int, decided_on: date) -> dict[str, Any]:
    return {
        "deferred_id": deferred.deferred_id,
        "decided_on": decided_on.isoformat(),
        "decided_shares": deferred.shares,
        "shares": shares,
        "type": deferred.type.value,
    }
