"""What operations may do to an offer, each a deployment with a form in the Prefect UI; the same acts as the commands.

An act that a rule refuses ends Refused, with the rule and the reason, and has changed nothing. The same act done again
says that it is already recorded.
"""

from datetime import date, datetime
from typing import Literal

from prefect.states import Completed, Failed, State

from flows.acting import Person, perform
from flows.finishing import act_flow
from flows.rerun import run_latest
from optex.errors import OptexError

Condition = Literal[
    "1: an authority challenges the offer",
    "2: an action, approval withheld or law restricts the offer",
    "3: a change in accounting standards",
    "4: a tender offer, merger or acquisition proposal",
    "5: a material change in the business",
]


@act_flow("extend")
async def extend(offer: str, to: datetime, by: Person, announced_at: datetime | None = None, reason: str = "") -> State:
    """Extend the offer. Reminders, close, cancellation and grant move; every eligible holder is told, with the tally.

    Refused if it is announced after 8:00 a.m. of the business day after the last expiration (EXT-1, §15).

    Args:
        offer: The offer, by its name.
        to: The new expiration. Mind the zone beside it: 5:00 p.m. EST is 10:00 p.m. UTC.
        by: Who decided: your full name.
        announced_at: When it was announced to the public; leave it at None if it is announced with this.
        reason: The reason, in words.
    """
    return await perform(offer, "extend", by, to=to, announced_at=announced_at, reason=reason)


@act_flow("amend")
async def amend(
    offer: str,
    change: Literal["consideration", "decrease", "increase", "other"],
    reason: str,
    by: Person,
    percent: str = "",
    extend_to: datetime | None = None,
) -> State:
    """Amend the offer and tell every eligible holder.

    A change in consideration, a decrease, or an increase beyond 2% must leave ten business days after its notice:
    refused unless the expiration, or the extension made with it, leaves them (AMD-1, §15).

    Args:
        offer: The offer, by its name.
        change: What changes.
        reason: The amendment, in words as holders shall read it.
        by: Who decided: your full name.
        percent: By how many percent of the option shares sought, for an increase or a decrease, such as 2.5.
        extend_to: Extend the offer with it, to this instant. Mind the zone beside it: 5:00 p.m. EST is 10:00 p.m. UTC.
    """
    return await perform(
        offer, "amend", by, change=change, reason=reason, percent=percent.strip() or None, extend_to=extend_to
    )


@act_flow("terminate")
async def terminate(offer: str, reason: str, by: Person) -> State:
    """Terminate the offer: every tender is returned, no step is left to do, every holder is told (CND-2, §15).

    This cannot be undone.

    Args:
        offer: The offer, by its name.
        reason: The reason, as holders shall read it.
        by: Who decided: your full name.
    """
    return await perform(offer, "terminate", by, reason=reason)


@act_flow("condition")
async def condition(
    offer: str, act: Literal["assert", "waive", "end"], number: Condition, by: Person, evidence: str = ""
) -> State:
    """Assert a condition of §7, waive it, or record that it has ended. While one stands, nothing is accepted (CND-1).

    Args:
        offer: The offer, by its name.
        act: Assert it or waive it before the expiration; record its end at any time.
        number: Which of the five conditions of §7.
        by: Who decided: your full name.
        evidence: What shows it.
    """
    return await perform(offer, f"condition-{act}", by, number=int(number[0]), evidence=evidence)


@act_flow("choose-grant-date")
async def choose_grant_date(offer: str, on: date, by: Person) -> State:
    """Record the grant date that the Committee chose; an earlier one than six months and one day is refused (GRT-2).

    Args:
        offer: The offer, by its name.
        on: The grant date: a business day on which the exchange trades.
        by: Who decided: the Committee's member or your full name.
    """
    return await perform(offer, "committee-grant-date", by, on=on)


@act_flow("hold-grant")
async def hold_grant(offer: str, act: Literal["hold", "release"], reason: str, by: Person) -> State:
    """Hold the grant back, for a legal prohibition or a merger, or release it again (CIC-1, §13).

    Args:
        offer: The offer, by its name.
        act: Hold it, or release what is held.
        reason: Why.
        by: Who decided: your full name.
    """
    return await perform(offer, act, by, reason=reason)


@act_flow("approve")
async def approve(offer: str, step: Literal["cancel", "regrant"], by: Person, digest: str = "") -> State:
    """Approve what a held step is about to do, and let it go on. An approval lapses if the decision changes.

    The dashboard shows what waits, with its counts and its digest.

    Args:
        offer: The offer, by its name.
        step: The step that waits for approval.
        by: Who approves: your full name.
        digest: The digest shown with what you approve; anything else that waits by now is then not approved.
    """
    approved = await perform(offer, "approve", by, step=step, digest=digest.strip().lower())
    if not approved.is_completed():
        return approved
    try:
        return Completed(message=f"{approved.message} {await run_latest(offer, step)}")
    except OptexError as error:
        return Failed(message=f"{approved.message} But {error}")
