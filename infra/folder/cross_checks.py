"""What the rows of an offer folder must agree on with each other, and one file with another, batch after batch.

Every check skips a cell that is itself a fault, so that one mistake is told once. Of the rows that have been, no more
is kept than what later ones are compared with, and that not in memory.
"""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from infra.database.sorted_spool import SortedSpool
from infra.folder.csv_table import CsvTable
from infra.folder.first_lines import FirstLines, Known
from optex.fields import A_DAY, in_calendar
from optex.market import Quote
from optex.records import Tranche

# The ids that the offer gives to the options it makes out of a grant.
GENERATED = ("-B", "-N", "-N-ISO", "-N-NSO")


class Once:
    """Every value of a column stands once; `known` says which of some ids it has."""

    def __init__(self, table: CsvTable, column: str) -> None:
        self._table, self._column = table, column
        self._first = FirstLines()
        self.known: Known = self._first.known

    def check(self) -> None:
        table, column = self._table, self._column
        places = [(str(row[column]), line) for row, line in zip(table.rows, table.lines, strict=True) if column in row]
        if self._first.add(places) == len(places):
            return
        first_of = self._first.of([value for value, _ in places])
        for index, (row, line) in enumerate(zip(table.rows, table.lines, strict=True)):
            if column in row:
                first, _ = first_of[str(row[column])]
                if first != line:
                    problem = f"'{row[column]}' stands already on line {first}"
                    table.reject(index, column, problem, f"each {column} once")


def check_known(table: CsvTable, column: str, known: Known | None, file: str) -> None:
    """A fault in every cell with an id that the other file does not have."""
    if known is None:
        return
    told = {row[column] for row in table.rows if column in row}
    if unknown := told.difference(known(told)):
        for index, row in enumerate(table.rows):
            if column in row and row[column] in unknown:
                table.reject(index, column, f"{row[column]!r} is unknown", f"an id of {file}")


class Spells:
    """Spells of service end after they begin, and those in one capacity do not overlap."""

    def __init__(self, table: CsvTable) -> None:
        self._table = table
        self._spells = SortedSpool()

    def check(self) -> None:
        table, spells = self._table, []
        for index, row in enumerate(table.rows):
            first, last = row.get("from"), row.get("to", date.max)
            if first is None:
                continue
            if last < first:
                table.reject(index, "to", f"{last} lies before {first}", "the last day in service, or blank")
            elif "holder_id" in row and "capacity" in row and "to" not in table.bad.get(index, ()):
                spell = first.toordinal(), table.lines[index], last.toordinal()
                spells.append(((row["holder_id"], row["capacity"].value), spell))
        self._spells.add(spells)

    def finish(self) -> None:
        """What can be said only of all spells: which overlap."""
        of, holding, until = ("", ""), 0, 0
        for one, (first, line, last) in self._spells:
            if one == of and first <= until:
                earlier, later = sorted((holding, line))
                problem = f"overlaps the spell as {one[1]} on line {earlier}"
                self._table.fault(later, "from", problem, "spells of one capacity that do not overlap")
            if one != of or last > until:
                of, holding, until = one, line, last


class Grants:
    """Grants have ids of their own, no more exercised than granted, an expiry after the grant, and a whole schedule."""

    def __init__(self, table: CsvTable) -> None:
        self._table = table
        self._once = Once(table, "grant_id")
        self._reserved: list[tuple[int, str]] = []

    @property
    def known(self) -> Known:
        """Which of some ids are those of grants."""
        return self._once.known

    def check(self) -> None:
        table = self._table
        self._once.check()
        for index, row in enumerate(table.rows):
            shares, exercised = row.get("shares"), row.get("exercised")
            if shares is not None and exercised is not None and exercised > shares:
                table.reject(index, "exercised", f"{exercised} of {shares} shares", "at most the shares granted")
            if "granted_on" in row and "expires_on" in row and row["expires_on"] <= row["granted_on"]:
                table.reject(index, "expires_on", f"{row['expires_on']} is not after the grant", "a later date")
            if "vesting" in row:
                _vesting(table, index)
            if (grant_id := row.get("grant_id", "")).endswith(GENERATED):
                self._reserved.append((table.lines[index], grant_id))

    def finish(self) -> None:
        """What can be said only of all grants: which bears the id that an option made out of another will have."""
        for line, grant_id in self._reserved:
            origins = [grant_id.removesuffix(end) for end in GENERATED if grant_id.endswith(end)]
            known = self.known(origins)
            if origin := next((origin for origin in origins if origin in known), None):
                problem = f"{grant_id!r} is the id that an option made out of {origin!r} will have"
                self._table.fault(line, "grant_id", problem, f"an id that does not end in {', '.join(GENERATED)}")


def _vesting(table: CsvTable, index: int) -> None:
    """The schedule as tranches, in place of its text."""
    row = table.rows[index]
    try:
        parts = [part.split(":") for part in row["vesting"].split(";")]
        tranches = tuple(Tranche(vests_on=date.fromisoformat(day), shares=int(shares)) for day, shares in parts)
    except ValueError:
        table.reject(index, "vesting", "names a day that does not exist", "dates such as 2003-02-28")
        return
    row["vesting"] = tranches
    total = sum(tranche.shares for tranche in tranches)
    if not all(in_calendar(tranche.vests_on) for tranche in tranches):
        table.reject(index, "vesting", "names a day that is not of our calendar", A_DAY)
    elif any(later.vests_on <= tranche.vests_on for tranche, later in pairwise(tranches)):
        table.reject(index, "vesting", "the dates do not ascend", "each date later than the one before")
    elif not all(tranche.shares for tranche in tranches):
        table.reject(index, "vesting", "has a tranche of no shares", "shares above zero on each date")
    elif "shares" in row and total != row["shares"]:
        table.reject(index, "vesting", f"sums to {total}", f"{row['shares']}, the shares of the grant")


def check_prices(table: CsvTable) -> None:
    """A fault where the high and the low of a day are not what its close lies between (XCH-4)."""
    for index, row in enumerate(table.rows):
        if "close" in row and (wrong := quote_of(row).wrong):
            table.reject(index, "high", wrong, "the high and the low of the day, or neither of them")


def quote_of(row: Mapping[str, Any]) -> Quote:
    """The prices of a day as a row of prices.csv states them."""
    return Quote(close=row["close"], high=row.get("high"), low=row.get("low"))
