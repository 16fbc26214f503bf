"""What a package tells an offer: the plan with its holders and options, and what of it has no place in a folder."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from infra.ocf.awards import Awards
from infra.ocf.item import BadItem, Item
from infra.ocf.leftovers import dangling, not_mapped
from infra.ocf.package import Package
from infra.ocf.people import Person, person_of
from infra.ocf.plans import adopted_on, authorized, classes_of, is_of_its_stock, plan_of
from infra.ocf.securities import Security, securities_of
from infra.ocf.vesting_terms import Come
from infra.ocf.vocabulary import CAPACITY
from optex.errors import BadData, Fault
from optex.fields import ID
from optex.records import Grant

_ID = re.compile(ID)


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """An option as the folder will state it, and the award it was read from."""

    grant: Grant
    item: Item


@dataclass(frozen=True, kw_only=True, slots=True)
class CapTable:
    """The holders and options of one stock plan; `shares_authorized` as last adjusted, `stock_class` its id or ""."""

    plan: Item
    shares_authorized: int
    adopted: date | None
    stock_class: str
    people: list[Person]
    held: list[Held]
    not_mapped: list[Fault]


def cap_table_of(package: Package, plan_named: str = "") -> CapTable:
    """The plan of a package with its holders and options; BadData with everything that contradicts itself.

    OptexError where there is no plan, or `plan_named` does not say which of several.
    """
    faults = list(dangling(package))
    transactions = package.items["transactions_files"]
    plan, classes = plan_of(package, plan_named), classes_of(package)
    awards = Awards(
        plan_id=plan.id,
        vesting_terms={item.id: item for item in package.items["vesting_terms_files"]},
        come=_come(transactions, faults),
        accelerated=frozenset(
            item.stated("security_id") for item in transactions if item.type == "TX_VESTING_ACCELERATION"
        ),
    )
    securities = securities_of(
        transactions, awards.grant, lambda split, award: is_of_its_stock(split, award, classes), faults
    ).values()
    _none_of(faults)
    holder_ids = _holder_ids(package.items["stakeholders_files"])
    people = list(_people(package, holder_ids, securities, faults))
    try:
        held, shares_authorized = list(_held(securities, holder_ids)), authorized(plan, transactions)
        adopted = adopted_on(plan)
    except BadItem as error:
        faults.append(error.fault)
    _none_of(faults)
    remarks = [remark for person in people for remark in person.remarks]
    return CapTable(
        plan=plan,
        shares_authorized=shares_authorized,
        adopted=adopted,
        stock_class=next(iter(classes[plan.id]), ""),
        people=people,
        held=held,
        not_mapped=[*package.remarks, *not_mapped(package, plan, people), *awards.not_mapped, *remarks],
    )


def _none_of(faults: list[Fault]) -> None:
    if faults:
        raise BadData(sorted(faults, key=lambda fault: (fault.file, fault.line)))


def _come(transactions: Iterable[Item], faults: list[Fault]) -> dict[str, Come]:
    """By security, the days of its vesting start and events by condition."""
    started: dict[str, dict[str, date]] = {}
    events: dict[str, dict[str, date]] = {}
    for item in transactions:
        into = {"TX_VESTING_START": started, "TX_VESTING_EVENT": events}.get(item.type)
        if into is None:
            continue
        try:
            into.setdefault(item.text("security_id"), {})[item.text("vesting_condition_id")] = item.day("date")
        except BadItem as error:
            faults.append(error.fault)
    return {
        key: Come(started=started.get(key, {}), events=events.get(key, {})) for key in started.keys() | events.keys()
    }


def _holder_ids(stakeholders: Iterable[Item]) -> dict[str, str]:
    """By the id of each stakeholder ours: the issuer's own number where it stands once, else OCF's."""
    items = list(stakeholders)
    own = Counter(item.stated("issuer_assigned_id") for item in items)
    return _ours((item.id, known := item.stated("issuer_assigned_id"), own[known]) for item in items)


def _ours(ids: Iterable[tuple[str, str, int]]) -> dict[str, str]:
    """For each id of OCF the one that people know, where it stands once and is one of ours; else the id itself."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for ocf_id, known, times in ids:
        ours = known if times == 1 and _ID.fullmatch(known) else ocf_id
        if not _ID.fullmatch(ours) or ours in taken:
            ours = f"OCF-{len(found) + 1}"
        found[ocf_id] = ours
        taken.add(ours)
    return found


def _held(securities: Iterable[Security], holder_ids: dict[str, str]) -> Iterator[Held]:
    """The options outstanding, and of those that have ended what was exercised: it is gone from the pool."""
    mine = [each for each in securities if each.grant is not None and not each.retracted]
    mine = [each for each in mine if each.ended is None or each.exercised]
    own = Counter(each.issuance.stated("custom_id") for each in mine)
    grant_ids = _ours(
        (each.issuance.text("security_id"), known := each.issuance.stated("custom_id"), own[known]) for each in mine
    )
    found = []
    for each in mine:
        assert each.grant is not None
        grant = replace(
            each.grant,
            grant_id=grant_ids[each.issuance.text("security_id")],
            holder_id=holder_ids[each.grant.holder_id],
            granted_on=each.granted_on,
            shares=each.shares,
            exercised=each.exercised,
        )
        if each.ended is not None:
            grant = replace(grant, grant_id=f"{grant.grant_id}-exercised")
        found.append(Held(grant=grant, item=each.issuance))
    yield from sorted(found, key=lambda held: held.grant.grant_id)


def _people(
    package: Package, holder_ids: dict[str, str], securities: Iterable[Security], faults: list[Fault]
) -> Iterator[Person]:
    """The stakeholders who hold options of the plan, or serve."""
    firsts: dict[str, date] = {}
    for each in securities:
        if each.grant is not None:
            known = firsts.get(each.grant.holder_id, date.max)
            firsts[each.grant.holder_id] = min(known, each.granted_on)
    for item in package.items["stakeholders_files"]:
        first = firsts.get(item.id)
        if first is None and item.stated("current_relationship") not in CAPACITY and not item.comments:
            continue
        try:
            person = person_of(item, holder_ids[item.id], first)
        except BadItem as error:
            faults.append(error.fault)
            continue
        if first is not None or person.service_periods:
            yield person
