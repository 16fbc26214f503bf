"""What the transactions of a package have made of each award: issued, exercised, split, cancelled, handed on.

A security's id never changes: a cancellation or a transfer ends it, and what is left of it is another security.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from infra.ocf.item import BadItem, Item
from optex.adjustment import adjusted, scaled_total
from optex.errors import Fault
from optex.records import Grant
from optex.terms import Vesting
from optex.vesting import in_order, outstanding

_ISSUANCES = (
    "TX_EQUITY_COMPENSATION_ISSUANCE",
    "TX_PLAN_SECURITY_ISSUANCE",
    "TX_STOCK_ISSUANCE",
    "TX_CONVERTIBLE_ISSUANCE",
    "TX_WARRANT_ISSUANCE",
)
AWARDS = _ISSUANCES[:2]
_AWARD = ("TX_EQUITY_COMPENSATION_", "TX_PLAN_SECURITY_")
# What ends a security, of whatever kind.
_ENDS = ("_CANCELLATION", "_TRANSFER", "_RETRACTION", "_CONVERSION", "_REPURCHASE", "_REISSUANCE")
_SPLIT = "TX_STOCK_CLASS_SPLIT"


def is_award(transaction: Item) -> bool:
    return transaction.type.startswith(_AWARD)


def _ends(transaction: Item) -> bool:
    """Whether a transaction is the last of its security."""
    return transaction.type.endswith(_ENDS)


@dataclass(kw_only=True, slots=True)
class Security:
    """One award as it stands: `grant` is what it grants, None where it is no option of ours.

    `origin` is the security of which it is what was left, or that was handed on to it.
    """

    issuance: Item
    issued_on: date
    shares: int
    exercised: int = 0
    grant: Grant | None = None
    ended: Item | None = None
    origin: "Security | None" = None

    @property
    def left(self) -> int:
        return self.shares - self.exercised

    @property
    def granted_on(self) -> date:
        """The grant date: of what was left of an option, or handed on, that of the option it came from."""
        return self.origin.granted_on if self.origin else self.issued_on

    @property
    def retracted(self) -> bool:
        return self.ended is not None and self.ended.type.endswith("_RETRACTION")

    def split(self, by: Fraction) -> None:
        """Scale it as every option of ours is; what was exercised is stock, and is split like it (ADJ-1)."""
        if self.grant:
            stated = bool(self.grant.vesting)
            grant = adjusted(replace(self.grant, shares=self.shares, exercised=self.exercised), by, Vesting())
            self.grant = grant if stated else replace(grant, vesting=())
            self.shares, self.exercised = grant.shares, grant.exercised
        else:
            left, self.exercised = scaled_total(self.left, by), scaled_total(self.exercised, by)
            self.shares = self.exercised + left

    def end(self, item: Item) -> None:
        """Leave nothing of it but what was exercised."""
        self.ended = item
        if self.grant and self.grant.vesting:
            whole = replace(self.grant, shares=self.shares, exercised=self.exercised)
            left = {each.vests_on: each.shares for each in outstanding(whole, Vesting())}
            used = {each.vests_on: each.shares - left.get(each.vests_on, 0) for each in self.grant.vesting}
            self.grant = replace(self.grant, vesting=in_order(used))
        self.shares = self.exercised


Grants = Callable[[Item, int], Grant | None]
"""What an issuance of so many shares grants; None where that is no option of ours."""


def securities_of(
    transactions: Iterable[Item], grants: Grants, splits: Callable[[Item, Item], bool], faults: list[Fault]
) -> dict[str, Security]:
    """Every award by its security id, after all that has happened to it; what contradicts itself is a fault.

    `splits` says whether a split is of the stock that an issuance is for.
    """
    transactions = list(transactions)
    found: dict[str, Security] = {}
    others: dict[str, Item] = {}
    dated: list[tuple[date, int, int, Item]] = []
    for item in transactions:
        try:
            dated.append((item.day("date"), _rank(item), len(dated), item))
            if item.type in _ISSUANCES:
                security_id = item.text("security_id")
                if security_id in others:
                    raise BadItem(item.told(f"security {security_id} is issued already", "a security id of its own"))
                others[security_id] = item
                if item.type in AWARDS:
                    shares = item.shares("quantity")
                    grant = grants(item, shares)
                    found[security_id] = Security(issuance=item, issued_on=dated[-1][0], shares=shares, grant=grant)
        except BadItem as error:
            faults.append(error.fault)
    ended: dict[str, Item] = {}
    for on, _, _, item in sorted(dated, key=lambda each: each[:3]):
        try:
            _happens(item, on, found, others, ended, splits)
        except BadItem as error:
            faults.append(error.fault)
    return found


def _rank(item: Item) -> int:
    """On one day a split counts first, and an end last."""
    if item.type == _SPLIT:
        return 0
    return 1 if item.type in _ISSUANCES else 3 if _ends(item) else 2


def _happens(
    item: Item,
    on: date,
    found: Mapping[str, Security],
    issued: Mapping[str, Item],
    ended: dict[str, Item],
    splits: Callable[[Item, Item], bool],
) -> None:
    if item.type == _SPLIT:
        by = _ratio(item)
        for security in found.values():
            if security.issued_on < on and splits(item, security.issuance):
                security.split(by)
        return
    if item.type in _ISSUANCES or "security_id" not in item.data:
        return
    security_id = item.text("security_id")
    if security_id not in issued:
        raise BadItem(item.told(f"security_id: no security {security_id} is issued", "one of an issuance"))
    for key in ("balance_security_id", "resulting_security_ids"):
        _check_issued(item, key, issued)
    if _ends(item):
        if security_id in ended:
            problem = f"security {security_id} has ended by {ended[security_id].type} {ended[security_id].id}"
            raise BadItem(item.told(problem, "one transaction that ends it"))
        ended[security_id] = item
    if security_id in found:
        _follow(found[security_id], item, on, found)


def _check_issued(item: Item, key: str, issued: Mapping[str, Item]) -> None:
    value = item.data.get(key)
    for each in [item.maybe(key)] if isinstance(value, str) else item.texts(key):
        if each not in issued:
            raise BadItem(item.told(f"{key}: no security {each} is issued", "one of an issuance"))


def _follow(security: Security, item: Item, on: date, found: Mapping[str, Security]) -> None:
    """What one transaction makes of an award."""
    if on < security.issued_on:
        raise BadItem(item.told(f"dated {on}, before its security is issued on {security.issued_on}"))
    if item.type.endswith(("_EXERCISE", "_RELEASE")):
        if security.ended is not None:
            raise BadItem(item.told(f"comes after {security.ended.type} {security.ended.id} has ended its security"))
        security.exercised += item.shares("quantity")
        if security.exercised > security.shares:
            raise BadItem(item.told(f"{security.exercised:,} of {security.shares:,} shares are exercised"))
    elif _ends(item):
        _account_for(security, item, found)
        security.end(item)


def _account_for(security: Security, item: Item, found: Mapping[str, Security]) -> None:
    """An end must account for every share: what is cancelled or handed on, and what is left in another security."""
    if item.type.endswith("_RETRACTION"):
        return
    balance = [found[each] for each in [item.maybe("balance_security_id")] if each in found]
    handed_on = [found[each] for each in item.texts("resulting_security_ids") if each in found]
    for each in (*balance, *handed_on):
        if each is security or each.origin is not None:
            raise BadItem(item.told(f"security {each.issuance.text('security_id')} comes from another already"))
        each.origin = security
    shares, rest = item.shares("quantity"), sum(each.shares for each in balance)
    if shares + rest != security.left:
        raise BadItem(
            item.told(
                f"ends {shares:,} shares and leaves {rest:,} of the {security.left:,} that were left of its security",
                "both together as many as were left",
            )
        )
    if handed_on and (given := sum(each.shares for each in handed_on)) != shares:
        raise BadItem(item.told(f"hands on {shares:,} shares, but {given:,} are issued for them"))


def _ratio(item: Item) -> Fraction:
    ratio = item.data.get("split_ratio")
    try:
        by = Fraction(ratio["numerator"]) / Fraction(ratio["denominator"])  # type: ignore[index]  # it may be anything
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        raise item.bad("split_ratio", ratio, "a numerator and a denominator") from None
    if not Fraction(1, 1_000_000) <= by <= 1_000_000:
        raise item.bad("split_ratio", ratio, "up to a million shares for one, or one for a million")
    return by
