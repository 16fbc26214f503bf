"""The stakeholders of a package as holders with their service, as far as it is there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError

from infra.ledgers.csv_files import FORMULA
from infra.ocf.item import Item
from infra.ocf.remarks import decimal_remarked, service_remarked
from infra.ocf.vocabulary import CAPACITY, PLACE
from optex.errors import Fault
from optex.fields import EmailCell
from optex.records import Holder, ServicePeriod

_EMAIL: TypeAdapter[str] = TypeAdapter(EmailCell)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A stakeholder as a holder; `remarks` say what of it has no place in the folder."""

    item: Item
    holder: Holder
    service_periods: tuple[ServicePeriod, ...]
    remarks: tuple[Fault, ...]


def person_of(item: Item, holder_id: str, first_grant: date | None) -> Person:
    """A stakeholder who holds options since a day, or has a service on record; BadItem where it has no name."""
    remarks: list[Fault] = []
    name = item.data.get("name")
    if not isinstance(name, dict) or not isinstance(name.get("legal_name"), str) or not name["legal_name"].strip():
        raise item.bad("name.legal_name", None, "the name as on the option agreement")
    legal_name = name["legal_name"].strip()
    if legal_name.startswith(FORMULA):  # holders.csv is opened in spreadsheets
        raise item.bad("name.legal_name", legal_name, "a name, which begins as no formula does")
    holder = Holder(
        holder_id=holder_id,
        name=legal_name,
        email=_email(item, remarks),
        jurisdiction=_jurisdiction(item),
        voting_percent=decimal_remarked(item.comments, "voting_percent") or Decimal(0),
    )
    periods = tuple(service_remarked(item.comments, holder_id)) or _service(item, holder_id, first_grant, remarks)
    return Person(item=item, holder=holder, service_periods=periods, remarks=tuple(remarks))


def _service(item: Item, holder_id: str, first_grant: date | None, remarks: list[Fault]) -> tuple[ServicePeriod, ...]:
    """OCF says in which capacity somebody serves now, and not since when: it is put no earlier than an option shows."""
    relationship = item.data.get("current_relationship")
    capacity = CAPACITY.get(relationship) if isinstance(relationship, str) else None
    if capacity is None:
        if first_grant is not None:
            stated = relationship or "none"
            remarks.append(item.told(f"no service: a current_relationship of {stated} says of none that still lasts"))
        return ()
    if first_grant is None:
        remarks.append(item.told(f"no service: {relationship}, but nothing says since when"))
        return ()
    told = f"service as {capacity} begins on {first_grant}, the first grant: nothing says since when it lasts"
    remarks.append(item.told(told))
    return (ServicePeriod(holder_id=holder_id, capacity=capacity, first_day=first_grant),)


def _email(item: Item, remarks: list[Fault]) -> str:
    """The address for business where there are several."""
    emails: list[dict[str, Any]] = []
    for key in ("contact_info", "primary_contact"):
        contact = item.data.get(key)
        listed = contact.get("emails") if isinstance(contact, dict) else None
        emails += [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    emails.sort(key=lambda each: each.get("email_type") != "BUSINESS")
    for each in emails:
        try:
            return _EMAIL.validate_python(each.get("email_address"))
        except ValidationError:
            remarks.append(item.told(f"no letter can be sent to the address {each.get('email_address')}"))
    return ""


def _jurisdiction(item: Item) -> str:
    """Where somebody resides: the legal address before any other."""
    for comment in item.comments:
        if isinstance(comment, str) and (found := comment.removeprefix("jurisdiction: ")) != comment:
            return "" if found.startswith(FORMULA) else found
    listed = item.data.get("addresses")
    addresses: Sequence[dict[str, Any]] = (
        [each for each in listed if isinstance(each, dict) and re.fullmatch("[A-Z]{2}", str(each.get("country")))]
        if isinstance(listed, list)
        else []
    )
    for address in sorted(addresses, key=lambda each: each.get("address_type") != "LEGAL"):
        place = f"{address['country']}-{address.get('country_subdivision')}"
        return place if PLACE.fullmatch(place) else str(address["country"])
    return ""
