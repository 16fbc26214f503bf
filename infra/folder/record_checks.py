"""What a file says again of what is on record: a row that says something else is a fault (REC-2)."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from typing import Any

from infra.folder.csv_table import CsvTable
from optex.market import Quote
from optex.records import Form
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


def check_recorded_prices(table: CsvTable, recorded: Mapping[date, Quote]) -> None:
    """A fault on every row that states another close, high or low than is on record of its day."""
    for index, row in enumerate(table.rows):
        quote = recorded.get(row["date"]) if "date" in row else None
        for column in ("close", "high", "low") if quote is not None else ():
            known = getattr(quote, column)
            if known is not None and row.get(column) not in (None, known):
                problem = f"{row[column]} told, but {known} is on record of {row['date']}"
                table.reject(index, column, problem, "what is on record, or `optex correct price` (REC-2)")
