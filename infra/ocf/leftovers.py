"""What of a package refers to nothing, and what of it has no place in an offer's folder."""

from collections.abc import Iterable, Iterator

from infra.ocf.item import Item
from infra.ocf.package import Package
from infra.ocf.people import Person
from infra.ocf.securities import is_award
from optex.errors import Fault

# What the folder has taken up already, or needs no more: what is left of the options is what they came to.
_TAKEN_UP = (
    "TX_STOCK_CLASS_SPLIT",
    "TX_STOCK_PLAN_POOL_ADJUSTMENT",
    "TX_STOCK_PLAN_RETURN_TO_POOL",
    "TX_VESTING_START",
    "TX_VESTING_EVENT",
    "TX_VESTING_ACCELERATION",
)


def dangling(package: Package) -> Iterator[Fault]:
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
            if value is not None and item.stated(key) not in ids:
                yield item.told(f"{key}: there is no {value}", "one of the package")


def not_mapped(package: Package, plan: Item, people: Iterable[Person]) -> Iterator[Fault]:
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
