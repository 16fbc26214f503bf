"""What operations may do, each a deployment with a form in the Prefect UI; the same acts as the commands of `optex`.

An act that a rule refuses ends Refused, with the rule and the reason, and has changed nothing. The same act done again
says that it is already recorded.
"""

from datetime import date, datetime
from typing import Any, Literal

from prefect import flow
from prefect.states import Completed, Failed, State
from prefect.utilities.annotations import quote

from infra.acts import Outcome
from infra.office import office_of
from tasks.dashboard import show_dashboard
from tasks.intake import record_act, record_received_form
from tasks.mail import send_notices
from tasks.schedule import agree_with_plan

Condition = Literal[
    "1: an authority challenges the offer",
    "2: an action, approval withheld or law restricts the offer",
    "3: a change in accounting standards",
    "4: a tender offer, merger or acquisition proposal",
    "5: a material change in the business",
]


async def _act(offer: str, verb: str, by: str, **options: Any) -> State:
    """Weigh, record and carry out one act, send what it queued, and make the schedule agree."""
    office = office_of(offer)
    at = office.clock(None)
    with office.book() as book:
        outcome: Outcome = record_act(quote(book), verb, quote(options), by, at)
    if not outcome.accepted:
        return Failed(name="Refused", message=outcome.message)
    return await _afterwards(offer, outcome.message)


async def _afterwards(offer: str, message: str) -> State:
    await send_notices(offer)
    scheduled = await agree_with_plan(offer)
    await show_dashboard(offer)
    return Completed(message=" ".join(filter(None, (message, scheduled))))


def _ui_flow(name: str) -> Any:
    return flow(name=name, flow_run_name=f"{name} {{offer}}", persist_result=False)


@_ui_flow("extend")
async def extend(offer: str, to: datetime, by: str, announced_at: datetime | None = None, reason: str = "") -> State:
    """Extend the offer. Reminders, close, cancellation and grant move; every eligible holder is told, with the tally.

    Refused if it is announced after 8:00 a.m. of the business day after the last expiration (EXT-1, §15).

    Args:
        offer: The offer, by its name.
        to: The new expiration.
        by: Who decided: your full name.
        announced_at: When it was announced to the public; leave empty if it is announced now.
        reason: The reason, in words.
    """
    return await _act(offer, "extend", by, to=to, announced_at=announced_at, reason=reason)


@_ui_flow("amend")
async def amend(
    offer: str,
    change: Literal["consideration", "decrease", "increase", "other"],
    reason: str,
    by: str,
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
        extend_to: Extend the offer with it, to this instant.
    """
    return await _act(
        offer, "amend", by, change=change, reason=reason, percent=percent.strip() or None, extend_to=extend_to
    )


@_ui_flow("terminate")
async def terminate(offer: str, reason: str, by: str) -> State:
    """Terminate the offer: every tender is returned, no step is left to do, every holder is told (CND-2, §15).

    This cannot be undone.

    Args:
        offer: The offer, by its name.
        reason: The reason, as holders shall read it.
        by: Who decided: your full name.
    """
    return await _act(offer, "terminate", by, reason=reason)


@_ui_flow("condition")
async def condition(
    offer: str, act: Literal["assert", "waive", "end"], number: Condition, by: str, evidence: str = ""
) -> State:
    """Assert a condition of §7, waive it, or record that it has ended. While one stands, nothing is accepted (CND-1).

    Args:
        offer: The offer, by its name.
        act: Assert it or waive it before the expiration; record its end at any time.
        number: Which of the five conditions of §7.
        by: Who decided: your full name.
        evidence: What shows it.
    """
    return await _act(offer, f"condition-{act}", by, number=int(number[0]), evidence=evidence)


@_ui_flow("record-election")
async def record_election(
    offer: str,
    form: str,
    holder: str,
    kind: Literal["election", "withdrawal"],
    received_at: datetime,
    signed_on: date | None = None,
    signed_as: str = "",
    channel: str = "fax",
    title: str = "",
    authority: str = "",
    options: str = "",
) -> State:
    """Key in one form that came by fax or by hand. It is judged at once and confirmed to the holder (CNF-1, §6).

    Args:
        offer: The offer, by its name.
        form: The number you give the form; a number already on record is not recorded again.
        holder: The holder, by id.
        kind: An Election Form, or a Notice to Change Election From Accept to Reject.
        received_at: When it was received: receipt counts, not signing or sending.
        signed_on: The date beside the signature; leave empty if there is none.
        signed_as: The signature, exactly as written.
        channel: How it was delivered: fax or hand.
        title: A fiduciary's full title.
        authority: A fiduciary's evidence of authority.
        options: One option a line, GRANT:SHARES:ORIGINAL:GRANTED_ON:PRICE:EXERCISED, as the form states it.
    """
    office = office_of(offer)
    row = {
        "form_id": form,
        "holder_id": holder,
        "kind": kind,
        "received_at": received_at.isoformat(),
        "signed_on": signed_on.isoformat() if signed_on else "",
        "signed_as": signed_as,
        "channel": channel,
        "title": title,
        "authority": authority,
    }
    with office.book() as book:
        message = record_received_form(quote(book), row, options.split(), office.clock(None))
    return await _afterwards(offer, message)


@_ui_flow("waive-defect")
async def waive_defect(offer: str, form: str, reason: str, by: str, all_holders: bool = False) -> State:
    """Waive the defects of a form, up to acceptance; lateness and ineligibility cannot be waived (TND-7, §4).

    Args:
        offer: The offer, by its name.
        form: The number of the form.
        reason: Why.
        by: Who decided: your full name.
        all_holders: Waive the same defects for all holders.
    """
    return await _act(offer, "election-waive", by, form=form, reason=reason, all_holders=all_holders)


@_ui_flow("set-service")
async def set_service(
    offer: str,
    holder: str,
    capacity: Literal["employee", "director", "consultant"],
    first_day: date,
    by: str,
    last_day: date | None = None,
) -> State:
    """Record a spell of service; one that began on the same day in the same capacity is replaced (ELG-1 to ELG-3).

    Args:
        offer: The offer, by its name.
        holder: The holder, by id.
        capacity: In which capacity; a director who is an employee counts as employee.
        first_day: The first day in service.
        by: Who reports it: your full name.
        last_day: The last day in service; leave empty while the holder serves.
    """
    return await _act(offer, "service-set", by, holder=holder, capacity=capacity, **{"from": first_day, "to": last_day})


@_ui_flow("set-price")
async def set_price(offer: str, on: date, close: str, by: str) -> State:
    """Record the closing price of a day; a grant that waits for it goes on (GRT-3, §9).

    Args:
        offer: The offer, by its name.
        on: The trading day.
        close: Dollars and exact cents, such as 0.95.
        by: Who reports it: your full name.
    """
    return await _act(offer, "price-set", by, on=on, close=close)


@_ui_flow("record-split")
async def record_split(offer: str, on: date, new: int, old: int, by: str) -> State:
    """Record a stock split between cancellation and grant; the promises are scaled by it (ADJ-1).

    Args:
        offer: The offer, by its name.
        on: The day from which it counts.
        new: So many new shares (3 for a 3-for-2 split).
        old: For so many old ones (2 for a 3-for-2 split).
        by: Who reports it: your full name.
    """
    return await _act(offer, "split", by, on=on, new=new, old=old)


@_ui_flow("defer-grant")
async def defer_grant(offer: str, holder: str, shares: int, kind: Literal["ISO", "NSO"], by: str) -> State:
    """Hold back an additional grant to a participant until the new options are granted (LCK-1, §6).

    Args:
        offer: The offer, by its name.
        holder: The holder, by id.
        shares: How many shares.
        kind: Incentive (ISO) or nonqualified (NSO).
        by: Who decided: your full name.
    """
    return await _act(offer, "defer", by, holder=holder, shares=shares, type=kind)


@_ui_flow("choose-grant-date")
async def choose_grant_date(offer: str, on: date, by: str) -> State:
    """Record the grant date that the Committee chose; an earlier one than six months and one day is refused (GRT-2).

    Args:
        offer: The offer, by its name.
        on: The grant date: a business day on which the exchange trades.
        by: Who decided: the Committee's member or your full name.
    """
    return await _act(offer, "committee-grant-date", by, on=on)


@_ui_flow("sign-agreement")
async def sign_agreement(offer: str, grant: str, on: date, by: str) -> State:
    """Record that a new option agreement was signed; before it the option cannot be exercised (GRT-5).

    Args:
        offer: The offer, by its name.
        grant: The new option, by its number.
        on: The day of the signature.
        by: Who reports it: your full name.
    """
    return await _act(offer, "agreement-signed", by, grant=grant, on=on)


@_ui_flow("hold-grant")
async def hold_grant(offer: str, act: Literal["hold", "release"], reason: str, by: str) -> State:
    """Hold the grant back, for a legal prohibition or a merger, or release it again (CIC-1, §13).

    Args:
        offer: The offer, by its name.
        act: Hold it, or release what is held.
        reason: Why.
        by: Who decided: your full name.
    """
    return await _act(offer, act, by, reason=reason)


@_ui_flow("approve")
async def approve(offer: str, step: Literal["cancel", "regrant"], by: str) -> State:
    """Approve what a held step is about to do; the dashboard shows the counts. It lapses if the decision changes.

    Args:
        offer: The offer, by its name.
        step: The step that waits for approval.
        by: Who approves: your full name.
    """
    approved = await _act(offer, "approve", by, step=step)
    if approved.is_completed():
        from flows.rerun import run_latest

        done = await run_latest(offer, step)
        return Completed(message=f"{approved.message} {done}")
    return approved
