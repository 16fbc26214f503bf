"""How letters to holders write dates, instants, money and counts: plain American English, whatever the locale."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache

from optex.calendar import NEW_YORK, last_day
from optex.clock import zone_of

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
# By the abbreviation and the hours from UTC: others call theirs PST and CST as well.
_ZONES = {
    ("EST", -5): "Eastern Standard Time",
    ("EDT", -4): "Eastern Daylight Time",
    ("CST", -6): "Central Standard Time",
    ("CDT", -5): "Central Daylight Time",
    ("MST", -7): "Mountain Standard Time",
    ("MDT", -6): "Mountain Daylight Time",
    ("PST", -8): "Pacific Standard Time",
    ("PDT", -7): "Pacific Daylight Time",
    ("AKST", -9): "Alaska Standard Time",
    ("AKDT", -8): "Alaska Daylight Time",
    ("HST", -10): "Hawaii-Aleutian Standard Time",
    ("HDT", -9): "Hawaii-Aleutian Daylight Time",
}
_ABBREVIATIONS = frozenset(name for name, _ in _ZONES)
_CHANNELS = {
    "fax": "by facsimile",
    "hand": "by hand delivery",
    "mail": "by mail",
    "email": "by e-mail",
    "web": "on our web page",
}
_CAPACITIES = {"employee": "an employee", "director": "a director", "consultant": "a consultant"}


@lru_cache(maxsize=65536)
def day(on: date) -> str:
    """A date as letters write it, such as March 31, 2003."""
    return f"{_MONTHS[on.month - 1]} {on.day}, {on.year}"


@lru_cache(maxsize=65536)
def short_day(on: date) -> str:
    """A date as tables write it, such as Mar 31, 2003."""
    return f"{_MONTHS[on.month - 1][:3]} {on.day}, {on.year}"


def weekday(on: date) -> str:
    """A date with its day of the week, such as Monday, March 31, 2003."""
    return f"{_WEEKDAYS[on.weekday()]}, {day(on)}"


def time_of_day(at: datetime) -> str:
    """A time of day such as 5:00 p.m.; seconds only where there are any, for they decide what was late (EXP-1)."""
    if (at.hour, at.minute, at.second) == (12, 0, 0):
        return "12:00 noon"
    seconds = f":{at.second:02}" if at.second else ""
    return f"{at.hour % 12 or 12}:{at.minute:02}{seconds} {'p.m.' if at.hour >= 12 else 'a.m.'}"


@lru_cache(maxsize=65536)
def long_moment(at: datetime, clock: str) -> str:
    """An instant on the offer's clock, with the New York wall clock where that shows something else.

    Such as Monday, April 14, 2003 at 5:00 p.m. Eastern Standard Time (6:00 p.m. Eastern Daylight Time), or midnight at
    the end of Sunday, March 28, 2027, Eastern Daylight Time.
    Authority: CAL-2, CAL-3.
    """
    local, wall = at.astimezone(zone_of(clock)), at.astimezone(NEW_YORK)
    text = _moment(local, weekday)
    if wall.utcoffset() == local.utcoffset():
        return text
    if _day_of(local) != _day_of(wall):
        return f"{text} ({_moment(wall, weekday)})"
    return f"{text} ({'midnight at its end,' if _is_midnight(wall) else time_of_day(wall)} {_zone(wall)})"


@lru_cache(maxsize=65536)
def moment(at: datetime, clock: str) -> str:
    """An instant in one line of a subject, such as March 14, 2003 at 2:05 p.m. Eastern Standard Time."""
    return _moment(at.astimezone(zone_of(clock)), day)


def on_moment(at: datetime, clock: str) -> str:
    """An instant as a sentence goes on with it: on March 14, 2003 at 2:05 p.m., at midnight at the end of March 28."""
    return f"{_preposition(at, clock)} {moment(at, clock)}"


def on_long_moment(at: datetime, clock: str) -> str:
    """The same with the day of the week, and the New York wall clock where that shows something else."""
    return f"{_preposition(at, clock)} {long_moment(at, clock)}"


def _preposition(at: datetime, clock: str) -> str:
    return "at" if _is_midnight(at.astimezone(zone_of(clock))) else "on"


def _moment(local: datetime, write: Callable[[date], str]) -> str:
    """A midnight is said of the day that it ends: of 12 a.m. half the readers take the wrong one (CAL-2)."""
    if _is_midnight(local):
        return f"midnight at the end of {write(_day_of(local))}, {_zone(local)}"
    return f"{write(local.date())} at {time_of_day(local)} {_zone(local)}"


def _is_midnight(local: datetime) -> bool:
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def _day_of(local: datetime) -> date:
    """The day that is said with an instant."""
    return last_day(local, local.tzinfo or UTC) if _is_midnight(local) else local.date()


@lru_cache(maxsize=65536)
def money(amount: Decimal) -> str:
    """Dollars with at least two decimals and never fewer than the amount has, such as $4.25 or $0.0625."""
    exponent = amount.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"${amount:,.{places}f}"


def count(number: int, noun: str) -> str:
    """A number and what it counts, such as 1 share or 1,000 shares."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def agreeing(number: int, noun: str, one: str, many: str) -> str:
    """A number, what it counts, and the verb that goes with it: 1 form stands, 2 forms stand."""
    return f"{count(number, noun)} {one if number == 1 else many}"


def in_words(number: int, noun: str) -> str:
    """A small number spelled out, as prose does: six months; from eleven on in figures."""
    if 0 < number < len(_NUMBERS):
        return f"{_NUMBERS[number]} {noun}" if number == 1 else f"{_NUMBERS[number]} {noun}s"
    return count(number, noun)


def sentence(text: str) -> str:
    """A reason as a sentence of its own: capital letter in front, full stop behind."""
    text = " ".join(text.split())
    if not text:
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def listed(parts: Sequence[str]) -> str:
    """Things in a row: a, b and c."""
    return _in_a_row(parts, "and")


def one_of(parts: Sequence[str]) -> str:
    """Alternatives in prose: a, b or c."""
    return _in_a_row(parts, "or")


def first_few(parts: Sequence[str], shown: int = 5) -> str:
    """The first of many things and how many more there are: a, b, c, d, e and 7 more."""
    more = len(parts) - shown
    return ", ".join(parts[:shown]) + (f" and {more:,} more" if more > 0 else "")


def first_sentences(said: Sequence[str], shown: int = 5) -> str:
    """The first of many sentences, those that say something, and how many more there are."""
    told = [each for each in said if each]
    more = len(told) - shown
    return " ".join([*told[:shown], *([f"And {more:,} more like these."] if more > 0 else [])])


def channel(name: str) -> str:
    """A way of delivery in prose; a channel the vocabulary does not know keeps the name that the terms gave it."""
    return _CHANNELS.get(name.strip().casefold(), f"by {name.strip()}")


def capacity(name: str) -> str:
    """In which capacity somebody serves, in prose: an employee, a director, a consultant."""
    return _CAPACITIES[name]


def _in_a_row(parts: Sequence[str], word: str) -> str:
    return f" {word} ".join([", ".join(parts[:-1]), *parts[-1:]] if len(parts) > 1 else parts)


def _zone(at: datetime) -> str:
    """What a zone is called at an instant; by its offset where it has no name, or that of another in America."""
    name, offset = at.tzname() or "", at.utcoffset() or timedelta()
    if known := _ZONES.get((name, offset // timedelta(hours=1))):
        return known
    if name.isalpha() and name not in _ABBREVIATIONS:
        return name
    return str(timezone(offset))


def local_text(at: datetime, clock: tzinfo) -> str:
    """An instant on the offer's clock with its zone, such as 2003-03-31 17:00 EST (CAL-3)."""
    return at.astimezone(clock).strftime("%Y-%m-%d %H:%M %Z")


def local_end(at: datetime, clock: tzinfo) -> str:
    """The same of what ends at an instant; midnight is said of the day it ends, as 2027-03-28 24:00 EST (CAL-2)."""
    local = at.astimezone(clock)
    return f"{_day_of(local)} 24:00 {local:%Z}" if _is_midnight(local) else local_text(at, clock)


def utc_text(at: datetime) -> str:
    """An instant as the ledgers write it, such as 2003-03-31T22:00:00Z (CAL-3)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def one_line_end(text: str) -> str:
    """Text with one kind of line end, as the ledgers write it: a reader of CSV would end the row at the other one."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def exact_text(at: datetime, clock: tzinfo) -> str:
    """An instant to the second, such as 2003-04-01 08:00:01 EST, where a second decides (EXT-1)."""
    return at.astimezone(clock).strftime("%Y-%m-%d %H:%M:%S %Z")
