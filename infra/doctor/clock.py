"""Whether this machine's clock is right, by every other clock that can be read without asking anybody outside."""

from collections.abc import Mapping
from datetime import UTC, datetime

from infra.doctor.finding import Finding, advice, ok, stop

# So many seconds two clocks may be apart before somebody is told, and before an offer should not be run by them.
SKEW, AT_MOST = 5, 60


def ahead_of_us(clock: datetime) -> float:
    """By how many seconds another clock, read just now, is ahead of this machine's."""
    return (clock - datetime.now(UTC)).total_seconds()


def check_clock(ahead: Mapping[str, float], record: float | None) -> Finding:
    """Whether this machine's clock agrees with those of its servers, and is not behind what is on record already.

    A form counts by the second of its receipt, and nothing may be done early. What is `ahead` is so by seconds, each
    clock by whose it is; so is the last entry on `record`.
    """
    here = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC here"
    if record is not None and record > AT_MOST:
        said = f"{here}, {record:,.0f} seconds before the last entry on record"
        return stop("clock", said, "set the clock (NTP), or find out which clock was wrong then")
    if not ahead:
        return ok("clock", f"{here}; no other machine's clock to compare it with")
    whose = max(ahead, key=lambda each: abs(ahead[each]))
    if abs(ahead[whose]) <= SKEW:
        return ok("clock", f"{here}, as by {' and '.join(ahead)}")
    said = f"{here}, {abs(ahead[whose]):,.0f} seconds {'behind' if ahead[whose] > 0 else 'ahead of'} {whose}"
    return (stop if abs(ahead[whose]) > AT_MOST else advice)("clock", said, "set both clocks (NTP)")
