"""`optex explain` and `optex status`: one holder's story, and where the offer stands; on a terminal, piped, as JSON."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from infra.account.account import Line
from infra.account.story import find_holder, story
from infra.books.reading import Reader
from infra.office import BOOKS, name_of, office_in
from infra.settings import load_settings
from infra.standing.attention import attention
from infra.standing.document import as_document
from infra.standing.standing import Standing, standing_of
from optex.authority import RULES
from optex.calendar import CLOCKS, local_text, utc_text
from optex.errors import BadData, OptexError
from optex.milestones import step_kind
from optex.records import Holder
from optex.terms import Terms, parse_terms
from optex.wording import sentence

# Piped, a line is never broken: it is for grep and for files.
_UNBROKEN = 10_000
_NARROW = 72
_COLOURS = {"done": "green", "next": "bold", "overdue": "bold red", "held": "bold yellow", "to-come": ""}


def show_story(folder: Path, holder: str, as_json: bool) -> None:
    """Everything decided about one holder, by id or by (part of) the name."""
    with reading(folder) as book:
        holder_id = find_holder(book, holder)
        lines = story(book, holder_id)
        who, terms = book.dossiers([holder_id])[0].holder, book.state().terms
    if as_json:
        _json({"offer": terms.offer, "holder": _person(who), "lines": [_entry(line, terms) for line in lines]})
        return
    _print(_head(who, terms), _story_table(lines, terms), _relied_on(lines))


def show_status(folder: Path, as_json: bool, at: datetime | None = None) -> None:
    """Where the offer stands: now, or at the last instant of a play."""
    with reading(folder) as book:
        standing = standing_of(book, _now(folder, book, at))
        note = _differs(folder, book.first_terms())
    if as_json:
        _json({**as_document(standing), "note": note})
        return
    if note:
        click.echo(note)
    title = Text.assemble((f"{standing.issuer} · {standing.offer}\n", "bold"), standing.says)
    when = Text(f"As of {local_text(standing.at, CLOCKS[standing.clock])}", style="dim")
    _print(Group(title, when), *_urgent(standing), _timeline(standing), _participation(standing), _came_to(standing))


@contextmanager
def reading(folder: Path) -> Iterator[Reader]:
    """The books of the offer in a folder; none are begun where there are none."""
    name_of(folder)
    if not (folder / BOOKS / "optex.db").exists() and not load_settings().database_url:
        raise OptexError(
            f"{folder}: nothing of this offer is on record yet; `optex schedule {folder}` takes it in, "
            f"`optex simulate {folder} --out DIR` rehearses it"
        )
    with office_in(folder).reading() as book:
        yield book


def _now(folder: Path, book: Reader, at: datetime | None) -> datetime:
    """The instant it is: now for a real offer, the last that was played for one that `simulate` played."""
    if at is not None:
        return (at if at.tzinfo else at.replace(tzinfo=book.state().terms.zone)).astimezone(UTC)
    if not (folder / BOOKS / "offer").exists():
        return datetime.now(UTC).replace(microsecond=0)
    row = book.row()
    played = [step.done_at for step in book.steps() if step.done_at is not None]
    return max([*played, row.played_until or row.taken_in_at])


def _differs(folder: Path, first: Terms) -> str:
    """Whether the folder's terms are no longer those that were taken in: the database leads, and says so."""
    file = folder / "offer.toml"
    if not file.exists():
        return ""
    try:
        same = parse_terms(file.read_text(encoding="utf-8-sig")) == first
    except (BadData, UnicodeDecodeError):
        same = False
    return "" if same else f"The database leads; {file} differs from what was taken in."


def _json(document: object) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _person(holder: Holder) -> dict[str, str]:
    return {
        "holder_id": holder.holder_id,
        "name": holder.name,
        "email": holder.email,
        "jurisdiction": holder.jurisdiction,
        "voting_percent": str(holder.voting_percent),
    }


def _entry(line: Line, terms: Terms) -> dict[str, str]:
    at = utc_text(line.at) if isinstance(line.at, datetime) else line.at.isoformat()
    return {
        "at": at,
        "local": _when(line.at, terms),
        "what": line.what,
        "rule": line.rule,
        "section": line.section,
        "sentence": line.sentence,
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


def _story_table(lines: list[Line], terms: Terms) -> Table:
    """When, what, and by which rule; piped, every line is whole by itself."""
    terminal = sys.stdout.isatty()
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 1 if terminal else 0, 0))
    if not terminal:
        for line in lines:
            table.add_row(Text(_when(line.at, terms)), line.rule, Text(f"{line.what} ({line.section})"))
        return table
    narrow = Console().width < _NARROW
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


def _relied_on(lines: list[Line]) -> RenderableType:
    used = {line.rule for line in lines}
    table = Table(box=None, show_header=False, pad_edge=False, title="The rules relied on", title_justify="left")
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for rule, authority in RULES.items():
        if rule in used:
            table.add_row(rule, Text(f"{authority.section}: “{authority.sentence}”"))
    return table


def _urgent(standing: Standing) -> Iterator[RenderableType]:
    said = list(attention(standing))
    if said:
        lines = [Padding(Text(f"! {each}"), (0, 0, 0, 2)) for each in said]
        yield Group(Text("Needs attention", style="bold red"), *lines)


def _timeline(standing: Standing) -> Table:
    table = Table(title="Timeline", title_justify="left", box=None, show_header=False, pad_edge=False)
    repeated = {step.name for step in standing.timeline if step.version > 1}
    for step in standing.timeline:
        version = f" (version {step.version})" if step.name in repeated else ""
        said = Text(step_kind(step.name).title + version)
        if step.why:
            said.append(f"\n{sentence(step.why)}" if sys.stdout.isatty() else f". {sentence(step.why)}", style="dim")
        table.add_row(step.local, Text(step.status, style=_COLOURS.get(step.status, "dim")), said)
    return table


def _participation(standing: Standing) -> Table:
    table = Table(title="Participation", title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    for heading in ("holders", "of", "%", "shares", "of", "%"):
        table.add_column(heading, justify="right")
    for each in (*standing.participation, standing.overall):
        table.add_row(
            "together" if each.capacity == "all" else each.capacity,
            f"{each.tendering_holders:,}",
            f"{each.eligible_holders:,}",
            str(each.percent_of_holders or ""),
            f"{each.tendered_shares:,}",
            f"{each.eligible_shares:,}",
            str(each.percent_of_shares or ""),
            style="bold" if each.capacity == "all" else "",
        )
    return table


def _came_to(standing: Standing) -> Table:
    forms, totals = standing.forms, standing.totals
    table = Table(title="On record", title_justify="left", box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    named = [(f"  {name}", number) for name, number in forms.by_standing.items() if number]
    for name, number in (("forms received", forms.received), *named):
        table.add_row(name, f"{number:,}", "")
    for name, total in (
        ("options cancelled", totals.cancelled),
        ("balancing options", totals.balancing),
        ("promises", totals.promised),
        ("promises lapsed", totals.lapsed),
        ("new options", totals.regranted),
        ("deferred grants made", totals.deferred_granted),
    ):
        if total.number:
            table.add_row(name, f"{total.number:,}", f"{total.shares:,} shares")
    table.add_row("available in the pool", "", f"{standing.pool_available:,} shares")
    return table


def _print(*parts: RenderableType) -> None:
    """Print with a blank line between the parts: wrapped to a terminal, plain and unbroken where it is piped."""
    if sys.stdout.isatty():
        console = Console(highlight=False)
        for n, part in enumerate(parts):
            console.print(*([""] if n else []), part, sep="\n")
        return
    plain = StringIO()
    console = Console(file=plain, width=_UNBROKEN, color_system=None, highlight=False, legacy_windows=False)
    for n, part in enumerate(parts):
        console.print(*([""] if n else []), part, sep="\n")
    click.echo("\n".join(line.rstrip() for line in plain.getvalue().splitlines()))
