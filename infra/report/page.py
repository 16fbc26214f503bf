"""`optex report`: one page to look at, complete in itself, that shows an offer in charts, sums and a few sentences."""

from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from infra.database.reader import OfferReader
from infra.report.charts.svg import COLOURS
from infra.report.data import ReportData, report_data
from infra.report.sections import sections
from infra.report.timeline import when
from infra.status import participation
from infra.whole_files import written_whole
from optex.authority import RULES
from optex.formatting import count, day, money, short_day

PAGES = Path(__file__).parent / "pages"
Stat = tuple[str, str, str]
"""One number at the top: what it is, the number, and a remark below it."""


def write_report(db: OfferReader, file: Path) -> None:
    """Write the report of an offer as it stands in the books: the same books give the same bytes, never half a file."""
    page = render_report(report_data(db))
    with written_whole(file) as unfinished:
        unfinished.write_text(page, encoding="utf-8", newline="\n")


def render_report(found: ReportData) -> str:
    """The page itself: HTML that needs nothing from anywhere, runs nothing, and names nobody."""
    return _page().render(
        terms=found.state.terms,
        commences=day(found.state.terms.commences),
        as_of=when(found.as_of, found.state),
        phase=found.phase,
        stats=stats(found),
        panels=sections(found),
        findings=found.findings,
        sentences={rule: authority.sentence for rule, authority in RULES.items()},
        letters=found.letters,
        letters_sent=found.letters_sent,
        letters_on_paper=found.letters_on_paper,
        letters_not_gone=found.letters_not_gone,
        audit=found.audit,
        colours=COLOURS,
    )


@lru_cache(maxsize=1)
def _page() -> Template:
    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["thousands"] = lambda number: f"{number:,}"
    return environment.get_template("report.html")


def stats(found: ReportData) -> list[Stat]:
    """The numbers at the top, in the order of the offer's life."""
    every, passage = found.everyone, found.share_flow
    holders, shares = every.holders.total(), every.shares.total()
    return [
        ("Eligible holders", f"{holders:,}", f"holding {shares:,} option shares"),
        ("Holders tendering", f"{every.tendering:,}", f"{percent(every.tendering, holders)} of the eligible"),
        ("Option shares tendered", f"{every.tendered:,}", f"{percent(every.tendered, shares)} of the eligible"),
        ("Accepted and cancelled", f"{passage.cancelled:,}", _cancelled(found)),
        ("New options", f"{passage.granted:,}", _granted(found)),
        ("Promises lapsed", f"{passage.lapsed:,}", count(passage.lapsed_promises, "promise")),
    ]


def _cancelled(found: ReportData) -> str:
    state, passage = found.state, found.share_flow
    if passage.cancelled:
        return count(passage.grants, "option")
    if state.accepted_at or state.terminated_at:
        return "nothing was accepted"
    return f"planned for {short_day(state.schedule.cancel_on)}"


def _granted(found: ReportData) -> str:
    state = found.state
    if state.granted_on:
        if found.state.terms.exchange.awards_units and not found.new_prices:
            return "as restricted stock units" if found.share_flow.granted else "none due"
        return (
            "at " + " and ".join(money(price) for price, _ in found.new_prices[:2]) if found.new_prices else "none due"
        )
    return "none will be" if state.over else f"planned for {short_day(state.schedule.grant_on)}"


def percent(part: int, whole: int) -> str:
    """A part of a whole to a tenth of a percent; 0% and 100% only where it is none or all."""
    found = participation.percent(part, whole)
    if found is None:
        return "none"
    if 0 < part < whole:
        found = min(max(found, Decimal("0.1")), Decimal("99.9"))
    return f"{found.normalize():f}%"
