"""The terms of an offer as an amendment leaves them: the changed keys of offer.toml, checked, compared, told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from optex.amendable import fixed, kind_of
from optex.errors import BadData, Ruling
from optex.formatting import day, listed, local_end
from optex.terms import Terms
from optex.terms_reader import STATED, read_some_terms, terms_of

# The change that an amendment states, of what its terms change; the first one that applies names the amendment.
_AS = {"consideration": ("consideration",), "sought": ("decrease", "increase"), "other": ("other",)}


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedTerm:
    """One term that an amendment changes, by its key in offer.toml, with its values before and after in words."""

    key: str
    before: str
    after: str

    @property
    def name(self) -> str:
        """The key as letters have it: `plan.term_years.employee` is Plan, term years: employee."""
        *tables, last = (part.replace("_", " ") for part in self.key.split("."))
        said = f"{', '.join(tables)}: {last}" if tables else last
        return said[0].upper() + said[1:]

    def __str__(self) -> str:
        return f"{self.key} from {self.before} to {self.after}"


@lru_cache(maxsize=64)
def amended(terms: Terms, text: str, file: str = STATED) -> Terms:
    """The terms with the keys that a text changes; BadData where they do not agree with each other.

    A table that names its `kind` is stated whole: keys of another kind do not outlive it.
    """
    read = read_some_terms(text, file)
    return terms_of(_merged(terms.model_dump(by_alias=True), read.data), read, file)


def refused(terms: Terms, change: str, text: str) -> Ruling | None:
    """The ruling against the terms that an amendment states, as the change that it says it is.

    Authority: §15 (AMD-1).
    """
    try:
        changed = list(changed_terms(terms, amended(terms, text)))
    except BadData as error:
        return Ruling(rule="AMD-1", reason="; ".join(str(fault) for fault in error.faults))
    if not changed:
        return Ruling(rule="AMD-1", reason="the terms stand so already, and nothing would change")
    if never := [f"{each.key} is not changed by an amendment: {why}" for each in changed if (why := fixed(each.key))]:
        return Ruling(rule="AMD-1", reason="; ".join(never))
    kinds = {kind_of(each.key) for each in changed}
    kind = next(kind for kind in _AS if kind in kinds)
    if change not in _AS[kind]:
        of_kind = listed([each.key for each in changed if kind_of(each.key) == kind])
        means = {
            "consideration": f"what holders are given changes by {of_kind}",
            "sought": f"which options are sought changes by {of_kind}",
            "other": f"{of_kind} changes neither what holders are given nor which options are sought",
        }
        stated = " or ".join(f"--change {each}" for each in _AS[kind])
        return Ruling(rule="AMD-1", reason=f"{means[kind]}: state it as {stated}, not as {change}")
    if kind == "sought" and (besides := [each.key for each in changed if kind_of(each.key) != kind]):
        reason = f"how many options are sought is amended by itself: state {listed(besides)} in another amendment"
        return Ruling(rule="AMD-1", reason=reason)
    return None


def changed_terms(before: Terms, after: Terms) -> Iterator[ChangedTerm]:
    """Every term in which two versions of the terms differ, in the order of the declarations."""
    was, now = (dict(_flat(terms.model_dump(by_alias=True))) for terms in (before, after))
    for key in {**was, **now}:
        if was.get(key) != now.get(key):
            yield ChangedTerm(key=key, before=in_words(was.get(key), before), after=in_words(now.get(key), after))


def stated(text: str) -> str:
    """What a text of changed keys states, on one line, as the record tells it."""
    return ", ".join(f"{key} = {in_words(value)}" for key, value in _flat(read_some_terms(text, STATED).data))


def in_words(value: Any, terms: Terms | None = None) -> str:
    """A value of a term as a reader takes it, an instant on the offer's clock."""
    if value is None or value == () or value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ("; " if any(isinstance(each, dict) for each in value) else ", ").join(map(in_words, value))
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {in_words(each)}" for key, each in value.items() if each is not None)
    if isinstance(value, datetime):
        return local_end(value, terms.zone) if terms else value.isoformat()
    if isinstance(value, date):
        return day(value)
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def agree(stated: Terms, first: Terms, now: Terms) -> bool:
    """Whether a file states the terms as they were made, or as they stand; who amends it may leave its expiration."""
    return stated in (first, now, now.extended(first.expires))


def _merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Tables within each other are merged key by key; a list takes the place of the list before it."""
    merged = dict(before)
    for key, value in changes.items():
        table = merged.get(key)
        if isinstance(table, dict) and isinstance(value, dict) and value.get("kind") in (None, table.get("kind")):
            merged[key] = _merged(table, value)
        else:
            merged[key] = value
    return merged


def _flat(table: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{within}{key}.")
        else:
            yield within + key, value
