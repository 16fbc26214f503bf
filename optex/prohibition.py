"""A grant that is prohibited for good: nothing will be granted, and every promise ends (CIC-1, §13)."""

from dataclasses import replace
from datetime import datetime

from optex import changes
from optex.action import Action, option
from optex.correction import Reason
from optex.errors import Ruling
from optex.milestones import REGRANT
from optex.state import OfferState


class Prohibit(Action):
    """Record that the grant is prohibited for good: every open promise ends, and its holder is told (CIC-1, §13).

    A grant that is only delayed is held instead. This cannot be undone.
    """

    verb, rule, deployment, once, named, proven = "prohibit", "CIC-1", "prohibit", (), True, True
    final = True
    correction = "It cannot be undone, and holders were told the reason on record."
    after_acceptance = True
    reason: Reason = option("What prohibits the grant, as holders shall read it.")

    def deadline(self, state: OfferState) -> datetime | None:
        """The grant: nothing is decided about it after it."""
        return state.schedule.due(REGRANT)

    def refused(self, state: OfferState) -> Ruling | None:
        return changes.may_prohibit(state)

    def says(self, state: OfferState) -> str:
        return "The grant is prohibited for good: nothing will be granted, and every open promise ends."

    def apply(self, state: OfferState) -> OfferState:
        # What stood in the way of the grant stands in the way of nothing any more.
        return replace(state, prohibited_at=self.at, holds=())

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return "The grant was prohibited for good: no new options will be granted", self.reason

    def label(self, state: OfferState) -> str:
        return "The grant is prohibited"
