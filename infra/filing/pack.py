"""The filing pack as files: one page a filing, one a form of letter, and an index of what is due when."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.database.reader import OfferReader
from infra.filing.facts import FilingFacts, filing_facts
from infra.mail.enclosures import signing_forms
from infra.mail.render import render
from infra.report.page import percent
from infra.whole_files import written_whole
from optex.eligible import open_to, the_class
from optex.exchange import consideration
from optex.exchange_words import waits
from optex.filings import Filing
from optex.formatting import count, day, long_moment, money, on_long_moment, sentence, weekday
from optex.milestones import extension_deadline
from optex.notices import Kind
from optex.specimens import specimens
from optex.state import CONDITIONS

PAGES = Path(__file__).parent / "pages"


def write_filing_pack(db: OfferReader, out: Path, templates: Path | None = None) -> tuple[FilingFacts, dict[str, str]]:
    """Write the drafts that the record gives the facts for, the same record as the same bytes; which file is which's.

    Returned with the facts, the files by the name of their filing.
    """
    found = filing_facts(db)
    for name, page in _pages(found, templates).items():
        with written_whole(out / name) as unfinished:
            unfinished.write_text(page, encoding="utf-8", newline="\n")
    return found, {each.name: f"{each.name}.html" for each in found.filings if is_written(each, found)}


def is_written(filing: Filing, found: FilingFacts) -> bool:
    """Whether the record has what a filing states: the result is known with the acceptance or the termination."""
    ended = found.state.accepted_at or found.state.terminated_at
    return filing.name != "final-amendment" or ended is not None


def _pages(found: FilingFacts, templates: Path | None) -> Mapping[str, str]:
    specimen = specimens(found.state.terms)
    letters = {f"exhibits/{kind}.html": render(kind, specimen[kind].data, templates)[1] for kind in Kind}
    exhibits = [(name, kind.words.rstrip(",")) for name, kind in zip(letters, Kind, strict=True)]
    for form in signing_forms(specimen[Kind.OFFER_OPENED].data, templates):
        letters[f"exhibits/{form.name}"] = form.html
        exhibits.append((f"exhibits/{form.name}", form.title))
    amended = {each.filing.name: each for each in found.amended}
    stated: dict[str, Any] = {
        "found": found,
        "state": found.state,
        "terms": found.state.terms,
        "first": found.first.terms,
        "conditions": CONDITIONS,
        "everyone": found.classes[-1],
        "exhibits": exhibits,
    }
    pages = {"index.html": _page("index", **stated, written=[is_written(each, found) for each in found.filings])}
    for filing in found.filings:
        if is_written(filing, found):
            kind = "amendment" if filing.action else filing.name
            more = {"amended": amended[filing.name]} if filing.action else {}
            pages[f"{filing.name}.html"] = _page(kind, filing=filing, **stated, **more)
    return pages | letters


def _page(kind: str, **stated: Any) -> str:
    return _environment().get_template(f"{kind}.html").render(stated)


_UNITS = {"shares": "", "grants": "each option whole or not at all", "all": "all eligible options, whole, or none"}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "day": day,
        "weekday": weekday,
        "money": money,
        "counted": count,
        "sentence": sentence,
        "thousands": lambda number: f"{number:,}",
        "percent": percent,
        "instant": long_moment,
        "on_instant": on_long_moment,
    }
    environment.globals |= {"extension_deadline": extension_deadline, "units": _UNITS, "waits": waits}
    environment.globals |= {"the_class": the_class, "open_to": open_to, "consideration": consideration}
    return environment
