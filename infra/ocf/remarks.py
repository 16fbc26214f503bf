"""What OCF 1.2.0 has no field for stands in an object's comments, as `word: value`, and is read back from there."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from optex.fields import DAY
from optex.records import Capacity, ServicePeriod

_SERVICE = re.compile(rf"service: ({'|'.join(Capacity)}) from ({DAY})(?: to ({DAY}))?")


def service_remark(period: ServicePeriod) -> str:
    until = f" to {period.last_day}" if period.last_day else ""
    return f"service: {period.capacity} from {period.first_day}{until}"


def service_remarked(comments: list[Any], holder_id: str) -> Iterator[ServicePeriod]:
    """The periods of service that comments state in the words of `service_remark`."""
    for comment in comments:
        found = _SERVICE.fullmatch(str(comment))
        days = [_day(each) for each in found.groups()[1:] if each] if found else []
        if found and all(days):
            first, *last = (day for day in days if day)
            until = last[0] if last else None
            yield ServicePeriod(holder_id=holder_id, capacity=Capacity(found[1]), first_day=first, last_day=until)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def decimal_remark(word: str, value: Decimal) -> str:
    return f"{word}: {value:f}"


def decimal_remarked(comments: list[Any], word: str) -> Decimal | None:
    """The number that a comment states under a word; None where none does."""
    for comment in comments:
        if found := re.fullmatch(rf"{word}: ([0-9]+(?:\.[0-9]+)?)", str(comment)):
            return Decimal(found[1])
    return None
