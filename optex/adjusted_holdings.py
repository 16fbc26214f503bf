"""What a split has made of an option, a promise or a deferred grant, and the words for it."""

from dataclasses import dataclass
from decimal import Decimal

from optex.adjustment import Split
from optex.errors import Ruling
from optex.formatting import count, money


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """Something of a holder's that a split adjusts: what it is, its shares, its price where it has one already."""

    subject: str
    holder_id: str
    what: str
    shares: int
    price: Decimal | None = None
    exercised: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustedHolding:
    """A holding before a split and after it."""

    split: Split
    was: Holding
    became: Holding

    @property
    def ruling(self) -> Ruling:
        """What became of it. Authority: §2, §6, §9 (ADJ-1)."""
        now = self.became
        price = f" at {money(now.price)} a share" if now.price is not None and now.shares else ""
        left = f"{count(now.shares, 'share')}{price}" if now.shares else "no share any more"
        reason = f"A {self.split.named} adjusted {now.what} {now.subject}: it is now for {left}."
        return Ruling(rule="ADJ-1", reason=reason)
