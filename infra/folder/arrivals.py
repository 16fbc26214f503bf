"""What a folder says will arrive, in order of the instant: forms, service, prices and the actions of the script."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo

from infra.folder.reader import Folder
from infra.folder.script import ScriptEntry
from optex.actions import Approve
from optex.calendar import ONE_DAY, instant, local_date
from optex.market import Quote
from optex.records import Form, ServicePeriod

MARKET_CLOSES = time(16)
EVENING = time(18)


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    on: date
    quote: Quote


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One thing that arrives: a form, a period of service as then known, a closing price, or a scripted action."""

    at: datetime
    thing: Form | ServicePeriod | Price | ScriptEntry


class ArrivalQueue:
    """The arrivals of a folder in order; those of one instant in the order forms, service, prices, script."""

    def __init__(self, folder: Folder) -> None:
        terms = folder.terms
        zone = terms.zone
        arrivals = [Arrival(at=form.received_at, thing=form) for form in folder.forms]
        arrivals += _service(folder.service_periods, terms.commences, zone)
        arrivals += [
            Arrival(at=instant(on, MARKET_CLOSES, zone), thing=Price(on=on, quote=quote))
            for on, quote in folder.prices.items()
        ]
        arrivals += [Arrival(at=entry.when, thing=entry) for entry in folder.script]
        arrivals.sort(key=lambda arrival: arrival.at)  # stable: what was written first stays first
        self.zone = zone
        self.arrivals = arrivals
        approvals = [entry.action for entry in folder.script if isinstance(entry.action, Approve)]
        # A play waits for the approvals that its own script holds, and for no others.
        self.approvals = frozenset((each.step, each.holder) for each in approvals)

    def due(self, after: datetime | None, until: datetime) -> list[Arrival]:
        """What arrives after one instant and not later than another."""
        return [a for a in self.arrivals if a.at <= until and (after is None or a.at > after)]

    def next_evening(self, after: datetime | None, awaited: date | None = None) -> datetime | None:
        """When the next day's arrivals are taken in: in the evening, or with the last of them where that is later.

        A closing price alone is no reason to work, unless it is the `awaited` one of a grant that is held for it: it
        is taken in with whatever comes next.
        """
        waiting = [
            a
            for a in self.arrivals
            if (after is None or a.at > after) and not (isinstance(a.thing, Price) and a.thing.on != awaited)
        ]
        if not waiting:
            return None
        day = local_date(waiting[0].at, self.zone)
        last = max(a.at for a in waiting if local_date(a.at, self.zone) == day)
        return max(instant(day, EVENING, self.zone), last)

    def known_service(self, commences: date, periods: Iterable[ServicePeriod]) -> list[ServicePeriod]:
        """What is known of service when the offer opens: who serves, but of nobody when it will end."""
        return [_as_known(period, commences) for period in periods if period.first_day <= commences]


def _service(periods: Iterable[ServicePeriod], commences: date, zone: tzinfo) -> list[Arrival]:
    """Service is told as it happens: a beginning on its day, an end on the first day without service."""
    arrivals = []
    for period in periods:
        if period.first_day > commences:
            arrivals.append(Arrival(at=instant(period.first_day, time(0), zone), thing=replace(period, last_day=None)))
        if period.last_day is not None and period.last_day >= commences:
            arrivals.append(Arrival(at=instant(period.last_day + ONE_DAY, time(0), zone), thing=period))
    return arrivals


def _as_known(period: ServicePeriod, commences: date) -> ServicePeriod:
    ends_later = period.last_day is not None and period.last_day >= commences
    return replace(period, last_day=None) if ends_later else period
