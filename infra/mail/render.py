"""Rendering: what a notice states becomes a letter, as plain text and as HTML from one and the same template.

A letter `KIND.j2` is written once in the blocks of `parts.txt` and `parts.html`, so that the two versions cannot say
different things. An offer's own `templates/` folder overrides any of these files by its name.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError

from optex import formatting
from optex.authority import section_of
from optex.errors import Fault

WIDTH = 76
TEMPLATES = Path(__file__).parent / "templates"


def render(kind: str, data: Mapping[str, Any], templates_dir: Path | None = None) -> tuple[str, str]:
    """The letter of a notice as plain text and as HTML; jinja2.UndefinedError where the data lacks what it states."""
    text, html = (_environment(form, templates_dir).get_template(f"{kind}.j2").render(data) for form in ("txt", "html"))
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n", "\n".join(filter(None, html.split("\n"))).strip() + "\n"


def render_page(name: str, data: Mapping[str, Any], templates_dir: Path | None = None) -> str:
    """A page that is no letter itself, such as the one that letters are printed on."""
    return _environment("html", templates_dir).get_template(name).render(data)


def page_parts(page: str) -> tuple[list[str], str]:
    """The styles of a page and what stands in its body; all of one that a template of the offer's own wrote no body to.

    What a page says in a style of a certain medium, such as its margins on paper, is not among them.
    """
    found = re.search(r"<body[^>]*>(.*)</body>", page, re.DOTALL)
    return re.findall(r"<style>(.*?)</style>", page, re.DOTALL), found[1] if found else page


def template_faults(templates_dir: Path) -> list[Fault]:
    """What cannot be read in an offer's own templates, by file and line."""
    faults = []
    for file in sorted(found for found in templates_dir.iterdir() if _is_template(found)):
        try:
            _environment("txt", None).compile(file.read_text(encoding="utf-8-sig"))
        except TemplateSyntaxError as error:
            problem, line = error.message or "cannot be read", error.lineno
        except UnicodeDecodeError:
            problem, line = "bytes that are not UTF-8", 1
        else:
            continue
        name = f"{templates_dir.name}/{file.name}"
        faults.append(Fault(file=name, line=line, column="template", problem=problem, expected="a Jinja template"))
    return faults


def _is_template(file: Path) -> bool:
    """Whether a file is a letter, or takes the place of one of our pages; a note that lies beside them is neither."""
    return file.suffix == ".j2" or (TEMPLATES / file.name).is_file()


@lru_cache(maxsize=32)
def _environment(form: str, templates_dir: Path | None) -> Environment:
    loader: BaseLoader = FileSystemLoader(TEMPLATES)
    if templates_dir:
        loader = ChoiceLoader([FileSystemLoader(templates_dir), loader])
    environment = Environment(
        loader=loader,
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
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
    return formatting.long_moment(datetime.fromisoformat(text), clock)


def _on_moment(text: str, clock: str) -> str:
    return formatting.on_long_moment(datetime.fromisoformat(text), clock)


def named(option: Mapping[str, Any]) -> str:
    """An option as its holder knows it: your option of March 15, 2000 for 1,000 shares at $4.25 (ISO), number G-7."""
    granted_on, shares = _on(formatting.day, option["granted_on"]), formatting.count(option["original"], "share")
    granted = f"your option of {granted_on} for {shares}"
    return f"{granted} at {_money(option['price'])} ({option['type']}), number {option['grant_id']}"


def authority(rules: Iterable[str]) -> str:
    """Where rules stand in the Offer to Exchange: §4 (TND-7); §6 (CNF-1)."""
    return "; ".join(f"{section_of(rule)} ({rule})" for rule in rules)


def _reason(ruling: Mapping[str, Any]) -> str:
    return formatting.sentence(ruling["reason"])


def because(ruling: Mapping[str, Any]) -> str:
    """A decision's reason with where it stands in the Offer to Exchange: The form is not dated. (§5; TND-5)."""
    return f"{_reason(ruling)} ({ruling['section']}; {ruling['rule']})"


def _type_name(type_: str) -> str:
    return {"ISO": "incentive stock option", "NSO": "nonqualified stock option"}[type_]


_HEADS = {
    "grant_id": "Option",
    "granted_on": "Granted",
    "type": "Type",
    "price": "Price",
    "original": "Shares",
    "exercised": "Exercised",
    "expires_on": "Expires",
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
    "columns": columns,
    "side_by_side": side_by_side,
    "in_columns": in_columns,
    "fill": fill,
}
