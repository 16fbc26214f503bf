"""What did not go the ordinary way, counted by the rule that decided it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.database import tables as t
from infra.database.reader import Reader
from optex import batch
from optex.authority import section_of
from optex.records import Dossier, Standing
from optex.state import OfferState


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something worth an eye, counted by the rule that decided it; `ledger` is where each of them stands."""

    what: str
    number: int
    shares: int | None
    rule: str
    section: str
    ledger: str


def findings(
    book: Reader, dossiers: Sequence[Dossier], state: OfferState, forms: Mapping[str, Any], decided: Mapping[str, Any]
) -> Iterator[Finding]:
    """What did not go the ordinary way, in the order of the offer's life, most frequent first within a kind."""
    found: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    shares: Counter[tuple[str, tuple[str, str, str]]] = Counter()

    def note(ledger: str, what: str, rule: str, section: str, of_shares: int) -> None:
        found[ledger][what, rule, section] += 1
        shares[ledger, (what, rule, section)] += of_shares

    for dossier, refused in batch.eligibility(dossiers, state):
        if refused:
            left = sum(g.remaining for g in dossier.grants.values() if batch.in_offer(g, state.terms))
            note("holders.csv", "Holder not eligible", refused.rule, refused.section, left)
    lines = {form.form_id: sum(line.shares for line in form.lines) for d in dossiers for form in d.forms}
    for form_id, row in sorted(forms.items(), key=lambda each: each[1].decision):
        if row.decision in (Standing.DEFECTIVE, Standing.LATE):
            note("forms.csv", f"Form {row.decision}", row.rule, row.section, lines[form_id])
    for waiver in state.waivers:
        note("audit.csv", "Defects waived", "TND-7", section_of("TND-7"), lines.get(waiver.form_id, 0))
    for row in decided.values():
        if row.decision == "rejected":
            what = "Tender returned" if row.rule == "CND-2" else "Tender rejected"
            note("tenders.csv", what, row.rule, row.section, row.shares)
    promised = {row.promise_id: row.shares for row in book.rows(t.promises)}
    for promise_id, row in book.latest_decisions("promise").items():
        if row.decision == "lapsed":
            note("promises.csv", "Promise lapsed", row.rule, row.section, promised[promise_id])
    for each in book.recorded_actions():
        if not each.accepted:
            verb = each.action.verb.replace("-", " ")
            note("audit.csv", f"Refused: {verb}", each.ruling.rule, each.ruling.section, 0)
    for ledger, counted in found.items():
        for key, number in sorted(counted.items(), key=lambda each: (each[0][0], -each[1], each[0])):
            what, rule, section = key
            of_shares = shares[ledger, key] or None
            yield Finding(what=what, number=number, shares=of_shares, rule=rule, section=section, ledger=ledger)
