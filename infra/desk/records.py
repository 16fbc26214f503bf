"""What is put on record while an offer runs: waivers, service, prices, splits, deferred grants, signed agreements."""

from datetime import date
from decimal import Decimal

from infra.books import pool
from infra.books import tables as t
from infra.books.lapses import lapse
from infra.books.store import Book
from infra.desk import forms
from infra.desk.act import Act, day_of, nothing_more
from optex import changes, eligibility, roll
from optex.election import waivable
from optex.errors import Ruling
from optex.records import Capacity, Spell
from optex.state import Fact, OfferState


def _waive_weigh(book: Book, state: OfferState, fact: Fact) -> Ruling | None:
    if refused := changes.may_waive_defect(state):
        return refused
    judgement = forms.judgement_of(book, fact.data["form"], fact.at)
    if judgement is None:
        return Ruling(rule="TND-7", reason=f"no form {fact.data['form']} has been received by then")
    return waivable(judgement)


def _waive_completes(book: Book, fact: Fact) -> Fact:
    """A waiver for all holders is of the rules that the form offends, which the record must name."""
    judgement = forms.judgement_of(book, fact.data["form"], fact.at)
    rules = sorted({defect.rule for defect in judgement.defects}) if judgement else []
    data = {**fact.data, "rules": rules if fact.data.get("all_holders") else []}
    return Fact(fact_id=fact.fact_id, at=fact.at, verb=fact.verb, by=fact.by, data=data)


def _waive(book: Book, fact: Fact) -> str:
    holder_id = book.holder_of_form(fact.data["form"])
    everyone = fact.data.get("all_holders") or holder_id is None
    return forms.rejudge(book, None if everyone else [holder_id], fact.at)


def _service_weigh(book: Book, _state: OfferState, fact: Fact) -> Ruling | None:
    holder_id, first, last = fact.data["holder"], day_of(fact, "from"), day_of(fact, "to")
    if holder_id not in book.holders():
        return Ruling(rule="ELG-1", reason=f"there is no holder {holder_id}")
    if first and last and last < first:
        return Ruling(rule="ELG-1", reason=f"service cannot end on {last}, before it begins on {first}")
    return None


def _service(book: Book, fact: Fact) -> str:
    spell = Spell(
        holder_id=fact.data["holder"],
        capacity=Capacity(fact.data["capacity"]),
        first_day=date.fromisoformat(fact.data["from"]),
        last_day=day_of(fact, "to"),
    )
    book.add_spells([spell])
    return lapse(book, book.state().day(fact.at), fact.at, [spell.holder_id])


def _price(book: Book, fact: Fact) -> str:
    book.set_prices({date.fromisoformat(fact.data["on"]): Decimal(str(fact.data["close"]))})
    return ""


def _defer_weigh(book: Book, state: OfferState, fact: Fact) -> Ruling | None:
    holder_id = fact.data["holder"]
    dossiers = book.dossiers([holder_id])
    if not dossiers:
        return Ruling(rule="LCK-1", reason=f"there is no holder {holder_id}")
    promised = any(row.holder_id == holder_id for row in book.open_promises())
    tendered = state.accepted_at is None and roll.elections(roll.judge_all(dossiers, state, fact.at))
    if not eligibility.serves(dossiers[0].spells, state.day(fact.at)):
        return Ruling(rule="LCK-1", reason="the holder is not in service")
    pool.follow_splits(book, fact.at)
    return changes.may_defer(
        state, participant=promised or bool(tendered), shares=fact.data["shares"], available=pool.available(book)
    )


def _signed_weigh(book: Book, _state: OfferState, fact: Fact) -> Ruling | None:
    grant_id, on = fact.data["grant"], date.fromisoformat(fact.data["on"])
    for option in book.rows(t.issued_options):
        if option.grant_id == grant_id and option.kind == "new":
            if on < option.granted_on:
                return Ruling(rule="GRT-5", reason=f"the option was granted on {option.granted_on}, after {on}")
            return None
    return Ruling(rule="GRT-5", reason=f"no new option {grant_id} has been granted")


RECORDS: dict[str, Act] = {
    "election-waive": Act(
        rule="TND-7",
        weigh=_waive_weigh,
        says=lambda fact, state: (
            f"The defects of form {fact.data['form']} are waived"
            f"{', for all holders' if fact.data.get('all_holders') else ''}."
        ),
        carry_out=_waive,
        subject=lambda fact: fact.data["form"],
        completes=_waive_completes,
    ),
    "service-set": Act(
        rule="ELG-2",
        weigh=_service_weigh,
        says=lambda fact, state: (
            f"Service as {fact.data['capacity']} from {fact.data['from']}"
            f"{' to ' + fact.data['to'] if fact.data.get('to') else ''} is recorded."
        ),
        carry_out=_service,
        subject=lambda fact: fact.data["holder"],
    ),
    "price-set": Act(
        rule="GRT-3",
        weigh=lambda book, state, fact: changes.may_price(state, date.fromisoformat(fact.data["on"]), fact.at),
        says=lambda fact, state: f"The closing price of {fact.data['on']} is ${Decimal(str(fact.data['close'])):.2f}.",
        carry_out=_price,
        subject=lambda fact: fact.data["on"],
    ),
    "split": Act(
        rule="ADJ-1",
        weigh=lambda book, state, fact: changes.may_split(state, date.fromisoformat(fact.data["on"])),
        says=lambda fact, state: f"A {fact.data['new']}-for-{fact.data['old']} split of {fact.data['on']} is recorded.",
        carry_out=pool.split,
        subject=lambda fact: fact.data["on"],
    ),
    "defer": Act(
        rule="LCK-1",
        weigh=_defer_weigh,
        says=lambda fact, state: (
            f"A grant of {fact.data['shares']:,} shares ({fact.data['type']}) is deferred until the new options "
            "are granted."
        ),
        carry_out=pool.reserve_deferred,
        subject=lambda fact: fact.data["holder"],
    ),
    "agreement-signed": Act(
        rule="GRT-5",
        weigh=_signed_weigh,
        says=lambda fact, state: f"The agreement on option {fact.data['grant']} was signed on {fact.data['on']}.",
        carry_out=nothing_more,
        subject=lambda fact: fact.data["grant"],
    ),
}
