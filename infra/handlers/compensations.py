"""Compensating decisions in the database: what waits for an approval, and what is carried out once it is given (REC-4).

Each kind has a function that finds what the record asks for, and one that carries it out by entries of its own.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter
from infra.handlers import reinstatement, voids
from infra.handlers.splits import apply_splits
from optex.compensations import Pending, awaited
from optex.formatting import sentence

Find = Callable[[OfferReader, datetime, Collection[str] | None], Iterable[Pending]]
CarryOut = Callable[[OfferWriter, Pending, str, datetime], str]

_WORDS = {
    "reinstate": "The promise to {holder} lapsed and is to be reinstated.",
    "void": "The acceptance of what {holder} tendered is to be voided.",
}
_KINDS: dict[str, tuple[Find, CarryOut]] = {
    "reinstate": (reinstatement.find, reinstatement.carry_out),
    "void": (voids.find, voids.carry_out),
}


def pending(db: OfferReader, at: datetime, holder_ids: Collection[str] | None = None) -> list[Pending]:
    """The compensating decisions that the record asks for at an instant, about these holders or about all."""
    return [each for find, _ in _KINDS.values() for each in find(db, at, holder_ids)]


def carry_out(db: OfferWriter, decided: Pending, by: str, at: datetime) -> str:
    """Carry out a compensating decision, approved by a person, or by "" where none is asked; what came of it."""
    _, do = _KINDS[decided.kind]
    return do(db, decided, by, at)


def compensate(db: OfferWriter, holder_ids: Collection[str], at: datetime) -> str:
    """Carry out every compensating decision that waits for nobody; what came of it, and what is left of these holders.

    A promise for which the pool was short of shares is tried again with whatever is told, of whomever it is.
    """
    said = []
    found = (*reinstatement.find(db, at, None), *voids.find(db, at, holder_ids))
    for holder_id in dict.fromkeys(each.holder_id for each in found):
        apply_splits(db, at)  # so that the pool is in the shares of the day
        for each in pending(db, at, {holder_id}):  # anew: what was carried out before has taken shares of the pool
            waits = each.waits and db.waits_for(each.kind, holder_id)
            if each.blocked is None and not waits:
                said.append(carry_out(db, each, "", at))
            elif holder_id in holder_ids:
                said.append(waiting(each))
    return " ".join(said)


def waiting(each: Pending) -> str:
    """What a compensating decision is, and what it waits for, in a sentence or two."""
    asked = f"{_WORDS[each.kind].format(holder=each.holder_id)} {sentence(each.ruling.reason)}"
    if each.blocked is not None:
        return f"{asked} It is not carried out: {sentence(each.blocked.reason)}"
    command = f"`optex approve FOLDER --step {each.kind} --holder {each.holder_id}`"
    return f"{asked} It waits for approval by {awaited(each)}: {command}."
