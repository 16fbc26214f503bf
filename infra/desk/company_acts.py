"""What the company does with its offer: extend, amend, terminate, conditions, the grant date, holds, approvals."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from infra.books.store import Book
from infra.desk import announcements
from infra.desk.act import Act, CarryOut, instant_of, nothing_more
from optex import changes
from optex.calendar import local_text
from optex.errors import Ruling
from optex.milestones import CANCEL
from optex.state import CONDITIONS, Fact, OfferState


def _extend_weigh(book: Book, state: OfferState, fact: Fact) -> Ruling | None:
    return changes.may_extend(state, instant_of(fact, "to"), _announced(fact))


def _announced(fact: Fact) -> datetime:
    return datetime.fromisoformat(fact.data.get("announced_at") or fact.at.isoformat())


def _extend(book: Book, fact: Fact) -> str:
    return announcements.extended(book, fact, instant_of(fact, "to"), _announced(fact))


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
    due = [local_text(step.due, book.state().terms.zone) for step in moved.added if step.name == CANCEL]
    return f"Acceptance falls due again {due[0]}." if due else ""


def _approve_weigh(book: Book, _state: OfferState, fact: Fact) -> Ruling | None:
    if not fact.by:
        return Ruling(rule="CAN-1", reason="an approval must name the person who gives it")
    waiting = book.awaiting_approval(fact.data["step"])
    if waiting is None:
        return Ruling(rule="CAN-1", reason=f"{fact.data['step']} does not wait for an approval")
    if not waiting.digest.startswith(seen := fact.data.get("digest") or ""):
        return Ruling(rule="CAN-1", reason=f"what was seen (digest {seen}) is not what waits now: {waiting.message}")
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


COMPANY_ACTS: dict[str, Act] = {
    "extend": Act(
        rule="EXT-1",
        weigh=_extend_weigh,
        says=lambda fact, state: f"The offer is extended to {local_text(instant_of(fact, 'to'), state.terms.zone)}.",
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
        carry_out=nothing_more,
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
    "committee-grant-date": Act(
        rule="GRT-2",
        weigh=lambda book, state, fact: changes.may_choose_grant_date(
            state, date.fromisoformat(fact.data["on"]), fact.at
        ),
        says=lambda fact, state: f"The Committee chose {fact.data['on']} as the grant date.",
        carry_out=_replan("the Committee chose another grant date"),
        subject=lambda fact: fact.data["on"],
    ),
    "hold": Act(
        rule="CIC-1",
        weigh=lambda book, state, fact: changes.may_hold(state),
        says=lambda fact, state: "The grant is held.",
        carry_out=nothing_more,
    ),
    "approve": Act(
        rule="CAN-1",
        weigh=_approve_weigh,
        says=lambda fact, state: f"{fact.data['step']} is approved by {fact.by} (digest {fact.data['digest'][:12]}).",
        carry_out=nothing_more,
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
