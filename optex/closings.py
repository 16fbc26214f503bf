"""A day that was proclaimed closed after the offer was made, and moves its dates (CAL-1, REC-3)."""

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal

from optex.action import of, option
from optex.correction import Correction, Reason
from optex.errors import Ruling
from optex.fields import Day
from optex.formatting import day, short_day
from optex.state import OfferState
from optex.terms import Closing, Closings, Terms


class CorrectCalendar(Correction):
    """Record that a day is closed, proclaimed after the offer was made; what it moves is told to whom it concerns.

    With `remove`, that a day so recorded is open after all (REC-3, CAL-1).
    """

    verb, deployment = "correct-calendar", "correct-calendar"
    on: Day = option("The day.")
    calendar: Annotated[Literal["federal", "exchange", "both"], of("federal", "exchange", "both")] = option(
        "Which calendar: federal business days, the exchange, or both."
    )
    remove: bool = option("It is open after all: takes a recorded closing back.", False)
    reason: Reason = option("Why, as by what it was proclaimed, in words that a holder may read.")

    @property
    def subject(self) -> str:
        return self.on.isoformat()

    def refused(self, state: OfferState) -> Ruling | None:
        if state.over:
            return Ruling(rule="REC-3", reason="nothing of the offer is left to do, so that no date of it moves")
        if self.remove or _of_day(state, self.on):
            return None
        calendar = state.terms.calendar
        open_on = {
            "federal": calendar.is_business_day(self.on),
            "exchange": calendar.is_trading_day(self.on),
        }
        if not any(is_open for name, is_open in open_on.items() if self.calendar in (name, "both")):
            return Ruling(rule="CAL-1", reason=f"{self.on} is closed in any case")
        return None

    def says(self, state: OfferState) -> str:
        closed = {
            "federal": "no federal business day",
            "exchange": "no trading day",
            "both": "neither a federal business day nor a trading day",
        }
        return f"{day(self.on)} is {'open after all' if self.remove else closed[self.calendar]}"

    def changes_nothing(self, state: OfferState) -> bool:
        """Whether the terms say so already."""
        return self._closings(state) == state.terms.closings.closed

    def apply(self, state: OfferState) -> OfferState:
        return replace(state, terms=with_closings(state.terms, Closings(closed=self._closings(state))))

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        now = "was found to be open after all" if self.remove else "was proclaimed to be closed"
        return f"{day(self.on)} {now}", self.reason

    def label(self, state: OfferState) -> str:
        return f"{short_day(self.on)} {'open after all' if self.remove else 'closed'}"

    def _closings(self, state: OfferState) -> tuple[Closing, ...]:
        """The closings with this one, which takes the place of what was told of the day before."""
        closed = state.terms.closings.closed
        if any(each.on == self.on and each.calendar == self.calendar for each in closed) and not self.remove:
            return closed
        others = tuple(each for each in closed if each.on != self.on)
        return others if self.remove else (*others, Closing(on=self.on, reason=self.reason, calendar=self.calendar))


@lru_cache(maxsize=64)
def with_closings(terms: Terms, closings: Closings) -> Terms:
    """The terms with other closings; made anew, for a copy keeps the calendar that was worked out, and remembered."""
    changed = terms.model_copy(update={"closings": closings})
    return Terms.model_validate(changed.model_dump(by_alias=True))


def _of_day(state: OfferState, on: date) -> bool:
    return any(each.on == on for each in state.terms.closings.closed)
