"""In what an offer's files differ from the record, row by row, and the correction that each row asks for (REC-3).

A form or a closing price that is not on record yet has not arrived: it is no difference.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from optex.actions import ServiceSet
from optex.cells import COLUMNS, Changes, cells_of, changes
from optex.closings import CorrectCalendar
from optex.correction import NONE
from optex.corrections import CorrectForm, CorrectGrant, CorrectHolder, CorrectPrice, CorrectService
from optex.market import Quote
from optex.records import Form, Grant, Holder, ServicePeriod
from optex.terms import Closing

Key = tuple[str, ...]
Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a folder's files state, or what is on record of the same."""

    holders: Iterable[Holder]
    service_periods: Iterable[ServicePeriod]
    grants: Iterable[Grant]
    forms: Iterable[Form]
    prices: Mapping[date, Quote]
    closed: Iterable[Closing]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A row of a file that differs from the record, by its key; `line` is 0 where the file has no such row.

    In a workbook it is told by its `cell`, such as grants!A3, or by the sheet.
    One that is `added` is not on record.
    `changed` is each column as it is on record and in the file; a row that only one of them has differs in all columns.
    `verb` and `options` are the correction that takes the file's row over; "" where none does. `told_later` says that
    the record was told after the folder was taken in, so that it is the newer of the two.
    """

    file: str
    key: Key
    changed: Changes
    verb: str = ""
    options: Mapping[str, Any]
    line: int = 0
    cell: str = ""
    added: bool = False
    told_later: bool = False

    @property
    def taken_over(self) -> bool:
        return bool(self.verb) and not self.told_later

    @property
    def place(self) -> str:
        """Where its row stands, or where it does not."""
        if self.cell:
            return f"{self.file}: {self.cell}"
        return f"{self.file}:{self.line}" if self.line else self.file

    def said(self) -> list[str]:
        """The difference in words, a line for each column: grants.csv:3: G1: exercise price: 12.50 → 12.00."""
        where = f"{self.place}: {' '.join(self.key)}"
        note = " (told later than the file)" if self.told_later else ""
        if not self.line:
            return [f"{where}: on record, and not in the file: nothing is deleted{note}"]
        if self.added:
            stated = ", ".join(f"{COLUMNS[column]} {now}" for column, (_, now) in self.changed.items() if now)
            return [f"{where}: not on record: {stated}{note}"]
        return [
            f"{where}: {COLUMNS[column]}: {was or 'blank'} → {now or 'blank'}{note}"
            for column, (was, now) in self.changed.items()
        ]


def differences(record: Facts, files: Facts, told_later: frozenset[Key]) -> list[Difference]:
    """Every difference, file by file in the order of their keys; `told_later` are the keys told after the intake."""
    prices = _completed(files.prices, record.prices)
    spells = (_by(each.service_periods, _spell) for each in (record, files))
    found = [
        *_closings(record, files),
        *_rows("holders.csv", CorrectHolder.verb, _by(record.holders, _holder), _by(files.holders, _holder)),
        *_rows("service.csv", CorrectService.verb, *spells),
        *_rows("grants.csv", CorrectGrant.verb, _by(record.grants, _grant), _by(files.grants, _grant)),
        *_known("elections.csv", CorrectForm.verb, _by(record.forms, _form), _by(files.forms, _form)),
        *_known("prices.csv", CorrectPrice.verb, _prices(record.prices), _prices(prices)),
    ]
    return [replace(each, told_later=(each.file, *each.key) in told_later) for each in found]


def _holder(holder: Holder) -> Key:
    return (holder.holder_id,)


def _spell(period: ServicePeriod) -> Key:
    return period.holder_id, period.capacity.value, period.first_day.isoformat()


def _grant(grant: Grant) -> Key:
    return (grant.grant_id,)


def _form(form: Form) -> Key:
    return (form.form_id,)


def _by(rows: Iterable[Row], key: Any) -> dict[Key, Row]:
    return {key(row): row for row in rows}


def _prices(quotes: Mapping[date, Quote]) -> dict[Key, Quote]:
    return {(on.isoformat(),): quote for on, quote in quotes.items()}


def _completed(quotes: Mapping[date, Quote], recorded: Mapping[date, Quote]) -> dict[date, Quote]:
    """A high and a low that only the record has were told it otherwise: that is no difference."""
    return {on: quote.completed(recorded.get(on, quote)) for on, quote in quotes.items()}


def _rows(file: str, verb: str, record: Mapping[Key, Row], rows: Mapping[Key, Row]) -> Iterator[Difference]:
    """What differs in a file of which every row belongs on record, also what only one of them has."""
    yield from _known(file, verb, record, rows)
    for key in sorted(rows.keys() - record.keys()):
        cells = cells_of(rows[key])
        added = {column: ("", cell) for column, cell in cells.items()}
        # A spell that is missing on record is no correction of one.
        tells = ServiceSet.verb if verb == CorrectService.verb else verb
        options = _stated(tells, key, cells)
        yield Difference(file=file, key=key, changed=added, verb=tells, options=options, line=1, added=True)
    for key in sorted(record.keys() - rows.keys()):
        gone = {column: (cell, "") for column, cell in cells_of(record[key]).items()}
        yield Difference(file=file, key=key, changed=gone, options={})


def _known(file: str, verb: str, record: Mapping[Key, Row], rows: Mapping[Key, Row]) -> Iterator[Difference]:
    """What differs of the rows that both have. Most are equal, and are told by that at once."""
    for key in sorted(record.keys() & rows.keys()):
        if record[key] != rows[key] and (changed := changes(cells_of(record[key]), cells_of(rows[key]))):
            options = _stated(verb, key, {column: now for column, (_, now) in changed.items()})
            yield Difference(file=file, key=key, changed=changed, verb=verb, options=options, line=1)


def _closings(record: Facts, files: Facts) -> Iterator[Difference]:
    """A day that only the file, or only the record, has as closed, or that they have for different calendars."""
    known = {each.on: each for each in record.closed}
    stated = {each.on: each for each in files.closed}
    for on in sorted(known.keys() | stated.keys()):
        was, now = known.get(on), stated.get(on)
        if (was and was.calendar) == (now and now.calendar):
            continue
        changed: Changes = {"closed": (was.calendar if was else "", now.calendar if now else "")}
        options = {"on": on, "calendar": now.calendar, "reason": now.reason} if now else {}
        yield Difference(
            file="offer.toml",
            key=(on.isoformat(),),
            changed=changed,
            verb=CorrectCalendar.verb if now else "",
            options=options,
            line=1 if now else 0,
            added=was is None,
        )


_KEYS = {
    CorrectHolder.verb: ("holder",),
    CorrectGrant.verb: ("grant",),
    CorrectForm.verb: ("form",),
    CorrectService.verb: ("holder", "capacity", "from"),
    ServiceSet.verb: ("holder", "capacity", "from"),
    CorrectPrice.verb: ("on",),
}
_OPTIONS = {"holder_id": "holder", "options": "option"}


def _stated(verb: str, key: Key, cells: Mapping[str, str]) -> dict[str, Any]:
    """A row as the options of the action that takes it over: a blank cell is the word that makes it blank."""
    named = dict(zip(_KEYS[verb], key, strict=True))
    blank = "" if verb == ServiceSet.verb else NONE
    stated = {_OPTIONS.get(column, column): cell or blank for column, cell in cells.items()}
    # The options of a form are never blank: a notice of withdrawal has none, and an action without any states none.
    return {key: value for key, value in {**stated, **named}.items() if value and (key, value) != ("option", NONE)}
