"""How many option shares an amendment of the terms seeks, beside how many it says it does (AMD-1)."""

from dataclasses import replace
from decimal import Decimal

from infra.database.in_turn import in_turn
from infra.database.reader import OfferReader
from optex import batch
from optex.actions import Amend
from optex.eligibility import grants_in_offer
from optex.errors import Ruling
from optex.formatting import count
from optex.state import OfferState


def sought_otherwise(action: Amend, db: OfferReader, state: OfferState) -> Ruling | None:
    """The ruling against a decrease or an increase that is not what the terms come to on the record.

    Authority: §15; Rule 13e-4(f)(1)(ii), which counts the two percent in what is sought (AMD-1).
    """
    if action.change not in ("decrease", "increase") or not action.terms:
        return None
    before = _shares_sought(db, state)
    after = _shares_sought(db, replace(state, terms=action.amended(state.terms)))
    found = f"by these terms {count(after, 'option share')} would be sought, and not {before:,}"
    if after != before and (after > before) != (action.change == "increase"):
        return Ruling(rule="AMD-1", reason=f"{found}: that is {'an increase' if after > before else 'a decrease'}")
    if action.percent is None or not before:
        return None
    percent = Decimal(abs(after - before) * 100) / before
    if percent.quantize(action.percent) != action.percent:
        return Ruling(rule="AMD-1", reason=f"{found}: that is {percent:.2f}%, not {action.percent}%")
    return None


def _shares_sought(db: OfferReader, state: OfferState) -> int:
    """What is left of every option that whoever may tender could tender."""
    return sum(
        grant.remaining
        for records in in_turn(db, forms=False)
        for d, refused in batch.eligibility(records, state)
        if refused is None
        for grant in grants_in_offer(d, state.terms).values()
    )
