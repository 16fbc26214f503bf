"""Forms as they are keyed in, one at a time or from a CSV file: checked like the rows of elections.csv."""

import csv
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from infra.database.reader import Reader
from infra.database.writer import Book
from infra.folder.csv_rows import OPTION_COLUMNS
from infra.folder.reader import read_forms
from infra.handlers.forms import record_forms
from optex.errors import OptexError
from optex.formatting import count
from optex.records import Form


def forms_of_file(book: Reader, file: Path) -> list[Form]:
    """The forms of a CSV file; BadData with every fault by line."""
    grant_ids = {grant.grant_id for grant in book.grants()}
    return read_forms(file, book.first_terms(), book.holders().keys(), grant_ids)


def keyed_form(book: Reader, row: Mapping[str, str], options: Sequence[str]) -> list[Form]:
    """One form, each option as GRANT:SHARES[:ORIGINAL:GRANTED_ON:PRICE:EXERCISED]; BadData for what is wrong."""
    lines = [dict(zip(OPTION_COLUMNS, option.split(":"), strict=False)) for option in options]
    with tempfile.TemporaryDirectory() as kept:
        file = Path(kept) / "form.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, [*row, *OPTION_COLUMNS])
            writer.writeheader()
            writer.writerows({**row, **line} for line in lines or [{}])
        return forms_of_file(book, file)


def take_forms(book: Book, forms: Sequence[Form], now: datetime, by: str = "", *, refuse_future: bool = False) -> str:
    """Record the forms received by now; those still to come are left out, or refused."""
    received = [form for form in forms if form.received_at <= now]
    if refuse_future and len(received) < len(forms):
        raise OptexError("a form cannot have been received in the future")
    said = record_forms(book, received, now, by)
    later = len(forms) - len(received)
    return f"{said} {count(later, 'form')} not received yet left out.".strip() if later else said
