"""The facts that arrive and the company's own acts: each is weighed by the rules, recorded, and carried out.

A fact that a rule refuses is recorded as refused, with the rule, and changes nothing else.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from infra import announcements, forms, pool
from infra import tables as t
from infra.lapses import lapse
from infra.store import Book
from optex import changes, eligibility, roll
from optex.calendar import local_text
from optex.election import waivable
from optex.errors import Ruling
from optex.records import Capacity, Spell
from optex.state import CONDITIONS, Fact, OfferState

Weigh = Callable[[Book, OfferState, Fact], Ruling | None]
CarryOut = Callable[[Book, Fact], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a fact: taken, refused by a rule, or found already recorded; in one sentence."""

    accepted: bool
    ruling: Ruling
    message: str
    repeated: bool = False


def take_fact(book: Book, verb: str, data: Mapping[str, Any], by: str, at: datetime) -> Outcome:
    """Weigh, record and carry out one fact, in the transaction of the book."""
    act = ACTS[verb]
    fact = Fact(fact_id=_key(verb, data, at), at=at, verb=verb, by=by, data=data)
    if earlier := _recorded(book, fact):
        return earlier
    refused = act.weigh(book, book.state(), fact)
    subject = act.subject(fact)
    if refused:
        book.add_fact(fact, refused, accepted=False)
        book.audit(at, by, [(f"{verb} refused", subject, refused.rule, refused.reason)])
        return Outcome(accepted=False, ruling=refused, message=f"Refused by {refused.rule}: {refused.reason}")
    if act.completes:
        fact = act.completes(book, fact)
    taken = Ruling(rule=act.rule, reason=act.says(fact, book.state()))
    book.add_fact(fact, taken, accepted=True)
    book.audit(at, by, [(verb, subject, act.rule, _detail(taken.reason, fact))])
    consequence = act.carry_out(book, fact)
    return Outcome(accepted=True, ruling=taken, message=" ".join(filter(None, (taken.reason, consequence))))


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One verb: the rule it acts under, how it is weighed, what it says, and what follows from it."""

    rule: str
    weigh: Weigh
    says: Callable[[Fact, OfferState], str]
    carry_out: CarryOut
    subject: Callable[[Fact], str] = lambda fact: ""
    completes: Callable[[Book, Fact], Fact] | None = None


def _key(verb: str, data: Mapping[str, Any], at: datetime) -> str:
    said = json.dumps([verb, dict(data), at.isoformat()], sort_keys=True, default=str)
    return f"{verb}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _recorded(book: Book, fact: Fact) -> Outcome | None:
    """What was said of the very same fact before: the same key, or an act that would do again what it has done."""
    rows = book.rows(t.facts, t.facts.c.position.desc())
    row = next((row for row in rows if row.fact_id == fact.fact_id), None) or _done_before(rows, fact)
    if row is None:
        return None
    message = f"Already recorded{'' if row.accepted else ' as refused'}: {row.reason}"
    ruling = Ruling(rule=row.rule, reason=row.reason)
    return Outcome(accepted=row.accepted, ruling=ruling, message=message, repeated=True)


def _done_before(rows: Sequence[Row[Any]], fact: Fact) -> Row[Any] | None:
    """The accepted fact, of those in `rows` from the last to the first, that already did what this one would do."""
    if fact.verb not in _ONCE:
        return None
    earlier = [row for row in rows if row.accepted and row.verb == fact.verb]
    if fact.verb == "price-set":  # it may have been corrected since, so only the last one told of the day counts
        earlier = [row for row in earlier if row.data["on"] == fact.data["on"]][:1]
    keys = _ONCE[fact.verb]
    return next((row for row in earlier if all(row.data.get(key) == fact.data.get(key) for key in keys)), None)


# A second click must not act twice: these say the same whenever they are said.
_ONCE = {
    "extend": ("to",),
    "terminate": (),
    "election-waive": ("form", "all_holders"),
    "agreement-signed": ("grant",),
    "split": ("on", "new", "old"),
    "price-set": ("on", "close"),
}


def _detail(reason: str, fact: Fact) -> str:
    extra = [str(fact.data[key]) for key in ("reason", "evidence") if fact.data.get(key)]
    return " — ".join([reason, *extra])


# -- the offer itself


def _extend_weigh(book: Book, state: OfferState, fact: Fact) -> Ruling | None:
    return changes.may_extend(state, _instant(fact, "to"), _announced(fact))


def _announced(fact: Fact) -> datetime:
    return datetime.fromisoformat(fact.data.get("announced_at") or fact.at.isoformat())


def _extend(book: Book, fact: Fact) -> str:
    return announcements.extended(book, fact, _instant(fact, "to"), _announced(fact))


def _amend_weigh(book: Book, state: OfferState, fact: Fact) -> Ruling | None:
    percent = fact.data.get("percent")
    extend_to = fact.data.get("extend_to")
    return changes.may_amend(
        state,
        fact.data["change"],
        None if percent is None else Decimal(str(percent)),
        datetime.fromisoformat(extend_to) if extend_to else None,
        fact.at,
    )


def _condition_says(word: str) -> Callable[[Fact, OfferState], str]:
    def says(fact: Fact, _state: OfferState) -> str:
        number = fact.data["number"]
        return f"Condition {number} of §7 ({CONDITIONS[number]}) is {word}."

    return says


def _condition_gone(book: Book, fact: Fact) -> str:
    moved = book.replan(fact.at, f"postponed: condition {fact.data['number']} of §7 stood asserted")
    if not moved.added:
        return ""
    due = local_text(moved.added[0].due, book.state().terms.zone)
    return f"Acceptance falls due again {due}."


# -- elections and service


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
    holder_id, first, last = fact.data["holder"], _day(fact, "from"), _day(fact, "to")
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
        last_day=_day(fact, "to"),
    )
    book.add_spells([spell])
    return lapse(book, book.state().day(fact.at), fact.at, [spell.holder_id])


# -- between cancellation and grant


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
    for option in book.rows(t.options):
        if option.grant_id == grant_id and option.kind == "new":
            if on < option.granted_on:
                return Ruling(rule="GRT-5", reason=f"the option was granted on {option.granted_on}, after {on}")
            return None
    return Ruling(rule="GRT-5", reason=f"no new option {grant_id} has been granted")


def _approve_weigh(book: Book, _state: OfferState, fact: Fact) -> Ruling | None:
    if not fact.by:
        return Ruling(rule="CAN-1", reason="an approval must name the person who gives it")
    if book.awaiting_approval(fact.data["step"]) is None:
        return Ruling(rule="CAN-1", reason=f"{fact.data['step']} does not wait for an approval")
    return None


def _approve_completes(book: Book, fact: Fact) -> Fact:
    """An approval is of what was decided when it was asked for: its digest goes on record."""
    waiting = book.awaiting_approval(fact.data["step"])
    data = {**fact.data, "digest": waiting.digest, "what": waiting.message}
    return Fact(fact_id=fact.fact_id, at=fact.at, verb=fact.verb, by=fact.by, data=data)


def _replan(cause: str) -> CarryOut:
    def carry_out(book: Book, fact: Fact) -> str:
        moved = book.replan(fact.at, cause)
        due = [step.due for step in moved.added if step.name == "regrant"]
        return f"The new options will be granted {local_text(due[0], book.state().terms.zone)}." if due else ""

    return carry_out


def _nothing_more(_book: Book, _fact: Fact) -> str:
    return ""


def _instant(fact: Fact, key: str) -> datetime:
    return datetime.fromisoformat(fact.data[key])


def _day(fact: Fact, key: str) -> date | None:
    return date.fromisoformat(fact.data[key]) if fact.data.get(key) else None


ACTS: dict[str, Act] = {
    "extend": Act(
        rule="EXT-1",
        weigh=_extend_weigh,
        says=lambda fact, state: f"The offer is extended to {local_text(_instant(fact, 'to'), state.terms.zone)}.",
        carry_out=_extend,
    ),
    "amend": Act(
        rule="AMD-1",
        weigh=_amend_weigh,
        says=lambda fact, state: f"Amendment No. {state.amendments + 1} ({fact.data['change']}) is made.",
        carry_out=lambda book, fact: announcements.amended(book, fact),
    ),
    "terminate": Act(
        rule="CND-2",
        weigh=lambda book, state, fact: changes.may_terminate(state, fact.at),
        says=lambda fact, state: "The offer is terminated; every tender is returned and the options stay outstanding.",
        carry_out=announcements.terminated,
    ),
    "condition-assert": Act(
        rule="CND-1",
        weigh=lambda book, state, fact: changes.may_assert(state, fact.data["number"], fact.at),
        says=_condition_says("asserted: nothing is accepted while it stands"),
        carry_out=_nothing_more,
        subject=lambda fact: str(fact.data["number"]),
    ),
    "condition-waive": Act(
        rule="CND-1",
        weigh=lambda book, state, fact: changes.may_lift(state, fact.data["number"], fact.at, waive=True),
        says=_condition_says("waived"),
        carry_out=_condition_gone,
        subject=lambda fact: str(fact.data["number"]),
    ),
    "condition-end": Act(
        rule="CND-1",
        weigh=lambda book, state, fact: changes.may_lift(state, fact.data["number"], fact.at, waive=False),
        says=_condition_says("recorded as ended"),
        carry_out=_condition_gone,
        subject=lambda fact: str(fact.data["number"]),
    ),
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
    "committee-grant-date": Act(
        rule="GRT-2",
        weigh=lambda book, state, fact: changes.may_choose_grant_date(
            state, date.fromisoformat(fact.data["on"]), fact.at
        ),
        says=lambda fact, state: f"The Committee chose {fact.data['on']} as the grant date.",
        carry_out=_replan("the Committee chose another grant date"),
        subject=lambda fact: fact.data["on"],
    ),
    "agreement-signed": Act(
        rule="GRT-5",
        weigh=_signed_weigh,
        says=lambda fact, state: f"The agreement on option {fact.data['grant']} was signed on {fact.data['on']}.",
        carry_out=_nothing_more,
        subject=lambda fact: fact.data["grant"],
    ),
    "hold": Act(
        rule="CIC-1",
        weigh=lambda book, state, fact: changes.may_hold(state),
        says=lambda fact, state: f"The grant is held: {fact.data['reason']}.".replace("..", "."),
        carry_out=_nothing_more,
    ),
    "approve": Act(
        rule="CAN-1",
        weigh=_approve_weigh,
        says=lambda fact, state: f"{fact.data['step']} is approved by {fact.by} (digest {fact.data['digest'][:12]}).",
        carry_out=_nothing_more,
        subject=lambda fact: fact.data["step"],
        completes=_approve_completes,
    ),
    "release": Act(
        rule="CIC-1",
        weigh=lambda book, state, fact: changes.may_release(state),
        says=lambda fact, state: "The grant is released.",
        carry_out=_replan("the grant was held and has been released"),
    ),
}
