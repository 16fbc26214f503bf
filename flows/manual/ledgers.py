"""The page of the ledgers: every file that `export` and `simulate` write, with every column."""

from flows.manual.markdown import code, page, table
from infra.ledgers.csv_files import LEDGERS

ABOUT = {
    "milestones.csv": "The steps of the offer, a row for each version of their dates.",
    "forms.csv": "Every form and notice, and how it stands.",
    "tenders.csv": "What was decided at the acceptance about each option that was tendered.",
    "cancellations.csv": "The options that were cancelled.",
    "balancing_options.csv": "What was issued for the untendered rest of an option, as issued.",
    "promises.csv": "The Promises to Grant Stock Option(s), and what became of them.",
    "new_options.csv": "The options that were granted; of one ISO two, where a part of it does not qualify.",
    "vesting.csv": "The tranches of every new and balancing option.",
    "pool.csv": "Every movement of the plan's share pool.",
    "notices.csv": "Every letter.",
    "audit.csv": "Everything that was told, done, decided and refused, in order: [how to check it](../audit.md).",
}


def ledgers() -> str:
    return page(
        "The ledgers",
        "`optex export FOLDER --out DIR` writes them, and so does `optex simulate`. CSV in UTF-8, a header row always, "
        "dates as 2003-02-28, instants in UTC with `Z`, money with its exact cents, rows in the order of their keys: "
        "the same record gives the same bytes. A cell that a spreadsheet would run as a formula begins with a quote.",
        "`optex export --xlsx` writes them as the sheets of one workbook instead, `ledgers.xlsx`, in which dates are "
        "dates and numbers numbers, and text is only text, without that quote.",
        *(f"## {name}\n\n{ABOUT[name]}\n\n{_columns(columns)}" for name, columns in LEDGERS.items()),
    )


def _columns(columns: dict[str, str]) -> str:
    return table(("column", "tells"), [(code(column), tells) for column, tells in columns.items()])
