"""How many of those to whom the offer is made take part, and with how many of their option shares."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import func, select

from infra.database import tables as t
from infra.database.reader import OfferReader
from optex.eligibility import capacity_on, grants_in_offer, may_tender
from optex.eligible import the_class
from optex.records import Capacity, FormStanding
from optex.terms import Terms

OTHER = "other"
"""The capacity of who did not serve on the commencement date."""

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
class ParticipationReport:
    """Who takes part: those to whom the offer is made or who tendered, by capacity on the commencement date.

    `shares` are the option shares of each holder that the offer is about, `tendered` those that stand tendered or stood
    when they were decided.
    """

    members: Mapping[str, Sequence[str]]
    eligible: frozenset[str]
    shares: Mapping[str, int]
    tendered: Mapping[str, int]

    def everyone(self) -> list[str]:
        return [holder_id for members in self.members.values() for holder_id in members]

    def by_capacity(self) -> tuple[Participation, ...]:
        return tuple(self._counted(capacity, members) for capacity, members in self.members.items())

    def overall(self) -> Participation:
        return self._counted("all", self.everyone())

    def _counted(self, capacity: str, members: Collection[str]) -> Participation:
        tendering = [holder_id for holder_id in members if holder_id in self.tendered]
        eligible_shares = sum(self.shares.get(holder_id, 0) for holder_id in members)
        tendered_shares = sum(self.tendered[holder_id] for holder_id in tendering)
        return Participation(
            capacity=capacity,
            eligible_holders=len(members),
            tendering_holders=len(tendering),
            percent_of_holders=percent(len(tendering), len(members)),
            eligible_shares=eligible_shares,
            tendered_shares=tendered_shares,
            percent_of_shares=percent(tendered_shares, eligible_shares),
        )


def participation(db: OfferReader, terms: Terms) -> ParticipationReport:
    """The turnout by the decisions on record; before the opening by the rule that will decide (ELG-1, ELG-4)."""
    d = t.decisions.c
    shares = _option_shares(db, terms)
    eligible = _eligible(db, terms, shares)
    tendered = {
        row.holder_id: row.shares
        for row in db.each_latest_decision("form", d.holder_id, d.decision, d.shares)
        if row.decision == FormStanding.EFFECTIVE and row.shares
    }
    members: dict[str, list[str]] = defaultdict(list)
    for some in db.batches(eligible | tendered.keys()):
        periods = db.service_periods(some)
        for holder_id in some:
            members[capacity_on(periods.get(holder_id, ()), terms.commences) or OTHER].append(holder_id)
    return ParticipationReport(
        members={str(name): members[name] for name in (*Capacity, OTHER) if members[name]},
        eligible=frozenset(eligible),
        shares=shares,
        tendered=tendered,
    )


def _eligible(db: OfferReader, terms: Terms, shares: Mapping[str, int]) -> set[str]:
    if db.row().opened_at is not None:
        decided = db.each_latest_decision("eligibility", t.decisions.c.decision)
        return {row.subject for row in decided if row.decision == "eligible"}
    found = set()
    for some in db.batches(shares):
        periods = db.service_periods(some)
        found |= {
            holder_id
            for holder_id, holder in db.holders(some).items()
            if shares[holder_id] and may_tender(holder, periods.get(holder_id, ()), terms) is None
        }
    return found


def _option_shares(db: OfferReader, terms: Terms) -> dict[str, int]:
    """The option shares of each holder for which the offer is made, as adjusted by the splits until its acceptance."""
    if db.state().grant_splits or the_class(terms):
        counted: Counter[str] = Counter()
        for record in db.holder_records(forms=False):
            for grant in grants_in_offer(record, terms).values():
                counted[record.holder.holder_id] += grant.remaining
        return counted
    g = t.grants.c
    query = (
        select(g.holder_id, func.sum(g.shares - g.exercised))
        .where(g.offer == db.offer, g.shares > g.exercised)
        .where(g.granted_on <= terms.commences, g.expires_on >= terms.commences)
        .group_by(g.holder_id)
    )
    return {holder_id: int(shares) for holder_id, shares in db.connection.execute(query)}


def percent(part: int, whole: int) -> Decimal | None:
    """A part in percent of the whole, to one decimal; None of nothing."""
    return (Decimal(100 * part) / whole).quantize(_TENTH, rounding=ROUND_HALF_UP) if whole else None
