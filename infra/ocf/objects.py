"""One record of ours as one object of OCF, each with ids that are always the same."""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from infra.ocf.ids import OcfIds
from infra.ocf.remarks import decimal_remark, service_remark
from infra.ocf.vocabulary import COMPENSATION, ENDED, PLACE, RELATIONSHIP, money, number
from optex.adjustment import Split
from optex.records import Capacity, Grant, Holder, IssuedOption, ServicePeriod, UnitType
from optex.terms import Formation, Terms
from optex.vesting import Tranches

Object = dict[str, Any]


class Objects:
    """The objects of one offer."""

    def __init__(self, terms: Terms, ids: OcfIds) -> None:
        self.terms, self.ids = terms, ids
        self.stock_class_id, self.stock_plan_id = ids.of("stock-class"), ids.of("stock-plan")

    def issuer(self, formation: Formation) -> Object:
        where = {"country_subdivision_of_formation": formation.subdivision} if formation.subdivision else {}
        return {
            "object_type": "ISSUER",
            "id": self.ids.of("issuer"),
            "legal_name": self.terms.issuer,
            "formation_date": formation.on.isoformat(),
            "country_of_formation": formation.country,
            **where,
        }

    def stock_class(self) -> Object:
        """The stock that the options are for; of what it is beyond that the offer knows nothing, and says so."""
        return {
            "object_type": "STOCK_CLASS",
            "id": self.stock_class_id,
            "name": "Common Stock",
            "class_type": "COMMON",
            "default_id_prefix": "CS-",
            "initial_shares_authorized": "NOT APPLICABLE",
            "votes_per_share": "1",
            "seniority": "1",
            "comments": [
                f"traded on {self.terms.stock.exchange} as {self.terms.stock.symbol}; the shares authorized, votes and "
                "seniority are not on record in the offer"
            ],
        }

    def stock_plan(self) -> Object:
        plan = self.terms.plan
        adopted = {"board_approval_date": plan.adopted.isoformat()} if plan.adopted else {}
        return {
            "object_type": "STOCK_PLAN",
            "id": self.stock_plan_id,
            "plan_name": plan.name,
            **adopted,
            "initial_shares_reserved": number(plan.shares_authorized),
            "default_cancellation_behavior": "RETURN_TO_POOL",
            "stock_class_ids": [self.stock_class_id],
        }

    def stakeholder(self, holder: Holder, periods: Sequence[ServicePeriod], on: date) -> Object:
        """A holder as of a day: in which capacity, or in which the last service had been."""
        relationship = _relationship(periods, on)
        mail = {"emails": [{"email_type": "OTHER", "email_address": holder.email}]} if holder.email else {}
        place = PLACE.fullmatch(holder.jurisdiction)
        comments = [service_remark(period) for period in periods]
        if holder.voting_percent:
            comments.append(decimal_remark("voting_percent", holder.voting_percent))
        if holder.jurisdiction and not place:
            comments.append(f"jurisdiction: {holder.jurisdiction}")
        found: Object = {
            "object_type": "STAKEHOLDER",
            "id": self.ids.of("stakeholder", holder.holder_id),
            "name": {"legal_name": holder.name},
            "stakeholder_type": "INDIVIDUAL",
            "issuer_assigned_id": holder.holder_id,
        }
        if relationship:
            found["current_relationship"] = relationship
        if mail:
            found["contact_info"] = mail
        if place:
            country, subdivision = place.groups()
            where = {"country_subdivision": subdivision} if subdivision else {}
            found["addresses"] = [{"address_type": "LEGAL", **where, "country": country}]
        return found | ({"comments": comments} if comments else {})

    def issuance(
        self,
        option: Grant | IssuedOption,
        vesting: Tranches,
        on: date,
        *,
        consideration: str = "",
        comments: Sequence[str] = (),
    ) -> Object:
        """An award issued on a day, with its exact tranches; units have neither price nor term (XCH-3)."""
        units = option.type is UnitType.RSU
        return {
            "object_type": "TX_EQUITY_COMPENSATION_ISSUANCE",
            "id": self.ids.of("issuance", option.grant_id),
            "security_id": self.security(option.grant_id),
            "date": on.isoformat(),
            "custom_id": option.grant_id,
            "stakeholder_id": self.ids.of("stakeholder", option.holder_id),
            **({"consideration_text": consideration} if consideration else {}),
            "security_law_exemptions": [],
            "stock_plan_id": self.stock_plan_id,
            "stock_class_id": self.stock_class_id,
            "compensation_type": COMPENSATION[option.type],
            "quantity": number(option.shares),
            **({} if units else {"exercise_price": money(option.price)}),
            "vestings": [{"date": each.vests_on.isoformat(), "amount": number(each.shares)} for each in vesting],
            "expiration_date": None if units else option.expires_on.isoformat(),
            "termination_exercise_windows": [],
            **({"comments": list(comments)} if comments else {}),
        }

    def exercise(self, grant: Grant, on: date) -> Object:
        """What had been exercised of a grant when the offer took it in; into which certificates is not on record."""
        return {
            **self._transaction("TX_EQUITY_COMPENSATION_EXERCISE", grant.grant_id, on),
            "quantity": number(grant.exercised),
            "resulting_security_ids": [],
            "comments": ["all that had been exercised by this day; the single exercises are not on record"],
        }

    def cancellation(self, grant_id: str, shares: int, on: date, balancing_grant_id: str | None) -> Object:
        rest = {"balance_security_id": self.security(balancing_grant_id)} if balancing_grant_id else {}
        return {
            **self._transaction("TX_EQUITY_COMPENSATION_CANCELLATION", grant_id, on),
            "quantity": number(shares),
            **rest,
            "reason_text": f"Accepted for exchange in the offer {self.terms.offer}",
        }

    def return_to_pool(self, grant_id: str, shares: int, on: date) -> Object:
        return {
            **self._transaction("TX_STOCK_PLAN_RETURN_TO_POOL", grant_id, on),
            "stock_plan_id": self.stock_plan_id,
            "quantity": number(shares),
            "reason_text": f"Cancelled in the offer {self.terms.offer}",
        }

    def retraction(self, grant_id: str, on: date) -> Object:
        return {
            **self._transaction("TX_EQUITY_COMPENSATION_RETRACTION", grant_id, on),
            "reason_text": "The option was rescinded",
        }

    def acceptance(self, grant_id: str, on: date) -> Object:
        return self._transaction("TX_EQUITY_COMPENSATION_ACCEPTANCE", grant_id, on)

    def split(self, split: Split) -> Object:
        ratio = {"numerator": number(split.new), "denominator": number(split.old)}
        return {
            "object_type": "TX_STOCK_CLASS_SPLIT",
            "id": self.ids.of("split", split.on.isoformat()),
            "date": split.effective.isoformat(),
            "stock_class_id": self.stock_class_id,
            "split_ratio": ratio,
        }

    def pool_adjustment(self, split: Split, by: Fraction) -> Object:
        """The plan's reserve as the splits so far have made it."""
        reserved = self.terms.plan.shares_authorized * by.numerator // by.denominator
        return {
            "object_type": "TX_STOCK_PLAN_POOL_ADJUSTMENT",
            "id": self.ids.of("pool-adjustment", split.on.isoformat()),
            "date": split.effective.isoformat(),
            "stock_plan_id": self.stock_plan_id,
            "shares_reserved": number(reserved),
        }

    def security(self, grant_id: str) -> str:
        return self.ids.of("security", grant_id)

    def _transaction(self, object_type: str, grant_id: str, on: date) -> Object:
        """The head of what happens to one security."""
        return {
            "object_type": object_type,
            "id": self.ids.of(object_type, grant_id),
            "security_id": self.security(grant_id),
            "date": on.isoformat(),
        }


def _relationship(periods: Iterable[ServicePeriod], on: date) -> str:
    begun = [period for period in periods if period.first_day <= on]
    serving = {period.capacity for period in begun if (period.last_day or date.max) >= on}
    for capacity in Capacity:
        if capacity in serving:
            return RELATIONSHIP[capacity]
    last = max(begun, key=lambda period: period.last_day or date.max, default=None)
    return ENDED[last.capacity] if last else ""
