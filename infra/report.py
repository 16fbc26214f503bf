"""`optex report`: one page to look at, complete in itself, that shows an offer in charts, sums and a few sentences."""

import os
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from infra.chronicle import when
from infra.figures import Figures, figures
from infra.panels import panels
from infra.participation import ALL_ELIGIBLE, ClassOutcome, Outcome
from infra.reading import Reader
from infra.svg import COLOURS
from optex.authority import RULES
from optex.schedule import Status
from optex.wording import count, day, money, stamp

PAGES = Path(__file__).parent / "pages"
Stat = tuple[str, str, str]
"""One number at the top: what it is, the number, and a remark below it."""


def write_report(book: Reader, file: Path) -> None:
    """Write the report of an offer as it stands in the books: the same books give the same bytes, never half a file."""
    page = render_report(figures(book))
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_text(page, encoding="utf-8", newline="\n")
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def render_report(found: Figures) -> str:
    """The page itself, as HTML that needs nothing from anywhere."""
    terms = found.state.terms
    return _page().render(
        terms=terms,
        commences=day(terms.commences),
        as_of=when(found.as_of, found.state),
        headline=headline(found),
        held=found.held,
        stats=stats(found),
        panels=panels(found),
        findings=found.findings,
        sentences={rule: authority.sentence for rule, authority in RULES.items()},
        letters=(found.letters, found.letters_sent),
        colours=COLOURS,
    )


@lru_cache(maxsize=1)
def _page() -> Template:
    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["thousands"] = lambda number: f"{number:,}"
    return environment.get_template("report.html")


def headline(found: Figures) -> str:
    """Where the offer stands, in one sentence."""
    state, terms = found.state, found.state.terms
    if state.terminated_at:
        return f"The offer was terminated on {day(state.day(state.terminated_at))}: every tender was returned."
    if state.granted_on:
        return f"The new options were granted on {day(state.granted_on)}: the offer is completed."
    if state.cancelled_on:
        due = day(state.plan.grant_on)
        return f"The tendered options were cancelled on {day(state.cancelled_on)}; the new ones are due on {due}."
    if state.opened_at is None:
        return f"The offer opens on {day(terms.commences)}."
    if _closed(found):
        due = day(state.plan.cancel_on)
        return f"The offer expired on {day(terms.expires_on)}; acceptance and cancellation are due on {due}."
    return f"The offer is open until {stamp(terms.expires, terms.clock)}."


def _closed(found: Figures) -> bool:
    return any(line.name == "close" and line.outcome == Status.DONE for line in found.lines)


def stats(found: Figures) -> list[Stat]:
    """The numbers at the top, in the order of the offer's life."""
    state, passage = found.state, found.passage
    every = next(each for each in found.classes if each.label == ALL_ELIGIBLE)
    planned = "" if state.terminated_at else f"planned for {day(state.plan.grant_on)}"
    if state.granted_on:
        planned = " and ".join(f"at {money(price)}" for price, _ in found.new_prices[:2]) or "no promise was left"
    rest = f"balancing options: {passage.balancing:,}" if passage.balancing else count(passage.grants, "option")
    return [
        ("Eligible holders", f"{every.holders.total():,}", f"with {every.shares.total():,} option shares"),
        ("Holders tendering", f"{every.tendering():,}", percent(every.tendering(), every.holders.total())),
        ("Option shares tendered", f"{every.tendered():,}", percent(every.tendered(), every.shares.total())),
        ("Accepted and cancelled", f"{passage.cancelled:,}", rest if passage.cancelled else _not_yet(found, every)),
        ("New options", f"{passage.granted:,}", planned),
        ("Promises lapsed", f"{passage.lapsed:,}", count(passage.lapsed_promises, "promise")),
    ]


def _not_yet(found: Figures, every: ClassOutcome) -> str:
    if every.shares[Outcome.REJECTED] or found.state.accepted_at or found.state.terminated_at:
        return "nothing was accepted"
    return f"planned for {day(found.state.plan.cancel_on)}"


def percent(part: int, whole: int) -> str:
    """A part of a whole in tenths of a percent; never 100% or 0% where something is missing or there."""
    if not whole:
        return "of none"
    tenths = max(1, min(999, round(1000 * part / whole))) if 0 < part < whole else 1000 * part // whole
    return f"{tenths / 10:g}% of them"
