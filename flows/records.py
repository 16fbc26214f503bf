"""What arrives while an offer runs, keyed in by operations: forms, service, prices, splits, signed agreements."""

from datetime import UTC, date, datetime
from typing import Literal

from prefect.states import Completed, State

from flows.acting import Person, afterwards, perform
from flows.finishing import act_flow
from infra.office import office_of
from tasks.intake import record_received_form


@act_flow("record-election")
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
        received_at: When it was received, which counts. Mind the zone beside it: 5:00 p.m. EST is 10:00 p.m. UTC.
        signed_on: The date beside the signature; leave empty if there is none.
        signed_as: The signature, exactly as written.
        channel: How it was delivered: fax, hand, or another channel that the terms allow.
        title: A fiduciary's full title.
        authority: A fiduciary's evidence of authority.
        options: One option a line, GRANT:SHARES:ORIGINAL:GRANTED_ON:PRICE:EXERCISED, as the form states it.
    """
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
    with office_of(offer).book() as book:
        if form.strip() in book.form_ids():
            return Completed(message=f"Already recorded: form {form.strip()} is on record, and nothing was changed.")
        message = record_received_form(book, row, options.split(), datetime.now(UTC).replace(microsecond=0))
    return await afterwards(offer, message)


@act_flow("waive-defect")
async def waive_defect(offer: str, form: str, reason: str, by: Person, all_holders: bool = False) -> State:
    """Waive the defects of a form, up to acceptance; lateness and ineligibility cannot be waived (TND-7, §4).

    Args:
        offer: The offer, by its name.
        form: The number of the form.
        reason: Why.
        by: Who decided: your full name.
        all_holders: Waive the same defects for all holders.
    """
    return await perform(offer, "election-waive", by, form=form, reason=reason, all_holders=all_holders)


@act_flow("set-service")
async def set_service(
    offer: str,
    holder: str,
    capacity: Literal["employee", "director", "consultant"],
    first_day: date,
    by: Person,
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
    service = {"from": first_day, "to": last_day}
    return await perform(offer, "service-set", by, holder=holder, capacity=capacity, **service)


@act_flow("set-price")
async def set_price(offer: str, on: date, close: str, by: Person) -> State:
    """Record the closing price of a day; a grant that waits for it goes on (GRT-3, §9).

    Args:
        offer: The offer, by its name.
        on: The trading day.
        close: Dollars and exact cents, such as 0.95.
        by: Who reports it: your full name.
    """
    return await perform(offer, "price-set", by, on=on, close=close)


@act_flow("record-split")
async def record_split(offer: str, on: date, new: int, old: int, by: Person) -> State:
    """Record a stock split between cancellation and grant; the promises are scaled by it (ADJ-1).

    Args:
        offer: The offer, by its name.
        on: The day from which it counts.
        new: So many new shares (3 for a 3-for-2 split).
        old: For so many old ones (2 for a 3-for-2 split).
        by: Who reports it: your full name.
    """
    return await perform(offer, "split", by, on=on, new=new, old=old)


@act_flow("defer-grant")
async def defer_grant(offer: str, holder: str, shares: int, kind: Literal["ISO", "NSO"], by: Person) -> State:
    """Hold back an additional grant to a participant until the new options are granted (LCK-1, §6).

    Args:
        offer: The offer, by its name.
        holder: The holder, by id.
        shares: How many shares.
        kind: Incentive (ISO) or nonqualified (NSO).
        by: Who decided: your full name.
    """
    return await perform(offer, "defer", by, holder=holder, shares=shares, type=kind)


@act_flow("sign-agreement")
async def sign_agreement(offer: str, grant: str, on: date, by: Person) -> State:
    """Record that a new option agreement was signed; before it the option cannot be exercised (GRT-5).

    Args:
        offer: The offer, by its name.
        grant: The new option, by its number.
        on: The day of the signature.
        by: Who reports it: your full name.
    """
    return await perform(offer, "agreement-signed", by, grant=grant, on=on)
