"""One object of a package, and what is wrong with a field of it that is not what it is to be."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from infra.ocf.vocabulary import CURRENCY, NUMBER
from optex.errors import Fault
from optex.fields import A_DAY, in_calendar
from optex.visible import quoted


class BadItem(Exception):
    """One object that cannot be read, and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One object of a package, and where it stands; BadItem where a field of it is not what it is to be."""

    file: str
    line: int
    data: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.data.get("object_type", ""))

    @property
    def id(self) -> str:
        return str(self.data.get("id", ""))

    @property
    def comments(self) -> list[Any]:
        found = self.data.get("comments")
        return found if isinstance(found, list) else []

    def stated(self, key: str) -> str:
        """A text to compare by; "" where it is none."""
        found = self.data.get(key)
        return found if isinstance(found, str) else ""

    def told(self, problem: str, expected: str = "") -> Fault:
        """What there is to say of it."""
        name = f"{self.type} {self.id}".strip()
        return Fault(file=self.file, line=self.line, column=name, problem=problem, expected=expected)

    def bad(self, key: str, value: Any, expected: str) -> BadItem:
        return BadItem(self.told(f"{key}: {'missing' if value is None else quoted(value)}", expected))

    def maybe(self, key: str) -> str:
        """A text, "" where there is none."""
        return self._text(key) if self.data.get(key) is not None else ""

    def text(self, key: str) -> str:
        if found := self._text(key):
            return found
        raise self.bad(key, None, "a text")

    def _text(self, key: str) -> str:
        found = self.data.get(key)
        if isinstance(found, str):
            return found
        raise self.bad(key, found, "a text")

    def day(self, key: str) -> date:
        return self._day(key, self.data.get(key))

    def _day(self, key: str, found: Any) -> date:
        try:
            day = date.fromisoformat(found)
        except (TypeError, ValueError):
            raise self.bad(key, found, A_DAY) from None
        if not in_calendar(day):
            raise self.bad(key, found, A_DAY)
        return day

    def shares(self, key: str) -> int:
        return self._shares(key, self.data.get(key))

    def _shares(self, key: str, found: Any) -> int:
        exact = self._number(key, found)
        if exact != exact.to_integral_value() or not 0 <= exact < 10**15:
            raise self.bad(key, found, "whole shares")
        return int(exact)

    def _number(self, key: str, found: Any) -> Decimal:
        if not isinstance(found, str) or not NUMBER.fullmatch(found):
            raise self.bad(key, found, 'a decimal in quotes such as "12.50"')
        return Decimal(found)

    def price(self, key: str) -> Decimal:
        """An amount of dollars, exact to four places at most, as a grant's price is kept."""
        found = self.data.get(key)
        if not isinstance(found, dict):
            raise self.bad(key, found, "an amount and its currency")
        if found.get("currency") != CURRENCY:
            raise self.bad(f"{key}.currency", found.get("currency"), f"{CURRENCY}: prices are in dollars")
        exact = self._number(f"{key}.amount", found.get("amount"))
        if not 0 <= exact < 10**12 or exact != round(exact, 4):
            raise self.bad(f"{key}.amount", found.get("amount"), "dollars with four decimals at most")
        return exact if exact == round(exact, 2) else round(exact, 4)

    def texts(self, key: str) -> list[str]:
        found = self.data.get(key) or []
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.bad(key, found, "a list of texts")
        return found

    def vestings(self) -> list[tuple[date, int]] | None:
        """The exact days and shares that it states; None where it states none."""
        found = self.data.get("vestings")
        if found is None:
            return None
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.bad("vestings", found, "a list of days and amounts")
        return [
            (self._day("vestings.date", each.get("date")), self._shares("vestings.amount", each.get("amount")))
            for each in found
        ]
