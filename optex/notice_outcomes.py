"""What became of a letter once it was written: it was delivered on paper, or it was sent and came back."""

from typing import Annotated, Literal

from optex.action import Action, of, option
from optex.fields import Day, Text
from optex.formatting import day
from optex.state import OfferState


class NoticeDelivered(Action):
    """Record that a letter was delivered on paper: from then on its holder is told, and it is not mailed any more.

    A Confirmation of Receipt that is delivered so by its last day is in time (CNF-1, §6).
    """

    verb, rule, deployment, decided = "notice-delivered", "REC-1", "notice-delivered", ("holder",)
    correction = "If it did not reach the holder so, `optex notice bounced` takes that back."
    who = "Who reports it: your full name."
    notice: Text = option("The letter, by its number: it stands on the printed letter and in notices.csv.")
    on: Day = option("The day on which it was handed over, or given to the mail or the courier.")
    how: Annotated[Literal["hand", "mail", "courier"], of("hand", "mail", "courier")] = option("How it was delivered.")
    holder: str | None = None
    """Whose letter it is."""

    @property
    def subject(self) -> str:
        return self.notice

    def says(self, state: OfferState) -> str:
        return f"Letter {self.notice} was delivered by {self.how} on {self.on}."

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"Letter {self.notice} was delivered on paper, by {self.how}, on {day(self.on)}", ""


class NoticeBounced(Action):
    """Record that a letter came back: its holder is not told by it, until it is sent again or delivered on paper.

    It goes out again to an address that is corrected (`optex correct holder --email`).
    """

    verb, rule, deployment, decided = "notice-bounced", "REC-1", "notice-bounced", ("holder",)
    correction = "If it reached the holder after all, `optex notice delivered` records how."
    who = "Who reports it: your full name."
    notice: Text = option("The letter, by its number: it stands on the printed letter and in notices.csv.")
    reason: str = option("Why, such as what the mail server answered.", "")
    holder: str | None = None
    """Whose letter it is."""

    @property
    def subject(self) -> str:
        return self.notice

    def says(self, state: OfferState) -> str:
        return f"Letter {self.notice} came back."

    def told(self, clock: str, ruling: str) -> tuple[str, str]:
        return f"Letter {self.notice} came back", self.reason
