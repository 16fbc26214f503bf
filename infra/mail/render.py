"""Rendering: what a notice states becomes a letter, as plain text and as HTML from one and the same template.

A letter `KIND.j2` is written once in the blocks of `parts.txt` and `parts.html`, so that the two versions cannot say
different things. An offer's own `templates/` folder overrides any of these files by its name.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from traceback import walk_tb
from typing import Any, NamedTuple

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from markupsafe import Markup

from infra.mail.sandbox import OwnFiles, Sandbox, lies_in, purse
from infra.mail.unit_words import InUnits
from optex import formatting
from optex.authority import section_of
from optex.errors import Fault
from optex.unit_words import in_units

WIDTH = 76
_WRITTEN = (".j2", ".html", ".txt")
TEMPLATES = Path(__file__).parent / "templates"


def render(kind: str, data: Mapping[str, Any], templates_dir: Path | None = None) -> tuple[str, str]:
    """The letter of a notice as plain text and as HTML; jinja2.TemplateError where it cannot be written."""
    text, html = (_written(form, f"{kind}.j2", data, templates_dir) for form in ("txt", "html"))
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n", "\n".join(filter(None, html.split("\n"))).strip() + "\n"


def render_page(name: str, data: Mapping[str, Any], templates_dir: Path | None = None) -> str:
    """A page that is no letter itself, such as the one that letters are printed on."""
    return _written("html", name, data, templates_dir)


class BrokenTemplate(TemplateError):
    """What a template of the offer's own cannot be written for: in which file, on which line."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{problem} (templates/{file}, line {line})" if file else problem)
        self.file, self.line, self.problem = file, line, problem


def _written(form: str, name: str, data: Mapping[str, Any], templates_dir: Path | None) -> str:
    units = data.get("offer", {}).get("award") == "rsu"
    if templates_dir is None:
        return _environment(form, None, units).get_template(name).render(data)
    try:
        with purse():
            return _environment(form, templates_dir, units).get_template(name).render(data)
    except Exception as error:  # what somebody else's template may do wrong is anything, and stops no other letter
        raise _broken(error, templates_dir) from error


def _broken(error: Exception, templates_dir: Path) -> BrokenTemplate:
    """The innermost place in the offer's own templates at which it went wrong."""
    file, line = "", 1
    if isinstance(error, TemplateSyntaxError) and error.filename:
        file, line = Path(error.filename).name, error.lineno
    for frame, number in walk_tb(error.__traceback__):
        found = Path(frame.f_code.co_filename)
        if found.suffix in _WRITTEN and found.is_relative_to(templates_dir):
            file, line = found.relative_to(templates_dir).as_posix(), number
    if isinstance(error, RecursionError | MemoryError):
        problem = "calls itself without end"
    elif isinstance(error, TemplateNotFound):
        problem = f"there is no template {error.name!r}"
    else:
        problem = str(error) or type(error).__name__
    return BrokenTemplate(file, line, problem)


def page_parts(page: str) -> tuple[list[str], str]:
    """The styles of a page and what stands in its body; all of one that a template of the offer's own wrote no body to.

    What a page says in a style of a certain medium, such as its margins on paper, is not among them.
    """
    found = re.search(r"<body[^>]*>(.*)</body>", page, re.DOTALL)
    return re.findall(r"<style>(.*?)</style>", page, re.DOTALL), found[1] if found else page


def template_faults(templates_dir: Path, specimens: Iterable[tuple[str, Mapping[str, Any]]] = ()) -> list[Fault]:
    """What cannot be read in an offer's own templates, or not be written of these `specimens`, by file and line."""
    broken = []
    ours = sorted(found for found in templates_dir.iterdir() if _is_template(found))
    for file in ours:
        try:
            _check_readable(file, templates_dir)
        except BrokenTemplate as error:
            broken.append(error)
    if ours and not broken:
        for kind, data in specimens:
            try:
                render(kind, data, templates_dir)
            except BrokenTemplate as error:
                broken.append(error)
    return [
        Fault(
            file=f"{templates_dir.name}/{error.file or ours[0].name}",
            line=error.line,
            column="template",
            problem=error.problem,
            expected="a Jinja template",
        )
        for error in {(each.file, each.line, each.problem): each for each in broken}.values()
    ]


def _check_readable(file: Path, templates_dir: Path) -> None:
    """BrokenTemplate where a file is none, lies elsewhere, or does not follow Jinja's grammar."""
    if not file.is_file() or not lies_in(file, templates_dir):
        raise BrokenTemplate(file.name, 1, "is no file of this folder")
    try:
        Sandbox().compile(file.read_text(encoding="utf-8-sig"))
    except TemplateSyntaxError as error:
        raise BrokenTemplate(file.name, error.lineno, error.message or "cannot be read") from None
    except UnicodeDecodeError:
        raise BrokenTemplate(file.name, 1, "bytes that are not UTF-8") from None
    except OSError as error:
        raise BrokenTemplate(file.name, 1, f"cannot be read ({error.strerror})") from None
    except (RecursionError, MemoryError, SyntaxError, ValueError):  # as Python has it of what Jinja made of it
        raise BrokenTemplate(file.name, 1, "lies too deep within itself") from None


def _is_template(file: Path) -> bool:
    """Whether a file is a letter, or takes the place of one of our pages; a note that lies beside them is neither."""
    return file.suffix == ".j2" or (TEMPLATES / file.name).is_file()


@lru_cache(maxsize=32)
def _environment(form: str, templates_dir: Path | None, units: bool) -> Environment:
    loader: BaseLoader = InUnits(TEMPLATES) if units else FileSystemLoader(TEMPLATES)
    if templates_dir:
        loader = ChoiceLoader([OwnFiles(templates_dir), loader])
    environment = (Sandbox if templates_dir else Environment)(
        loader=loader,
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    if units:  # the reasons of decisions are in the words of options
        environment.filters.update({name: _in_units(_FILTERS[name]) for name in ("reason", "because")})
    environment.globals["layout"] = f"layout.{form}"
    environment.globals["ui"] = environment.get_template(f"parts.{form}").module
    return environment


@lru_cache(maxsize=4096)
def fill(text: str, first: str = "", rest: str = "") -> str:
    """Running text in lines of at most 76 columns; a longer word, such as an address, keeps its own line.

    A plain loop, as textwrap takes most of the time of a letter; remembered, as most paragraphs are everybody's.
    """
    lines, line = [], first
    start = first
    for word in text.split():
        if len(line) + len(word) + 1 > WIDTH and line != start:
            lines.append(line)
            line = start = rest
        line += word if line == start else f" {word}"
    return "\n".join([*lines, line])


class Columns(NamedTuple):
    """A table of options in cells of text; `aligns` says left or right for each column."""

    heads: list[str]
    aligns: list[str]
    rows: list[list[str]]


def columns(options: Iterable[Mapping[str, Any]], *names: str, **renamed: str) -> Columns:
    """The named columns of some options, in order; `renamed` ones come last, under the headings given."""
    heads = {**{name: _HEADS[name] for name in names}, **renamed}
    return Columns(
        heads=list(heads.values()),
        aligns=["left" if name in _LEFT else "right" for name in heads],
        rows=[[_CELLS[name](option[name]) for name in heads] for option in options],
    )


def side_by_side(
    compared: Iterable[Mapping[str, Any]], before: str = "On record before", after: str = "Right"
) -> Columns:
    """What was beside what is, a row for each thing: what was wrong and is right, or what a split has adjusted."""
    rows = [[each["what"], each["was"], each["now"]] for each in compared]
    return Columns(heads=["What", before, after], aligns=["left"] * 3, rows=rows)


def in_columns(table: Columns) -> str:
    """A table in plain text; where it would be wider than a letter, each option as a list of its particulars."""
    everything = [table.heads, *table.rows]
    widths = [max(len(row[n]) for row in everything) for n in range(len(table.heads))]
    if sum(widths) + 2 * len(widths) > WIDTH:
        stacked = [
            [fill(cell, f"  {head}: ", "    ") for head, cell in zip(table.heads, row, strict=True)]
            for row in table.rows
        ]
        return "\n\n".join("\n".join(lines) for lines in stacked)
    rule = ["-" * width for width in widths]
    return "\n".join(_line(row, widths, table.aligns) for row in (table.heads, rule, *table.rows))


def _line(row: list[str], widths: list[int], aligns: list[str]) -> str:
    cells = zip(row, widths, aligns, strict=True)
    return "  " + "  ".join(c.rjust(w) if align == "right" else c.ljust(w) for c, w, align in cells).rstrip()


def _on(write: Callable[[date], str], text: str) -> str:
    return write(date.fromisoformat(text)) if text else "not stated"


def _money(text: str) -> str:
    return formatting.money(Decimal(text)) if text else "not stated"


def _number(number: int | None) -> str:
    return "not stated" if number is None else f"{number:,}"


def _moment(text: str, clock: str) -> str:
    return _to_the_minute(formatting.long_moment(datetime.fromisoformat(text), clock))


def _on_moment(text: str, clock: str) -> str:
    return _to_the_minute(formatting.on_long_moment(datetime.fromisoformat(text), clock))


def _to_the_minute(text: str) -> str:
    """Without the seconds by which a decision goes on record: no form is late in a minute in which one was in time."""
    return _SECONDS.sub(r"\1", text)


_SECONDS = re.compile(r"(\d:\d\d):\d\d(?= [ap]\.m\.)")


def named(option: Mapping[str, Any]) -> str:
    """An option as its holder knows it: your option of March 15, 2000 for 1,000 shares at $4.25 (ISO), number G-7."""
    granted_on, shares = _on(formatting.day, option["granted_on"]), formatting.count(option["original"], "share")
    granted = f"your option of {granted_on} for {shares}"
    return f"{granted} at {_money(option['price'])} ({option['type']}), number {option['grant_id']}"


def authority(rules: Iterable[str]) -> str:
    """Where rules stand in the Offer to Exchange: §1, §2, §6; Summary Term Sheet. A holder does not know our codes."""
    cited = {part: None for rule in rules for part in _PARTS_CITED.split(section_of(rule))}
    sections = sorted((part for part in cited if part.startswith("§")), key=lambda part: int(part[1:]))
    return "; ".join(filter(None, (", ".join(sections), *(part for part in cited if part not in sections))))


_PARTS_CITED = re.compile(r", (?=§)|; ")


def _reason(ruling: Mapping[str, Any]) -> str:
    return formatting.sentence(_to_the_minute(ruling["reason"]))


def because(ruling: Mapping[str, Any]) -> str:
    """A decision's reason with where it stands in the Offer to Exchange: The form is not dated. (§5)."""
    return f"{_reason(ruling)} ({ruling['section']})"


def opening_words(letter: str) -> str:
    """The first paragraph of a letter in HTML as plain text: what a mail reader shows beside the subject."""
    found = _PARAGRAPH.search(letter)
    return textwrap.shorten(Markup(found[1]).striptags(), 140, placeholder="…") if found else ""


_PARAGRAPH = re.compile(r"<p[^>]*>(.*?)</p>", re.DOTALL)


def _in_units(said: Callable[[Mapping[str, Any]], str]) -> Callable[[Mapping[str, Any]], str]:
    return lambda ruling: in_units(said(ruling))


def _type_name(type_: str) -> str:
    return {"ISO": "incentive stock option", "NSO": "nonqualified stock option", "RSU": "restricted stock unit"}[type_]


_HEADS = {
    "grant_id": "Option",
    "granted_on": "Granted",
    "type": "Type",
    "price": "Price",
    "original": "Shares",
    "exercised": "Exercised",
    "expires_on": "Expires",
    "ratio": "Ratio",
    "vests_on": "Vests",
}
_LEFT = frozenset({"grant_id", "granted_on", "type", "vests_on"})
_short_day = partial(_on, formatting.short_day)
_CELLS: dict[str, Callable[[Any], str]] = {
    "grant_id": str,
    "granted_on": _short_day,
    "type": str,
    "price": _money,
    "original": _number,
    "exercised": _number,
    "expires_on": _short_day,
    "vests_on": _short_day,
    "shares": _number,
    "new_shares": _number,
    "ratio": str,
}
_FILTERS: dict[str, Callable[..., Any]] = {
    "day": partial(_on, formatting.day),
    "weekday": partial(_on, formatting.weekday),
    "moment": _moment,
    "on_moment": _on_moment,
    "money": _money,
    "counted": formatting.count,
    "sentence": formatting.sentence,
    "in_words": formatting.in_words,
    "reason": _reason,
    "because": because,
    "named": named,
    "type_name": _type_name,
    "authority": authority,
    "opening_words": opening_words,
    "columns": columns,
    "side_by_side": side_by_side,
    "in_columns": in_columns,
    "fill": fill,
}
