"""The page of a run in the Prefect UI: what was decided, refused or held, on what was asked, and what follows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from infra.database.reader import OfferReader
from infra.outcomes import DONE, HELD, NOTHING_TO_DO, POSTPONED, REFUSED
from infra.status.markdown_text import bullets, linked, plain, table
from optex.authority import RULES
from optex.formatting import local_text, sentence
from optex.milestones import local_due, step_kind
from optex.steps import StepStatus, latest, run_order

_MARKS = {DONE: "✅", REFUSED: "⛔", HELD: "⏸️", POSTPONED: "↪️", NOTHING_TO_DO: "➖"}
_WORDS = {DONE: "done", NOTHING_TO_DO: "nothing to do"}


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPage:
    """What a run has to say: `outcome` is the name of its last state, `to_do` are sentences in markdown."""

    what: str
    offer: str
    outcome: str
    says: str
    rule: str = ""
    asked: Mapping[str, Any]
    to_do: Sequence[str] = ()
    follows: str = ""
    dashboard: str = ""


def run_page(page: RunPage, clock: tzinfo) -> str:
    """The page in markdown; instants are told on the offer's clock."""
    parts = [*_head(page), *_rule(page.rule), *_to_do(page), *_asked(page.asked, clock), *_follows(page)]
    return "\n".join(parts).strip() + "\n"


def what_follows(db: OfferReader) -> str:
    """The next milestone of the offer with its date; what is held stands before it, for it comes first."""
    zone = db.state().terms.zone
    waiting = sorted((step for step in latest(db.steps()).values() if step.waiting), key=run_order)
    if not waiting:
        return "No milestone is left."
    first = waiting[0]
    when = local_due(first.name, first.due, zone)
    if first.status is StepStatus.HELD:
        return f"{step_kind(first.name).title} is held, due {when}."
    return f"Next: {step_kind(first.name).says}, {when}."


def _head(page: RunPage) -> Iterator[str]:
    word = _WORDS.get(page.outcome, page.outcome.lower())
    yield f"# {_MARKS.get(page.outcome, '⚠️')} {plain(page.what)} · {plain(page.offer)}: {word}"
    yield ""
    yield f"**{plain(sentence(page.says))}**"
    yield ""


def _rule(rule: str) -> Iterator[str]:
    if authority := RULES.get(rule):
        quoted = f" “{plain(authority.sentence)}”" if authority.sentence else ""
        yield f"Rule **{rule}** ({authority.section}): {plain(authority.decides)}{quoted}"
        yield ""


def _to_do(page: RunPage) -> Iterator[str]:
    yield from bullets("What to do", page.to_do)


def _asked(asked: Mapping[str, Any], clock: tzinfo) -> Iterator[str]:
    rows = [[plain(name.rstrip("_")), _value(value, clock)] for name, value in asked.items() if value not in ("", None)]
    if rows:
        yield "### What was asked"
        yield ""
        yield from table(["field", "value"], "--", rows)


def _value(value: Any, clock: tzinfo) -> str:
    return plain(local_text(value, clock) if isinstance(value, datetime) and value.tzinfo else str(value))


def _follows(page: RunPage) -> Iterator[str]:
    if page.follows or page.dashboard:
        yield "### What follows"
        yield ""
        yield " · ".join(filter(None, (plain(page.follows), page.dashboard and linked("Dashboard", page.dashboard))))
