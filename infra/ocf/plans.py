"""The stock plan that an offer is of: which of a package's it is, its shares, and the stock that it is for."""

from collections.abc import Iterable
from datetime import date

from infra.ocf.item import BadItem, Item
from infra.ocf.package import Package
from infra.ocf.securities import AWARDS
from optex.errors import OptexError
from optex.formatting import listed


def plan_of(package: Package, named: str) -> Item:
    """The plan of that name or id, else the only one with options; OptexError where there are several, or none."""
    plans = package.items["stock_plans_files"]
    if named:
        found = [plan for plan in plans if named in (plan.id, plan.stated("plan_name"))]
    else:
        options = {
            item.stated("stock_plan_id")
            for item in package.items["transactions_files"]
            if item.type in AWARDS and item.stated("compensation_type").startswith("OPTION")
        }
        found = plans if len(plans) == 1 else [plan for plan in plans if plan.id in options]
    if len(found) == 1:
        return found[0]
    if not plans:
        raise OptexError("the package has no stock plan: an offer is of the options of one")
    names = listed([f'"{plan.stated("plan_name")}" ({plan.id})' for plan in plans])
    raise OptexError(f"an offer is of the options of one stock plan: name it by --plan, one of {names}")


def authorized(plan: Item, transactions: Iterable[Item]) -> int:
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


def classes_of(package: Package) -> dict[str, list[str]]:
    """By stock plan, the classes of its stock; under "" the only class of the package, where there is one."""
    found = {}
    for plan in package.items["stock_plans_files"]:
        of_plan = plan.data.get("stock_class_ids")
        one = plan.data.get("stock_class_id")
        found[plan.id] = [str(each) for each in of_plan] if isinstance(of_plan, list) else [str(one)] if one else []
    classes = package.items["stock_classes_files"]
    found[""] = [classes[0].id] if len(classes) == 1 else []
    return found


def is_of_its_stock(split: Item, award: Item, classes: dict[str, list[str]]) -> bool:
    """Whether a split is of the stock that an award is for; BadItem where nothing says of which of several it is."""
    stock = award.maybe("stock_class_id")
    candidates = [stock] if stock else classes.get(award.maybe("stock_plan_id")) or classes[""]
    if split.text("stock_class_id") not in candidates:
        return False
    if len(candidates) > 1:
        raise BadItem(award.told("of which class its stock is nothing says, and one of them was split"))
    return True


def adopted_on(plan: Item) -> date | None:
    """When the plan was adopted, or approved by the stockholders, if that was earlier."""
    stated = ("board_approval_date", "stockholder_approval_date")
    return min((plan.day(key) for key in stated if plan.data.get(key) is not None), default=None)
