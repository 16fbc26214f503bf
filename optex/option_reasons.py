"""Why an option that the offer brings into being is as it is, in words that go on record with it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from optex import formatting
from optex.errors import Ruling
from optex.exchange import said
from optex.exchange_words import new_vesting
from optex.formatting import count, day, in_words, listed, money, short_day
from optex.iso import LIMIT, UNIT, Room
from optex.market import priced_on
from optex.records import Capacity, Grant, IssuedOption, UnitType
from optex.terms import DAYS_AFTER_DIRECTORSHIP, Plan, Terms
from optex.vesting import Tranches, total


def titled(option: Grant | IssuedOption) -> str:
    """An option by all that tells it from others, such as G-001 (ISO of Jun 15, 1994 at $4.25)."""
    return f"{option.grant_id} ({option.type} of {short_day(option.granted_on)} at {money(option.price)})"


def may_be_tendered(held: Sequence[Grant], terms: Terms) -> Ruling:
    """What a holder may tender of the options that the offer is made for, and what must go with any other (TND-3)."""
    held = sorted(held, key=lambda grant: (grant.granted_on, grant.grant_id))
    named = "; ".join(f"{count(grant.remaining, 'share')} of {titled(grant)}" for grant in held)
    shares = count(sum(grant.remaining for grant in held), "share")
    reason = f"May tender {count(len(held), 'option')} with {shares}: {named}."
    if given := [words for grant in held if (words := said(grant.remaining, grant, terms.exchange))]:
        reason += f" If tendered whole: {'; '.join(given)}."
    since = terms.lookback_from
    if since and (recent := [grant.grant_id for grant in held if grant.granted_on >= since]):
        whole = "must be tendered whole with any other" if len(held) > 1 else "can only be tendered whole"
        reason += f" Granted since {day(since)}: {listed(recent)}, which {whole}."
    if units := _UNITS.get(terms.exchange.units):
        reason += f" {units}"
    return Ruling(rule="TND-1", reason=reason)


_UNITS = {
    "grants": "An option is tendered whole, or not at all.",
    "all": "All of it is tendered, every option whole, or nothing.",
}
"""What a holder may choose, where it is not any whole shares (TND-8)."""


def balancing_issued(option: IssuedOption) -> Ruling:
    """A balancing option, for the shares that were not tendered (TND-2)."""
    reason = (
        f"Balancing option {option.grant_id} issued for the {count(option.shares, 'share')} of {option.from_grant_id} "
        f"not tendered, on the old terms: granted {day(option.granted_on)}, {money(option.price)} a share, "
        f"{option.type}, until {day(option.expires_on)}. Vesting: {_tranches(option.vesting)}."
    )
    return Ruling(rule="TND-2", reason=reason)


UNITS = Ruling(
    rule="XCH-3",
    reason="Restricted stock units: they have no exercise price and no term, and are neither an ISO nor an NSO.",
)
"""Why what is granted in place of an option has no price, type or term (XCH-3)."""


def newly_granted(option: IssuedOption, grants: Mapping[str, Grant]) -> Ruling:
    """A new option with what it takes the place of (GRT-1), or the grant that was deferred (LCK-1)."""
    replaced = option.from_grant_id
    source = f"in place of {titled(grants[replaced])}" if replaced else "as the grant that was deferred"
    if option.type is UnitType.RSU:
        units = f"{count(option.shares, 'restricted stock unit')} {option.grant_id}"
        return Ruling(rule="GRT-1", reason=f"{units} granted {source}.")
    reason = (
        f"New option {option.grant_id} granted {source}: {count(option.shares, 'share')}, {option.type}, "
        f"{money(option.price)} a share, until {day(option.expires_on)}."
    )
    return Ruling(rule="GRT-1" if replaced else "LCK-1", reason=reason)


# Of a hundred thousand holders most have the same price and the same term.
@lru_cache(maxsize=64)
def price_reason(price: Decimal, close: Decimal, granted_on: date, terms: Terms) -> Ruling:
    """Why the option costs what it does (GRT-3), where the offer's terms have the price otherwise by these (XCH-4)."""
    rule, on = "GRT-3" if terms.price == "close" else "XCH-4", day(priced_on(terms, granted_on))
    match terms.price:
        case "previous_close":
            value, of = "the closing price", f"{on}, the last trading day before the grant date"
        case "average_high_low":
            value, of = "the average of the high and the low", f"{on}, the grant date, rounded up to the cent"
        case _:
            value, of = "the closing price", f"{on}, the grant date"
    if price > close:
        reason = (
            f"The price of {money(price)} is 110% of {value} of {money(close)} on {on}, rounded "
            "up to the cent: an ISO of an owner of more than 10% of the voting power."
        )
    else:
        reason = f"The price of {money(price)} is {value} of {of}."
    return Ruling(rule=rule, reason=reason)


@lru_cache(maxsize=8)
def only_employees(capacity: Capacity) -> Ruling:
    """Why there is an NSO in place of an ISO, whatever the limit (ISO-1)."""
    reason = (
        "An NSO in place of an ISO: only an employee on the grant date can be granted an ISO, and the holder was then "
        f"serving as {formatting.capacity(capacity)}."
    )
    return Ruling(rule="ISO-1", reason=reason)


@lru_cache(maxsize=8)
def plan_too_old(plan: Plan) -> Ruling:
    """Why no ISO is granted under a plan that was adopted more than ten years ago (ISO-1)."""
    assert plan.adopted is not None
    assert plan.isos_through is not None
    reason = (
        f"An NSO in place of an ISO: the plan was adopted on {day(plan.adopted)}, and an ISO can be granted under it "
        f"through {day(plan.isos_through)}, ten years later (IRC 422(b)(2))."
    )
    return Ruling(rule="ISO-1", reason=reason)


_IN_FULL = Ruling(rule="ISO-1", reason="Qualifying in full, and granted as an ISO.")


def limit_reasons(
    source: str, iso: Tranches, nso: Tranches, before: Room, fmv: Decimal, cancelled_in: int | None
) -> tuple[Ruling, ...]:
    """What became of an ISO: an ISO as far as it qualifies, an NSO for the rest, and what each year's limit left it.

    `before` is the room that the ISOs before it left; `cancelled_in` the year in which those tendered were cancelled.
    """
    if not nso:
        return (_IN_FULL,)
    kept, beyond = total(iso), total(nso)
    years = sorted({tranche.vests_on.year for tranche in nso})
    remain = f"{kept:,} remain an ISO" if kept else "none remains an ISO"
    reason = (
        f"Of the {count(kept + beyond, 'share')} in place of the ISO {source} {remain}; {beyond:,} are an NSO, for "
        f"they first become exercisable in {listed([str(year) for year in years])} beyond the limit of $100,000 a year."
    )
    return (Ruling(rule="ISO-1", reason=reason), *(_room_of(year, iso, before, fmv, cancelled_in) for year in years))


def _room_of(year: int, iso: Tranches, before: Room, fmv: Decimal, cancelled_in: int | None) -> Ruling:
    fits = sum(tranche.shares for tranche in iso if tranche.vests_on.year == year)
    room = f"room for {count(fits, 'share')} at {money(fmv)}, the value at grant" if fits else "no room for a share"
    reason = (
        f"Limit of {year}: of $100,000, the ISOs before it that first become exercisable in that year"
        f"{', those cancelled in it included,' if year == cancelled_in else ''} leave "
        f"{money(Decimal(before.get(year, LIMIT)) / UNIT)}, {room}."
    )
    return Ruling(rule="ISO-1", reason=reason)


@lru_cache(maxsize=256)
def term_reason(granted_on: date, expires_on: date, usual: date, capacity: Capacity, owners_iso: bool) -> Ruling:
    """Why the option runs until then (GRT-4); `usual` is the end of the term that its holder's capacity has."""
    term = f"{in_words(expires_on.year - granted_on.year, 'year')}, until {day(expires_on)}"
    if owners_iso and expires_on < usual:
        why = "an ISO of an owner of more than 10% of the voting power"
    elif capacity is Capacity.DIRECTOR and expires_on < usual:
        ceases = expires_on - timedelta(days=DAYS_AFTER_DIRECTORSHIP)
        term = f"cut short, until {day(expires_on)}"
        why = f"the holder is a director until {day(ceases)}, and it ends {DAYS_AFTER_DIRECTORSHIP} days after that"
    elif capacity is Capacity.DIRECTOR:
        why = (
            "the holder is a director and no employee; it ends earlier, "
            f"{DAYS_AFTER_DIRECTORSHIP} days after the holder ceases to be a director, if that comes before"
        )
    else:
        why = f"the holder is {formatting.capacity(capacity)}"
    return Ruling(rule="GRT-4", reason=f"The term is {term}: {why}.")


_AT_ONCE = Ruling(rule="VST-1", reason="Vested in full at grant, as the old schedule was by then.")


def vesting_reason(vesting: Tranches, granted_on: date, terms: Terms, *, deferred: bool) -> Ruling:
    """Why the option vests on these days: as the one it replaces would have (VST-1), by the plan's schedule, or anew.

    What the offer's own terms have instead is XCH-2.
    """
    if deferred:
        told = f"Vesting by the plan's schedule from the grant date: {_tranches(vesting)}."
        return Ruling(rule="LCK-1", reason=told)
    if said := new_vesting(terms):
        return Ruling(rule="XCH-2", reason=f"{said} For these shares: {_tranches(vesting, granted_on)}.")
    if vesting[-1].vests_on == granted_on:
        return _AT_ONCE
    told = f"Vesting as the old schedule would have run: {_tranches(vesting, granted_on)}."
    return Ruling(rule="VST-1", reason=told)


def _tranches(tranches: Tranches, granted_on: date | None = None) -> str:
    """A schedule in prose; what falls on the grant date itself is vested at grant."""
    said = [
        f"{tranche.shares:,} {'at grant' if tranche.vests_on == granted_on else 'on ' + short_day(tranche.vests_on)}"
        for tranche in tranches
    ]
    return listed(said)
