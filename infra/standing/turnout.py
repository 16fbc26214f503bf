"""How many of those to whom the offer is made take part, and with how many of their option shares."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import func, select

from infra.books import tables as t
from infra.books.reading import Reader
from optex.eligibility import capacity_on, may_tender
from optex.records import Capacity, Spell, Standing
from optex.terms import Terms

_TENTH = Decimal("0.1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Participation:
    """Holders and option shares of one capacity, or of all: eligible and tendered; the percentages have one decimal."""

    capacity: str
    eligible_holders: int
    tendering_holders: int
    percent_of_holders: Decimal | None
    eligible_shares: int
    tendered_shares: int
    percent_of_shares: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Turnout:
    """Participation by capacity on the commencement date, and of everyone; and who the eligible holders are."""

    by_capacity: tuple[Participation, ...]
    overall: Participation
    eligible: frozenset[str]


def turnout(book: Reader, terms: Terms) -> Turnout:
    """The turnout by the decisions on record; before the opening by the rule that will decide (ELG-1, ELG-4)."""
    spells = _spells(book)
    shares = _option_shares(book, terms)
    eligible = _eligible(book, terms, spells, shares)
    tendered = {
        row.holder_id: row.shares
        for row in book.latest_decisions("form").values()
        if row.decision == Standing.EFFECTIVE and row.shares
    }
    members: dict[str, list[str]] = defaultdict(list)
    for holder_id in eligible | tendered.keys():
        capacity = capacity_on(spells.get(holder_id, ()), terms.commences)
        members[capacity or "other"].append(holder_id)
    named = [*Capacity, "other"]
    return Turnout(
        by_capacity=tuple(_counted(str(name), members[name], shares, tendered) for name in named if members[name]),
        overall=_counted("all", eligible | tendered.keys(), shares, tendered),
        eligible=frozenset(eligible),
    )


def _eligible(book: Reader, terms: Terms, spells: dict[str, list[Spell]], shares: dict[str, int]) -> set[str]:
    decided = book.latest_decisions("eligibility")
    if decided or book.row().opened_at is not None:
        return {holder_id for holder_id, row in decided.items() if row.decision == "eligible"}
    return {
        holder_id
        for holder_id, holder in book.holders().items()
        if shares.get(holder_id) and may_tender(holder, spells.get(holder_id, ()), terms) is None
    }


def _spells(book: Reader) -> dict[str, list[Spell]]:
    spells: dict[str, list[Spell]] = defaultdict(list)
    for row in book.rows(t.service_periods):
        spells[row.holder_id].append(
            Spell(
                holder_id=row.holder_id,
                capacity=Capacity(row.capacity),
                first_day=row.first_day,
                last_day=row.last_day,
            )
        )
    return spells


def _option_shares(book: Reader, terms: Terms) -> dict[str, int]:
    """The option shares of each holder for which the offer is made."""
    g = t.grants.c
    query = (
        select(g.holder_id, func.sum(g.shares - g.exercised))
        .where(g.offer == book.offer, g.granted_on <= terms.commences, g.expires_on >= terms.commences)
        .group_by(g.holder_id)
    )
    return {holder_id: int(shares) for holder_id, shares in book.connection.execute(query)}


def _counted(
    capacity: str, members: Collection[str], shares: dict[str, int], tendered: dict[str, int]
) -> Participation:
    tendering = [holder_id for holder_id in members if holder_id in tendered]
    eligible_shares = _sum(shares, members)
    tendered_shares = _sum(tendered, tendering)
    return Participation(
        capacity=capacity,
        eligible_holders=len(members),
        tendering_holders=len(tendering),
        percent_of_holders=percent(len(tendering), len(members)),
        eligible_shares=eligible_shares,
        tendered_shares=tendered_shares,
        percent_of_shares=percent(tendered_shares, eligible_shares),
    )


def _sum(by_holder: dict[str, int], members: Iterable[str]) -> int:
    return sum(by_holder.get(holder_id, 0) for holder_id in members)


def percent(part: int, whole: int) -> Decimal | None:
    """A part in percent of the whole, to one decimal; None of nothing."""
    return (Decimal(100 * part) / whole).quantize(_TENTH, rounding=ROUND_HALF_UP) if whole else None
