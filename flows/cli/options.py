"""What the commands take: a folder, a day, an instant on the offer's clock."""

from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Any

import click

from optex.clock import at_hour, on_clock, written
from optex.terms_reader import read_some_terms

FOLDER = click.argument("folder", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


class Moment(click.ParamType[str]):
    """A date, or a date and time, on the offer's clock unless it carries an offset."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            written(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date and time such as 2003-04-14T17:00", param, ctx)
        return str(value)


class Day(click.ParamType[date]):
    """A date such as 2003-04-15."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date such as 2003-04-15", param, ctx)


class TermsFile(click.ParamType[str]):
    """A file with some keys of offer.toml; BadData with every fault by its line."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        file = Path(str(value))
        if not file.is_file():
            self.fail(f"{str(value)!r} is no file", param, ctx)
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            self.fail(f"{file}: not UTF-8: {error.reason} at byte {error.start}", param, ctx)
        read_some_terms(text, file.name)
        return text


def moment(text: str, zone: tzinfo, at: time) -> datetime:
    """The instant that a user wrote: on the offer's clock without an offset, at the usual hour without a time.

    Where that hour is midnight, it is the one that ends the day. BadInstant where the clock shows no such hour, or
    shows it twice (CAL-2).
    """
    value = written(text)
    if len(text) <= 10:
        value = at_hour(value.date(), at)
    return on_clock(value, zone)
