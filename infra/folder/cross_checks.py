"""What the rows of an offer folder must agree on with each other, and one file with another.

Every check skips a cell that is itself a fault, so that one mistake is told once.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timezone, tzinfo
from itertools import pairwise
from typing import Any

from infra.folder.csv_rows import FORM_COLUMNS
from infra.folder.csv_table import CsvTable
from optex.clock import YEARS, BadInstant, on_clock
from optex.fields import A_DAY, in_calendar
from optex.market import Quote
from optex.records import FormKind, Tranche

# The ids that the offer gives to the options it makes out of a grant.
GENERATED = ("-B", "-N", "-N-ISO", "-N-NSO")

Ids = Collection[str] | None


def check_holders(table: CsvTable) -> None:
    _once(table, "holder_id")


def check_service(table: CsvTable, holder_ids: Ids) -> None:
    _known(table, "holder_id", holder_ids, "holders.csv")
    periods = defaultdict(list)
    for index, row in enumerate(table.rows):
        first, last = row.get("from"), row.get("to", date.max)
        if first is None:
            continue
        if last < first:
            table.reject(index, "to", f"{last} lies before {first}", "the last day in service, or blank")
        elif "holder_id" in row and "capacity" in row and "to" not in table.bad.get(index, ()):
            periods[row["holder_id"], row["capacity"]].append((first, index, last))
    for (_, capacity), group in periods.items():
        group.sort()
        _, holding, until = group[0]
        for first, index, last in group[1:]:
            if first <= until:
                earlier, later = sorted((holding, index))
                problem = f"overlaps the spell as {capacity} on line {table.lines[earlier]}"
                table.reject(later, "from", problem, "spells of one capacity that do not overlap")
            if last > until:
                holding, until = index, last


def check_grants(table: CsvTable, holder_ids: Ids) -> None:
    _known(table, "holder_id", holder_ids, "holders.csv")
    ids = _once(table, "grant_id")
    for index, row in enumerate(table.rows):
        shares, exercised = row.get("shares"), row.get("exercised")
        if shares is not None and exercised is not None and exercised > shares:
            table.reject(index, "exercised", f"{exercised} of {shares} shares", "at most the shares granted")
        if "granted_on" in row and "expires_on" in row and row["expires_on"] <= row["granted_on"]:
            table.reject(index, "expires_on", f"{row['expires_on']} is not after the grant", "a later date")
        if "vesting" in row:
            _vesting(table, index)
        grant_id = row.get("grant_id", "")
        if grant_id.endswith(GENERATED):
            origins = (grant_id.removesuffix(end) for end in GENERATED if grant_id.endswith(end))
            if origin := next((origin for origin in origins if origin in ids), None):
                problem = f"{grant_id!r} is the id that an option made out of {origin!r} will have"
                table.reject(index, "grant_id", problem, f"an id that does not end in {', '.join(GENERATED)}")


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


def check_forms(table: CsvTable, holder_ids: Ids, grant_ids: Ids) -> None:
    _known(table, "grant_id", grant_ids, "grants.csv")
    firsts: dict[str, int] = {}
    listed: dict[tuple[str, str], int] = {}
    for index, row in enumerate(table.rows):
        form_id = row.get("form_id")
        first = index if form_id is None else firsts.setdefault(form_id, index)
        # A form names its holder on every row: an unknown one is told once a form.
        holder_id = row.get("holder_id")
        told = first != index and holder_id == table.rows[first].get("holder_id")
        if holder_ids is not None and holder_id and holder_id not in holder_ids and not told:
            table.reject(index, "holder_id", f"{holder_id!r} is unknown", "an id of holders.csv")
        if first != index and not _agrees(table, index, first):
            continue
        if first != index and row.get("kind") == FormKind.WITHDRAWAL:
            table.reject(index, "form_id", f"a second row of the withdrawal on line {table.lines[first]}", "one row")
        grant_id = row.get("grant_id")
        if form_id and grant_id:
            before = listed.setdefault((form_id, grant_id), index)
            if before != index:
                problem = f"{grant_id!r} stands already on line {table.lines[before]} of the form"
                table.reject(index, "grant_id", problem, "each option once")


def check_received(table: CsvTable, zone: tzinfo) -> None:
    """A fault for every form received at an hour that the offer's clock leaves out, or shows twice (CAL-2)."""
    steady = isinstance(zone, timezone)  # one offset for ever: no hour of it is left out
    firsts: dict[str, int] = {}
    for index, row in enumerate(table.rows):
        at, form_id = row.get("received_at"), row.get("form_id")
        if at is None or ((steady or at.tzinfo is not None) and at.year in YEARS):
            continue
        if form_id and firsts.setdefault(form_id, index) != index:  # a form states it on every row
            continue
        try:
            on_clock(at, zone)
        except BadInstant as error:
            table.reject(index, "received_at", error.problem, error.expected)


def _agrees(table: CsvTable, index: int, first: int) -> bool:
    row, model = table.rows[index], table.rows[first]
    skip = table.bad.get(index, set()) | table.bad.get(first, set()) if table.bad else ()
    differing = [name for name in FORM_COLUMNS if name not in skip and row.get(name) != model.get(name)]
    if differing:
        verb = "differs" if len(differing) == 1 else "differ"
        problem = f"{', '.join(differing)} {verb} from line {table.lines[first]} of the same form"
        table.reject(index, differing[0], problem, "the same on every row of a form, or another form_id")
    return not differing


def check_prices(table: CsvTable) -> None:
    _once(table, "date")
    for index, row in enumerate(table.rows):
        if "close" in row and (wrong := quote_of(row).wrong):
            table.reject(index, "high", wrong, "the high and the low of the day, or neither of them")


def quote_of(row: Mapping[str, Any]) -> Quote:
    """The prices of a day as a row of prices.csv states them."""
    return Quote(close=row["close"], high=row.get("high"), low=row.get("low"))


def _once(table: CsvTable, column: str) -> dict[str, int]:
    """A fault wherever a value stands a second time; the row that each value stands on first."""
    firsts: dict[str, int] = {}
    for index, row in enumerate(table.rows):
        if column in row:
            first = firsts.setdefault(row[column], index)
            if first != index:
                problem = f"'{row[column]}' stands already on line {table.lines[first]}"
                table.reject(index, column, problem, f"each {column} once")
    return firsts


def _known(table: CsvTable, column: str, ids: Ids, file: str) -> None:
    if ids is None:
        return
    for index, row in enumerate(table.rows):
        if column in row and row[column] not in ids:
            table.reject(index, column, f"{row[column]!r} is unknown", f"an id of {file}")
