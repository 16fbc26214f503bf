"""Compensating decisions in the database: what waits for an approval, and what is carried out once it is given (REC-4).

Each kind has a function that finds what the record asks for, and one that carries it out by entries of its own.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter
from infra.handlers import reinstatement, voids
from optex.compensations import Pending, awaited

Find = Callable[[OfferReader, datetime, Collection[str] | None], Iterable[Pending]]
CarryOut = Callable[[OfferWriter, Pending, str, datetime], str]

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


def compensate(db: OfferWriter, at: datetime, holder_ids: Collection[str]) -> str:
    """Carry out the compensating decisions about these holders that wait for nobody, and say for whom the others do."""
    said = []
    for each in pending(db, at, holder_ids):
        if each.blocked is not None:
            said.append(f"{each.holder_id}: {each.kind} is asked for by the record, but {each.blocked.reason}.")
        elif each.waits and db.waits_for(each.kind, each.holder_id):
            said.append(f"{each.holder_id}: {each.kind} waits for approval by {awaited(each)}.")
        else:
            said.append(carry_out(db, each, "", at))
    return " ".join(said)
