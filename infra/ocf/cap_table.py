"""What a package tells an offer: the plan with its holders and options, and what of it has no place in a folder."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from infra.ocf.awards import Awards
from infra.ocf.package import BadItem, Item, Package
from infra.ocf.people import Person, person_of
from infra.ocf.securities import AWARDS, Security, is_award, securities_of
from infra.ocf.vesting_terms import Come
from infra.ocf.vocabulary import CAPACITY
from optex.errors import BadData, Fault, OptexError
from optex.fields import ID
from optex.formatting import listed
from optex.records import Grant
from optex.terms import Vesting
from optex.vesting import outstanding

_ID = re.compile(ID)
# What the folder has taken up already, or needs no more: what is left of the options is what they came to.
_TAKEN_UP = (
    "TX_STOCK_CLASS_SPLIT",
    "TX_STOCK_PLAN_POOL_ADJUSTMENT",
    "TX_STOCK_PLAN_RETURN_TO_POOL",
    "TX_VESTING_START",
    "TX_VESTING_EVENT",
    "TX_VESTING_ACCELERATION",
)


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
    stock_class: str
    people: list[Person]
    held: list[Held]
    not_mapped: list[Fault]


def cap_table_of(package: Package, plan_named: str = "") -> CapTable:
    """The plan of a package with its holders and options; BadData with everything that contradicts itself.

    OptexError where there is no plan, or `plan_named` does not say which of several.
    """
    faults = list(_dangling(package))
    transactions = package.items["transactions_files"]
    plan = _plan(package, plan_named)
    awards = Awards(
        plan_id=plan.id,
        vesting_terms={item.id: item for item in package.items["vesting_terms_files"]},
        come=_come(transactions, faults),
        accelerated=frozenset(
            str(item.data.get("security_id")) for item in transactions if item.type == "TX_VESTING_ACCELERATION"
        ),
    )
    classes = _classes(package)
    securities = securities_of(transactions, awards.grant, lambda split, award: _splits(split, award, classes), faults)
    people: list[Person] = []
    held, stock_class, authorized = [], "", 0
    try:
        authorized = _authorized(plan, transactions)
        stock_class = next(iter(classes.get(plan.id, ())), "")
        holder_ids = _holder_ids(package.items["stakeholders_files"])
        held = list(_held(securities.values(), holder_ids))
    except BadItem as error:
        faults.append(error.fault)
    if not faults:
        people = list(_people(package, holder_ids, securities.values(), faults))
    if faults:
        raise BadData(faults)
    not_mapped = [*package.remarks, *_not_mapped(package, plan, people), *awards.not_mapped]
    not_mapped += [remark for person in people for remark in person.remarks]
    return CapTable(
        plan=plan,
        shares_authorized=authorized,
        stock_class=stock_class,
        people=people,
        held=held,
        not_mapped=not_mapped,
    )


def _plan(package: Package, named: str) -> Item:
    plans = package.items["stock_plans_files"]
    if named:
        found = [plan for plan in plans if named in (plan.id, plan.data.get("plan_name"))]
    else:
        options = {
            item.data.get("stock_plan_id")
            for item in package.items["transactions_files"]
            if item.type in AWARDS and str(item.data.get("compensation_type")).startswith("OPTION")
        }
        found = plans if len(plans) == 1 else [plan for plan in plans if plan.id in options]
    if len(found) == 1:
        return found[0]
    if not plans:
        raise OptexError("the package has no stock plan: an offer is of the options of one")
    names = listed([f'"{plan.data.get("plan_name")}" ({plan.id})' for plan in plans])
    raise OptexError(f"an offer is of the options of one stock plan: name it by --plan, one of {names}")


def _authorized(plan: Item, transactions: Iterable[Item]) -> int:
    """The shares that the plan reserves, as last adjusted."""
    adjusted = [
        (item.day("date"), nth, item.shares("shares_reserved"))
        for nth, item in enumerate(transactions)
        if item.type == "TX_STOCK_PLAN_POOL_ADJUSTMENT" and item.data.get("stock_plan_id") == plan.id
    ]
    shares = max(adjusted)[2] if adjusted else plan.shares("initial_shares_reserved")
    if shares < 1:
        raise plan.bad("initial_shares_reserved", plan.data.get("initial_shares_reserved"), "shares above zero")
    return shares


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


def _classes(package: Package) -> dict[str, list[str]]:
    """By stock plan, the classes of its stock; under "" the only class of the package, where there is one."""
    found = {}
    for plan in package.items["stock_plans_files"]:
        of_plan = plan.data.get("stock_class_ids")
        one = plan.data.get("stock_class_id")
        found[plan.id] = [str(each) for each in of_plan] if isinstance(of_plan, list) else [str(one)] if one else []
    classes = package.items["stock_classes_files"]
    found[""] = [classes[0].id] if len(classes) == 1 else []
    return found


def _splits(split: Item, award: Item, classes: dict[str, list[str]]) -> bool:
    """Whether a split is of the stock that an award is for; BadItem where nothing says of which of several it is."""
    stock = award.maybe("stock_class_id")
    candidates = [stock] if stock else classes.get(award.maybe("stock_plan_id")) or classes[""]
    if split.text("stock_class_id") not in candidates:
        return False
    if len(candidates) > 1:
        raise BadItem(award.told("of which class its stock is nothing says, and one of them was split"))
    return True


def _dangling(package: Package) -> Iterator[Fault]:
    """Ids that stand twice, and ids of what is not in the package."""
    seen: set[str] = set()
    for item in (item for items in package.items.values() for item in items):
        if item.id in seen:
            yield item.told("its id stands already in the package", "an id of its own")
        seen.add(item.id)
    known = {
        "stakeholder_id": {item.id for item in package.items["stakeholders_files"]},
        "stock_plan_id": {item.id for item in package.items["stock_plans_files"]},
        "stock_class_id": {item.id for item in package.items["stock_classes_files"]},
    }
    for item in (*package.items["stock_plans_files"], *package.items["transactions_files"]):
        for key, ids in known.items():
            value = item.data.get(key)
            if value is not None and value not in ids:
                yield item.told(f"{key}: there is no {value}", "one of the package")


def _holder_ids(stakeholders: Iterable[Item]) -> dict[str, str]:
    """By the id of each stakeholder ours: the issuer's own number where it stands once, else OCF's."""
    items = list(stakeholders)
    own = Counter(item.data.get("issuer_assigned_id") for item in items)
    return _ours(
        (item.id, assigned if isinstance(assigned := item.data.get("issuer_assigned_id"), str) else "", own[assigned])
        for item in items
    )


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
    own = Counter(each.issuance.data.get("custom_id") for each in mine)
    grant_ids = _ours(
        (each.issuance.text("security_id"), each.issuance.text("custom_id"), own[each.issuance.text("custom_id")])
        for each in mine
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
        found.append(Held(grant=grant if each.ended is None else _exercised(grant), item=each.issuance))
    yield from sorted(found, key=lambda held: held.grant.grant_id)


def _exercised(grant: Grant) -> Grant:
    """What was exercised of an option that has ended, as an option of which nothing is left."""
    left = {each.vests_on: each.shares for each in outstanding(grant, Vesting())} if grant.vesting else {}
    used = [replace(each, shares=each.shares - left.get(each.vests_on, 0)) for each in grant.vesting]
    vesting = tuple(each for each in used if each.shares)
    return replace(grant, grant_id=f"{grant.grant_id}-exercised", shares=grant.exercised, vesting=vesting)


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
        if first is None and item.data.get("current_relationship") not in CAPACITY and not item.comments:
            continue
        try:
            person = person_of(item, holder_ids[item.id], first)
        except BadItem as error:
            faults.append(error.fault)
            continue
        if first is not None or person.service_periods:
            yield person


def _not_mapped(package: Package, plan: Item, people: Iterable[Person]) -> Iterator[Fault]:
    """The objects that have no place in an offer's folder."""
    taken = {person.item.id for person in people}
    for item in package.items["stakeholders_files"]:
        if item.id not in taken:
            yield item.told("holds no option of the plan, and nothing says since when it serves")
    for item in package.items["stock_plans_files"]:
        if item.id != plan.id:
            yield item.told("an offer is of the options of one plan")
    for key in ("stock_legend_templates_files", "valuations_files", "financings_files", "documents_files"):
        for item in package.items[key]:
            yield item.told("has no place in an offer's folder")
    for item in package.items["transactions_files"]:
        if item.type.endswith("_ACCEPTANCE"):
            yield item.told("that an agreement was signed has no place in an offer's folder")
        elif not is_award(item) and item.type not in _TAKEN_UP:
            yield item.told("has no place in an offer's folder")
