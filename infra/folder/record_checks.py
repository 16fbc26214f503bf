"""What a file says again of what is on record: a row that says something else is a fault (REC-2)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, tzinfo

from infra.batched import batched
from infra.folder.csv_table import ROWS_AT_ONCE, CsvTable
from infra.folder.form_rows import Forms
from optex.market import Quote
from optex.records import Form, ServicePeriod
from optex.service_acts import overlapping
from optex.told_again import form_differences

Recorded = Callable[[Collection[str]], Mapping[str, Form]]


def check_recorded_forms(table: CsvTable, told: Forms, recorded: Recorded, zone: tzinfo) -> None:
    """A fault on the row of every field in which a form differs from the one of its number that is on record.

    Of a form that cannot be read it is not known what it says.
    """
    for some in batched(told.with_rows(), ROWS_AT_ONCE):
        on_record = recorded([form.form_id for form, _ in some])
        for form, rows in some:
            before = on_record.get(form.form_id)
            for each in form_differences(before, form, zone) if before is not None else ():
                problem = f"form {form.form_id} is on record with other content ({each})"
                expected = "what is on record, another form_id, or `optex correct form` (REC-2)"
                table.fault(rows.options.get(each.grant_id, rows.line), each.field, problem, expected)


def check_recorded_spells(
    table: CsvTable,
    told: Sequence[ServicePeriod],
    lines: Sequence[int],
    recorded: Mapping[str, Sequence[ServicePeriod]],
) -> None:
    """A fault on every row that overlaps a spell on record which the file does not tell anew (ELG-2).

    `told` are the spells of the file, each on one of the `lines`.
    """
    anew = {(each.holder_id, each.capacity, each.first_day) for each in told}
    for period, line in zip(told, lines, strict=True):
        mine = recorded.get(period.holder_id, ())
        kept = [each for each in mine if (each.holder_id, each.capacity, each.first_day) not in anew]
        if other := overlapping(period, kept):
            problem = f"overlaps the spell as {other.capacity} from {other.first_day} {other.until} on record"
            table.fault(line, "from", problem, "a row that ends that spell, or a spell that does not overlap it")


def check_recorded_prices(table: CsvTable, recorded: Mapping[date, Quote]) -> None:
    """A fault on every row that states another close, high or low than is on record of its day."""
    for index, row in enumerate(table.rows):
        quote = recorded.get(row["date"]) if "date" in row else None
        for column in ("close", "high", "low") if quote is not None else ():
            known = getattr(quote, column)
            if known is not None and row.get(column) not in (None, known):
                problem = f"{row[column]} told, but {known} is on record of {row['date']}"
                table.reject(index, column, problem, "what is on record, or `optex correct price` (REC-2)")
