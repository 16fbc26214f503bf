"""`optex explain`: one holder's story, on a terminal, piped, as JSON."""

import json
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import click
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from flows.cli.console import console, echo, piped
from flows.cli.status import reading
from infra.explain.explain import explain_holder, find_holder
from infra.explain.holder_history import HistoryLine
from optex.authority import RULES
from optex.formatting import local_text, utc_text
from optex.records import Holder
from optex.terms import Terms

_NARROW = 72


def print_history(folder: Path, holder: str, as_json: bool) -> None:
    """Everything decided about one holder, by id or by (part of) the name."""
    with reading(folder) as db:
        holder_id = find_holder(db, holder)
        lines = explain_holder(db, holder_id)
        who, terms = db.holder_records([holder_id])[0].holder, db.state().terms
    if as_json:
        _json({"offer": terms.offer, "holder": _person(who), "lines": [_entry(line, terms) for line in lines]})
        return
    _print(_head(who, terms), _story_table(lines, terms), _relied_on(lines))


def _json(document: object) -> None:
    echo(json.dumps(document, indent=2, ensure_ascii=False))


def _person(holder: Holder) -> dict[str, str]:
    return {
        "holder_id": holder.holder_id,
        "name": holder.name,
        "email": holder.email,
        "jurisdiction": holder.jurisdiction,
        "voting_percent": str(holder.voting_percent),
    }


def _entry(line: HistoryLine, terms: Terms) -> dict[str, str | None]:
    at = utc_text(line.at) if isinstance(line.at, datetime) else line.at.isoformat()
    return {
        "at": at,
        "local": _when(line.at, terms),
        "what": line.what,
        "rule": line.rule,
        "section": line.section,
        "sentence": line.sentence,
        "recorded_at": utc_text(line.recorded_at) if line.recorded_at else None,
    }


def _when(at: date | datetime, terms: Terms) -> str:
    return local_text(at, terms.zone) if isinstance(at, datetime) else at.isoformat()


def _head(holder: Holder, terms: Terms) -> Text:
    about = [holder.email or "no e-mail address", holder.jurisdiction, f"{holder.voting_percent}% of the votes"]
    return Text.assemble(
        (f"{holder.name} · {holder.holder_id}\n", "bold"),
        f"{terms.issuer} · {terms.offer}\n",
        (" · ".join(part for part in about if part), "dim"),
    )


def _story_table(lines: list[HistoryLine], terms: Terms) -> Table:
    """When, what, and by which rule; piped, every line is whole by itself."""
    terminal = not piped()
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 1 if terminal else 0, 0))
    if not terminal:
        for line in lines:
            table.add_row(Text(_when(line.at, terms)), line.rule, Text(f"{line.what} ({line.section})"))
        return table
    narrow = console().width < _NARROW
    table.add_column(style="dim", min_width=10, max_width=10 if narrow else 20)
    table.add_column(ratio=1)
    if not narrow:
        table.add_column(style="cyan", max_width=16)
    before = ""
    for line in lines:
        when, by = _when(line.at, terms), Text(f"{line.rule} {line.section}", style="cyan")
        cells = [Text.assemble(line.what, " ", by)] if narrow else [Text(line.what), by]
        table.add_row(when if when != before else "", *cells)
        before = when
    return table


def _relied_on(lines: list[HistoryLine]) -> RenderableType:
    used = {line.rule for line in lines}
    table = Table(box=None, show_header=False, pad_edge=False, title="The rules relied on", title_justify="left")
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for rule, authority in RULES.items():
        if rule in used:
            said = f": “{authority.sentence}”" if authority.sentence else ""
            table.add_row(rule, Text(f"{authority.section}{said}"))
    return table


def _print(*parts: RenderableType) -> None:
    """Print with a blank line between the parts: wrapped to a terminal, plain and unbroken where it is piped."""
    screen, plain = console(), StringIO()
    if piped():
        screen.file = plain
    for n, part in enumerate(parts):
        screen.print(*([""] if n else []), part, sep="\n")
    if piped():
        click.echo("\n".join(line.rstrip() for line in plain.getvalue().splitlines()))
