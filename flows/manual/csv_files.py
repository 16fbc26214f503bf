"""The page of the CSV files of an offer's folder: every column with what is expected in it and what it tells."""

from flows.manual.markdown import code, page, table
from infra.folder.csv_rows import ELECTIONS, GRANTS, HOLDERS, PRICES, SERVICE, CsvSchema

FILES = {
    "holders.csv": ("Who holds options: a row each.", HOLDERS),
    "service.csv": ("Who served in which capacity, and when: a row for each spell.", SERVICE),
    "grants.csv": ("The options: a row each.", GRANTS),
    "elections.csv": (
        "Election Forms and Notices to Change Election, not needed at the beginning: a row for each option of a form.",
        ELECTIONS,
    ),
    "prices.csv": ("Closing prices of the stock, not needed at the beginning: a row for each trading day.", PRICES),
}


def csv_files() -> str:
    return page(
        "The CSV files of an offer's folder",
        "UTF-8, commas, a header row; the columns in any order, no others. A file is read whole: every fault of every "
        "line is told by file, line and column, and then nothing is stored. Once the offer is taken in the database "
        "leads, and a difference is taken over by `optex correct import`.",
        "In place of any of them the folder may have a workbook: `grants.xlsx` for `grants.csv`, or one `offer.xlsx` "
        "with a sheet for each, called `grants` and so on, the same columns in its first row. Faults are then told by "
        "their cells: [Excel, in and out](../how-to/excel.md).",
        *(f"## {name}\n\n{about}\n\n{_columns(schema)}" for name, (about, schema) in FILES.items()),
    )


def _columns(schema: CsvSchema) -> str:
    rows = []
    for column in schema.columns:
        blank = "may be blank" if schema.may_be_blank(column) else ""
        absent = "" if column in schema.required else ", the column may be missing"
        rows.append((code(column), schema.expected(column), f"{blank}{absent}", schema.meaning(column)))
    return table(("column", "is", "", "tells"), rows)
