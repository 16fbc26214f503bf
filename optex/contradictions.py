"""What the record, as it was told or corrected later, says against what was granted or voided; a person settles it.

Nothing is undone by the program: a contradiction is an alarm until it is settled, or until the record agrees again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from optex.action import Action, of, option
from optex.calendar import ONE_DAY
from optex.eligibility import first_gap, may_be_accepted, serves
from optex.eligible import service, serving
from optex.fields import Expected, Id, Text
from optex.formatting import day, money
from optex.grant import exercise_price, is_ten_percent_owner
from optex.records import Holder, OptionType, ServicePeriod, UnitType
from optex.state import OfferState
from optex.terms import Terms

GRANTED, VOIDED, DECIDED, RESCINDED, MEANWHILE = "granted", "voided", "decided", "rescinded", "granted meanwhile"
OUTCOMES = ("rescind", "stand")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradiction:
    """An option `granted` or `rescinded`, or the acceptance of one `voided`, that the record speaks against, and why.

    Or one of which the record, as it now is, would have `decided` otherwise at the acceptance; or a grant of the
    company's own that was `granted meanwhile`, to whoever takes part, and not deferred (LCK-1).
    """

    kind: str
    grant_id: str
    holder_id: str
    reason: str

    @property
    def rule(self) -> str:
        return "LCK-1" if self.kind == MEANWHILE else "REC-4"

    @property
    def said(self) -> str:
        return self.reason if self.kind == DECIDED else f"{self.grant_id} was {self.reason}."


def against_grant(
    periods: Sequence[ServicePeriod], *, received_on: date, cancelled_on: date | None, granted_on: date, terms: Terms
) -> str | None:
    """What the record shows against an option that was granted; None where service was unbroken.

    `cancelled_on` is None of a deferred grant, which replaces no option.
    Authority: §1, §2, §6, §9 (ELG-1, ELG-2, ELG-3, REC-4).
    """
    void = cancelled_on and may_be_accepted(periods, received_on=received_on, cancelled_on=cancelled_on, terms=terms)
    # What a deferred grant asks for is service in any capacity (LCK-1).
    counting, what = (serving(periods, terms), service(terms)) if cancelled_on else (periods, "service")
    gap = first_gap(counting, received_on, granted_on)
    if not void and gap is None:
        return None
    if gap is None:
        return f"there was no {what} on {day(terms.commences)}, the day the offer commenced"
    if serves(counting, gap - ONE_DAY) and not serves(counting, granted_on):
        return f"{what} ended on {day(gap - ONE_DAY)}"
    return f"there was no {what} on {day(gap)}"


def against_price(type: OptionType | UnitType, price: Decimal, close: Decimal, holder: Holder) -> str | None:
    """What the record shows against the price of a new ISO: that it was granted to an owner of more than 10% for less.

    Prices are a share, in dollars.
    Authority: §9, "may not be less than 110% of the closing price" (GRT-3, REC-4).
    """
    if type is UnitType.RSU:
        return None
    due = exercise_price(close, type=type, ten_percent_owner=is_ten_percent_owner(holder))
    if price >= due:
        return None
    owned = f"the holder owned {holder.voting_percent.normalize():f}% of the voting power"
    return f"{owned}: an ISO then costs {money(due)} a share, 110% of the close, and not {money(price)}"


def outcomes(kind: str) -> tuple[str, ...]:
    """How a contradiction may be settled: nothing is accepted or granted a second time (REC-4)."""
    return OUTCOMES if kind == GRANTED else ("stand",)


class Settle(Action):
    """Settle what the record contradicts after the grant: the option is rescinded, or stands (REC-4).

    A rescinded option goes back to the plan's pool, and its holder is told. What was voided, rejected or rescinded, and
    that the record now shows to have been good, can only be let stand: the program accepts and grants nothing twice.
    So can only a grant that the company made itself while its holder took part (LCK-1).
    What the record shows later is another contradiction, to be settled anew.
    """

    verb, rule, deployment, named, proven = "settle", "REC-4", "settle", True, True
    decided, once = ("what",), ("grant", "as", "reason", "evidence")
    asked, final = "A settlement", True
    grant: Id = option("The option that the record contradicts, by its number.")
    outcome: Annotated[Literal["rescind", "stand"], of(*OUTCOMES)] = option(
        "What becomes of it: rescind the option, or let it stand.", alias="as"
    )
    reason: Annotated[Text, Expected("a reason in words")] = option("Why.")
    what: str | None = None
    """What the record showed when it was settled, in words."""

    @property
    def subject(self) -> str:
        return self.grant

    def says(self, state: OfferState) -> str:
        return f"{self.grant} {'is rescinded' if self.outcome == 'rescind' else 'stands'}."

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        became = "the option was rescinded" if self.outcome == "rescind" else "it stands"
        return f"What the record shows against {self.grant} was settled: {became}", self.reason
