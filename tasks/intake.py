"""Taking in what arrives: forms and facts, weighed by the rules and recorded in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from infra.books.store import Book
from infra.desk.acts import Outcome, take_fact
from infra.desk.facts import parse_fact
from infra.desk.keying import keyed_form, take_forms
from infra.desk.taking_in import take_in
from infra.folder.inbox import Arrival
from tasks.kinds import effect


@effect("take in what arrived")
def take_in_arrivals(book: Book, arrivals: Sequence[Arrival], at: datetime) -> list[str]:
    return take_in(book, arrivals, at)


@effect("weigh and record: {verb}")
def record_act(book: Book, verb: str, options: Mapping[str, Any], by: str, at: datetime) -> Outcome:
    zone = book.first_terms().zone
    given = {key: _text(value) for key, value in options.items() if value is not None}
    fact = parse_fact(verb, {**given, "at": at, "by": by}, zone)
    return take_fact(book, verb, fact.data, fact.by, fact.at)


@effect("record a form")
def record_received_form(book: Book, row: Mapping[str, str], lines: Sequence[str], at: datetime) -> str:
    return take_forms(book, keyed_form(book, row, lines), at, refuse_future=True)


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
