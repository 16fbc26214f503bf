"""The clock that an offer goes by: which zone its name means, and which instant is meant by what is written on it."""

import re
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from optex.calendar import EST, NEW_YORK, ONE_DAY
from optex.errors import OptexError

# "Eastern Standard Time" is said of both: only by these two names does an hour of the offer have two readings (CAL-2).
EASTERN: dict[str, tzinfo] = {"EST": EST, "America/New_York": NEW_YORK}

# What people call the clocks of the United States, none of it the name of a zone.
_CALLED = {
    "edt": "America/New_York", "et": "America/New_York", "eastern": "America/New_York",
    "cst": "America/Chicago", "cdt": "America/Chicago", "ct": "America/Chicago", "central": "America/Chicago",
    "mdt": "America/Denver", "mt": "America/Denver", "mountain": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles",
}  # fmt: skip
# Listed with the zones, and none of a place: the clock of whatever machine it is, say.
_NO_PLACE = frozenset({"Factory", "localtime", "posixrules"})
YEARS = range(1950, 2151)
"""Of these no instant that is counted from one of them, and no reading of it in UTC, leaves the calendar."""
_END_OF_DAY = re.compile(r"(?<=\d[T ])24:00(?::00(?:\.0{1,6})?)?(?=$|Z|[+-])")


class BadInstant(OptexError):
    """What is written on a clock and is no one instant of it: what is wrong with it, and what is expected instead."""

    def __init__(self, problem: str, expected: str) -> None:
        super().__init__(f"{problem}: expected {expected}")
        self.problem, self.expected = problem, expected


@lru_cache(maxsize=64)
def zone_of(clock: str) -> tzinfo:
    """The zone that the name of a clock means: "EST", five hours behind UTC, or any IANA zone; LookupError else."""
    if clock in EASTERN:
        return EASTERN[clock]
    if clock not in _names():
        raise LookupError(clock)
    return ZoneInfo(clock)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACE


def meant_by(clock: str) -> str:
    """The clock that somebody may have meant who wrote a name that none has; "" where that cannot be guessed."""
    called = {name.rpartition("/")[2].casefold(): name for name in sorted(_names())} | _CALLED
    called |= {name.casefold(): name for name in _names()}
    wrote = clock.strip().replace(" ", "_").casefold()
    found = get_close_matches(wrote.removesuffix("_time"), called, n=1, cutoff=0.7)
    return called[found[0]] if found else ""


def written(text: str) -> datetime:
    """The date and time that a text states; 24:00 is the midnight at the end of the day. ValueError where it is none.

    Authority: CAL-2.
    """
    begun, ends = _END_OF_DAY.subn("00:00", text)
    try:
        return datetime.fromisoformat(begun) + ends * ONE_DAY
    except (ValueError, OverflowError) as error:  # there is no midnight at the end of the calendar
        raise ValueError(f"{text!r} is no date and time") from error


def at_hour(on: date, hour: time) -> datetime:
    """A day at an hour of the clock; where that is midnight, the one that ends the day (CAL-2)."""
    return datetime.combine(on, hour) + (ONE_DAY if hour == time(0) else timedelta())


def on_clock(at: datetime, zone: tzinfo) -> datetime:
    """The instant in UTC that is written, on the clock where it has no offset; BadInstant where that is not one.

    An hour that the clock leaves out, or shows twice, is never guessed at. Authority: CAL-2, CAL-3.
    """
    if at.year not in YEARS:
        raise BadInstant(f"{at.year} is not a year of our calendar", "a year from 1950 to 2150")
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    first = at.replace(tzinfo=zone, fold=0)
    if isinstance(zone, timezone):  # one offset for ever
        return first.astimezone(UTC)
    second = at.replace(tzinfo=zone, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    assert before is not None
    assert after is not None
    if before == after:
        return first.astimezone(UTC)
    shown = at.isoformat(timespec="seconds" if at.second or at.microsecond else "minutes")
    if before > after:
        raise BadInstant(
            f"{shown} is two instants on the clock {zone}: {_stated(first)} and {_stated(second)}",
            "one of the two, with its offset",
        )
    # Between these two the clock goes forward: what is written is read with the offset before it, and after it.
    until = first.astimezone(UTC)
    since = second.astimezone(UTC).replace(microsecond=0)
    seconds = range(int((until - since).total_seconds()) + 1)
    forward = since + timedelta(seconds=bisect_left(seconds, after, key=lambda n: _offset(since, n, zone)))
    last, then = ((forward - timedelta(seconds=1)).astimezone(zone), forward.astimezone(zone))
    raise BadInstant(
        f"{shown} does not exist on the clock {zone}: {_stated(last)} is followed by {_stated(then)}",
        "an instant of that clock, or one with its offset",
    )


def _offset(since: datetime, seconds: int, zone: tzinfo) -> timedelta:
    offset = (since + timedelta(seconds=seconds)).astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _stated(at: datetime) -> str:
    """An instant with its offset, as it would have to be written, and what its clock calls it then."""
    name = at.tzname() or ""
    called = f" ({name})" if name.isalpha() else ""
    return f"{at.isoformat(timespec='seconds')}{called}"
