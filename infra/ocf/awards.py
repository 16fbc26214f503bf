"""The awards of a package as options of ours, each with its exact tranches; or why one is none of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from infra.ocf.item import BadItem, Item
from infra.ocf.remarks import decimal_remarked
from infra.ocf.vesting_terms import Come, NoTranches, tranches_of
from infra.ocf.vocabulary import OPTION_TYPE
from optex.errors import Fault
from optex.records import Grant, OptionType, Tranche
from optex.vesting import Tranches, in_order, total


@dataclass(kw_only=True, slots=True)
class Awards:
    """The awards of one stock plan; `not_mapped` grows by what of them has no place in the folder."""

    plan_id: str
    vesting_terms: Mapping[str, Item]
    come: Mapping[str, Come]
    accelerated: frozenset[str]
    not_mapped: list[Fault] = field(default_factory=list)

    def grant(self, item: Item, shares: int) -> Grant | None:
        """What an issuance grants, by its security id for the time being; BadItem where it contradicts itself."""
        if why := self._none_of_ours(item):
            self.not_mapped.append(item.told(why))
            return None
        type_ = _type(item)
        if type_ is None:
            self.not_mapped.append(item.told("an OPTION of which nothing says whether it is an ISO or an NSO"))
            return None
        if shares < 1:
            raise item.bad("quantity", item.data.get("quantity"), "shares above zero")
        issued_on, expires_on = item.day("date"), item.day("expiration_date")
        return Grant(
            grant_id=item.text("security_id"),
            holder_id=item.text("stakeholder_id"),
            granted_on=issued_on,
            shares=shares,
            exercised=0,
            price=item.price("exercise_price"),
            type=type_,
            expires_on=expires_on,
            vesting=self._vesting(item, issued_on, shares),
            fmv=decimal_remarked(item.comments, "fmv"),
        )

    def _none_of_ours(self, item: Item) -> str:
        kind = item.text("compensation_type")
        if not kind.startswith("OPTION"):
            return f"{kind} is no stock option; its {item.text('quantity')} shares take up the plan's all the same"
        if item.maybe("stock_plan_id") != self.plan_id:
            return "an option of another plan, or of none"
        if item.data.get("expiration_date") is None:
            return "an option that never expires"
        return ""

    def _vesting(self, item: Item, issued_on: date, shares: int) -> Tranches:
        security_id = item.text("security_id")
        stated = item.vestings()
        if stated is not None:
            by_day: dict[date, int] = {}
            for on, vests in stated:
                by_day[on] = by_day.get(on, 0) + vests
            tranches = in_order(by_day)
            if total(tranches) != shares:
                raise BadItem(item.told(f"vestings: sum to {total(tranches):,}", f"{shares:,}, its quantity"))
            if security_id in self.accelerated:
                self.not_mapped.append(item.told("its vesting was accelerated: the column vesting is as it was before"))
            return tranches
        if not (terms_id := item.maybe("vesting_terms_id")):
            return (Tranche(vests_on=issued_on, shares=shares),)  # vested on issuance, as OCF has it
        if terms_id not in self.vesting_terms:
            raise BadItem(item.told(f"vesting_terms_id: there are no vesting terms {terms_id}", "one of the package"))
        try:
            if security_id in self.accelerated:
                raise NoTranches("was accelerated")
            none = Come(started={}, events={})
            return tranches_of(self.vesting_terms[terms_id], shares, self.come.get(security_id, none))
        except NoTranches as error:
            told = f"vesting_terms_id: {terms_id} {error}: the column vesting is blank, which is the plan's schedule"
            self.not_mapped.append(item.told(told))
            return ()


def _type(item: Item) -> OptionType | None:
    """ISO or NSO, as `compensation_type` says it; BadItem where `option_grant_type` says otherwise."""
    kind, older = item.text("compensation_type"), item.maybe("option_grant_type")
    if kind == "OPTION":
        return OPTION_TYPE.get(f"OPTION_{older}")
    if kind not in OPTION_TYPE:
        raise item.bad("compensation_type", kind, "OPTION_ISO or OPTION_NSO of an option")
    if older and older != OPTION_TYPE[kind]:
        raise BadItem(item.told(f"option_grant_type: {older} contradicts the compensation_type {kind}"))
    return OPTION_TYPE[kind]
