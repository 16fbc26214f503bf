"""What an act is: the rule it acts under, how it is weighed, what it says, and what follows from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from infra.books.store import Book
from optex.errors import Ruling
from optex.state import Fact, OfferState

Weigh = Callable[[Book, OfferState, Fact], Ruling | None]
CarryOut = Callable[[Book, Fact], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One verb: the rule it acts under, how it is weighed, what it says, and what follows from it."""

    rule: str
    weigh: Weigh
    says: Callable[[Fact, OfferState], str]
    carry_out: CarryOut
    subject: Callable[[Fact], str] = lambda fact: ""
    completes: Callable[[Book, Fact], Fact] | None = None


def nothing_more(_book: Book, _fact: Fact) -> str:
    """Nothing follows at once: whoever reads the facts finds it."""
    return ""


def instant_of(fact: Fact, key: str) -> datetime:
    return datetime.fromisoformat(fact.data[key])


def day_of(fact: Fact, key: str) -> date | None:
    return date.fromisoformat(fact.data[key]) if fact.data.get(key) else None
