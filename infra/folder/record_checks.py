"""What a file says again of what is on record: a row that says something else is a fault (REC-2)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any

from infra.folder.csv_table import CsvTable
from optex.records import Form, ServicePeriod
from optex.service_acts import overlapping
from optex.told_again import form_differences


def check_recorded_forms(
    table: CsvTable, recorded: Mapping[str, Form], form_of: Callable[[list[dict[str, Any]]], Form], zone: tzinfo
) -> None:
    """A fault on the row of every field in which a form differs from the one of its number that is on record."""
    rows = defaultdict(list)
    for index, row in enumerate(table.rows):
        if row.get("form_id") in recorded:
            rows[row["form_id"]].append(index)
    faulty = {index for index, columns in table.bad.items() if columns}
    for form_id, indexes in rows.items():
        if faulty.isdisjoint(indexes):  # of a form that cannot be read it is not known what it says
            row_of = {table.rows[index].get("grant_id"): index for index in indexes}
            told = form_of([table.rows[index] for index in indexes])
            for each in form_differences(recorded[form_id], told, zone):
                problem = f"form {form_id} is on record with other content ({each})"
                expected = "what is on record, another form_id, or `optex correct form` (REC-2)"
                table.reject(row_of.get(each.grant_id, indexes[0]), each.field, problem, expected)


def check_recorded_spells(table: CsvTable, recorded: Mapping[str, Sequence[ServicePeriod]]) -> None:
    """A fault on every row that overlaps a spell on record which the file does not tell anew (ELG-2)."""
    told = {(row.get("holder_id"), row.get("capacity"), row.get("from")) for row in table.rows}
    for index, row in enumerate(table.rows):
        if table.bad.get(index) or not {"holder_id", "capacity", "from"} <= row.keys():
            continue
        period = ServicePeriod(
            holder_id=row["holder_id"], capacity=row["capacity"], first_day=row["from"], last_day=row.get("to")
        )
        others = [
            each
            for each in recorded.get(row["holder_id"], ())
            if (each.holder_id, each.capacity, each.first_day) not in told
        ]
        if other := overlapping(period, others):
            problem = f"overlaps the spell as {other.capacity} from {other.first_day} {other.until} on record"
            table.reject(index, "from", problem, "a row that ends that spell, or a spell that does not overlap it")


def check_recorded_prices(table: CsvTable, recorded: Mapping[date, Decimal]) -> None:
    """A fault on every row that states another close than is on record of its day."""
    for index, row in enumerate(table.rows):
        close = recorded.get(row["date"]) if "date" in row else None
        if close is not None and "close" in row and row["close"] != close:
            problem = f"{row['close']} told, but {close} is on record of {row['date']}"
            table.reject(index, "close", problem, "what is on record, or `optex correct price` (REC-2)")
