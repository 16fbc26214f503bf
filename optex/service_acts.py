"""What is told of a holder's service while the offer runs: a spell of it, and that it has ended (ELG-1 to ELG-3)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from optex.action import Action, of, option
from optex.fields import Day, Id
from optex.formatting import listed
from optex.records import Capacity, ServicePeriod
from optex.state import OfferState


def overlapping(period: ServicePeriod, others: Iterable[ServicePeriod]) -> ServicePeriod | None:
    """A spell of the same capacity, begun on another day, that shares a day with this one; None where there is none."""
    for each in others:
        apart = each.first_day > (period.last_day or date.max) or period.first_day > (each.last_day or date.max)
        if each.capacity is period.capacity and each.first_day != period.first_day and not apart:
            return each
    return None


def going_on(periods: Iterable[ServicePeriod], after: date) -> list[ServicePeriod]:
    """The spells of one holder that a day falls in and that go on after it, by the record."""
    return [each for each in periods if each.first_day <= after and (each.last_day is None or each.last_day > after)]


class ServiceSet(Action):
    """Record a spell of service; one that began on the same day in the same capacity is replaced (ELG-1 to ELG-3)."""

    verb, rule, deployment, decided = "service-set", "ELG-2", "set-service", ("replaces",)
    asked, who = "A correction of service", "Who reports it: your full name."
    holder: Id = option("The holder, by id.", among="holders")
    capacity: Annotated[Capacity, Field(strict=False), of(*Capacity)] = option(
        "In which capacity; a director who is an employee counts as employee."
    )
    first_day: Day = option("The first day in service.", alias="from")
    last_day: Day | None = option(
        "The last day in service; left out while the holder serves.",
        None,
        form="The last day in service; leave empty while the holder serves.",
        alias="to",
    )
    replaces: str | None = None
    """What was on record of it before, in words: HR ends a spell, and takes that back, by telling it anew (REC-2)."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day and self.last_day < self.first_day:
            raise PydanticCustomError(
                "to", "{last} lies before {first}", {"last": self.last_day, "first": self.first_day}
            )
        return self

    def deadline(self, state: OfferState) -> datetime | None:
        return state.accepted_at

    @property
    def subject(self) -> str:
        return self.holder

    @property
    def period(self) -> ServicePeriod:
        return ServicePeriod(
            holder_id=self.holder, capacity=self.capacity, first_day=self.first_day, last_day=self.last_day
        )

    def says(self, state: OfferState) -> str:
        to = f" to {self.last_day}" if self.last_day else ""
        before = f"; it was recorded {self.replaces}" if self.replaces else ""
        return f"Service as {self.capacity} from {self.first_day}{to} is recorded{before}."


Ended = Annotated[tuple[str, str, str], Field(strict=False)]
"""A spell that ended by its capacity and first day, and until when it was on record before."""


class EndService(Action):
    """Record that a holder's service has ended: every spell that went on after the last day ends with it (ELG-3)."""

    verb, rule, deployment, decided = "service-end", "ELG-2", "end-service", ("ended",)
    asked, who = "The end of service", "Who reports it: your full name."
    holder: Id = option("The holder, by id.", among="holders")
    last_day: Day = option("The last day in service.")
    ended: Annotated[tuple[Ended, ...], Field(strict=False)] | None = None
    """The spells that it ended (REC-2)."""

    def deadline(self, state: OfferState) -> datetime | None:
        return state.accepted_at

    @property
    def subject(self) -> str:
        return self.holder

    def says(self, state: OfferState) -> str:
        spells = [f"as {capacity} from {first}, recorded {until}" for capacity, first, until in self.ended or ()]
        which = f": {listed(spells)}" if spells else ""
        return f"Service ended with {self.last_day}{which}."
