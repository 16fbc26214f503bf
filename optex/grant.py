"""Promise, price and schedule become new options."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

from optex.adjustment import Deferred, Split, ratio, scale, scaled_total
from optex.calendar import local_date
from optex.cancellation import Cancellation
from optex.errors import Ruling
from optex.iso import Exercisable, Room, exercisable, qualify, room
from optex.option_reasons import (
    UNITS,
    limit_reasons,
    only_employees,
    plan_too_old,
    price_reason,
    term_reason,
    vesting_reason,
)
from optex.records import Capacity, Grant, Holder, IssuedOption, OptionType, UnitType
from optex.terms import DAYS_AFTER_DIRECTORSHIP, Terms, Vesting
from optex.vesting import Tranches, plan_schedule, renewed, total

Promised = tuple[str, str, OptionType | UnitType, Tranches]
"""One option to be granted: the id it is named after, the cancelled grant ("" if deferred), its type, its tranches."""


def new_options(
    *,
    terms: Terms,
    holder: Holder,
    capacity: Capacity,
    granted_on: date,
    close: Decimal,
    cancellations: Sequence[Cancellation],
    grants: Mapping[str, Grant],
    splits: Sequence[Split] = (),
    deferred: Iterable[Deferred] = (),
    ceases_on: date | None = None,
    earlier: Iterable[Exercisable] = (),
) -> list[IssuedOption]:
    """The new options of one holder who is entitled to them, in order of the grants they replace, deferred ones last.

    `capacity` is the holder's on the grant date, `close` that day's closing price in dollars, or what the terms have
    for it (XCH-4), `grants` all the holder's grants as they stood at cancellation, `ceases_on` the last day of that
    capacity where it is known already, `earlier` the new ISOs granted to the holder before. An ISO becomes an ISO as
    far as it qualifies and an NSO for the rest. Where units are granted, they take the place of either and have no
    price, type or term. Each comes with the reasons why it is as it is.
    KeyError where a cancelled grant is not among the grants.
    Authority: §6, §9, §14 (GRT-3, GRT-4, VST-1, ISO-1, ADJ-1, LCK-1); the offer's own terms (XCH-1 to XCH-4).
    """
    employee = capacity is Capacity.EMPLOYEE
    owner = is_ten_percent_owner(holder)
    usual = expiry(granted_on, terms, capacity, type=OptionType.NSO, ten_percent_owner=owner)
    prices = {kind: exercise_price(close, type=kind, ten_percent_owner=owner) for kind in OptionType}
    ends = {
        kind: expiry(granted_on, terms, capacity, type=kind, ten_percent_owner=owner, ceases_on=ceases_on)
        for kind in OptionType
    }
    last_iso_day = terms.plan.isos_through
    too_old = last_iso_day is not None and granted_on > last_iso_day
    cancelled_in = cancellations[0].cancelled_on.year if cancellations else None
    left: Room | None = None
    options = []
    promised = _replacing(terms, cancellations, grants, granted_on, splits)
    for source, from_grant_id, type_, tranches in (*promised, *_deferred(terms, deferred, granted_on, splits)):
        if type_ is UnitType.RSU:
            options += [_units(terms, holder, source, granted_on, tranches)] if tranches else []
            continue
        iso: Tranches = ()
        nso = tranches
        why_type: tuple[Ruling, ...] = ()
        if type_ is OptionType.ISO and employee and not too_old:
            before = _room_left(grants, cancellations, terms.plan.vesting, earlier) if left is None else left
            iso, nso, left = qualify(tranches, close, before)
            why_type = limit_reasons(source, iso, nso, before, close, cancelled_in)
        elif type_ is OptionType.ISO:
            why_type = (plan_too_old(terms.plan) if employee else only_employees(capacity),)
        for part, kind in ((iso, OptionType.ISO), (nso, OptionType.NSO)):
            if not part:
                continue
            options.append(
                IssuedOption(
                    grant_id=f"{source}-N-{kind.value}" if iso and nso else f"{source}-N",
                    holder_id=holder.holder_id,
                    from_grant_id=from_grant_id,
                    granted_on=granted_on,
                    shares=total(part),
                    price=prices[kind],
                    type=kind,
                    expires_on=ends[kind],
                    vesting=part,
                    reasons=(
                        price_reason(prices[kind], close, granted_on, terms),
                        *why_type,
                        term_reason(granted_on, ends[kind], usual, capacity, owner and kind is OptionType.ISO),
                        vesting_reason(part, granted_on, terms, deferred=not from_grant_id),
                    ),
                )
            )
    return options


def _units(terms: Terms, holder: Holder, source: str, granted_on: date, tranches: Tranches) -> IssuedOption:
    """Restricted stock units in place of a cancelled option: nothing is paid for them, and the last ends by vesting.

    Authority: the offer's own terms (XCH-3).
    """
    return IssuedOption(
        grant_id=f"{source}-N",
        holder_id=holder.holder_id,
        from_grant_id=source,
        granted_on=granted_on,
        shares=total(tranches),
        price=Decimal(0),
        type=UnitType.RSU,
        expires_on=tranches[-1].vests_on,
        vesting=tranches,
        reasons=(UNITS, vesting_reason(tranches, granted_on, terms, deferred=False)),
    )


def expiry(
    granted_on: date,
    terms: Terms,
    capacity: Capacity,
    *,
    type: OptionType,
    ten_percent_owner: bool,
    ceases_on: date | None = None,
) -> date:
    """The last day of a new option's term, by capacity on the grant date; a ten percent owner's ISO runs shorter.

    A director's ends earlier where the service record shows at the grant on which day the directorship does.
    Authority: §9, "no more than five (5) years"; Summary Term Sheet, "five years from the date of grant or 90 days
    after the optionee ceases to be a director" (GRT-4).
    """
    term_years = terms.plan.term_years
    years: int = getattr(term_years, capacity.value)
    if type is OptionType.ISO and ten_percent_owner:
        years = min(years, term_years.ten_percent_owner)
    last = _years_after(granted_on, years)
    if capacity is Capacity.DIRECTOR and ceases_on is not None:
        return min(last, ceases_on + timedelta(days=DAYS_AFTER_DIRECTORSHIP))
    return last


def _replacing(
    terms: Terms,
    cancellations: Iterable[Cancellation],
    grants: Mapping[str, Grant],
    granted_on: date,
    splits: Sequence[Split],
) -> Iterator[Promised]:
    in_order = sorted(cancellations, key=lambda each: (grants[each.grant_id].granted_on, each.grant_id))
    for each in in_order:
        tranches = each.promised
        if splits:
            tranches = scale(tranches, ratio(splits, each.cancelled_on, granted_on))
        kind = UnitType.RSU if terms.exchange.awards_units else grants[each.grant_id].type
        yield each.grant_id, each.grant_id, kind, renewed(tranches, granted_on, terms)


def _deferred(
    terms: Terms, deferred: Iterable[Deferred], granted_on: date, splits: Sequence[Split]
) -> Iterator[Promised]:
    for each in sorted(deferred, key=lambda each: (each.decided_at, each.deferred_id)):
        by = ratio(splits, local_date(each.decided_at, terms.zone), granted_on)
        tranches = plan_schedule(granted_on, scaled_total(each.shares, by), terms.plan.vesting)
        yield each.deferred_id, "", each.type, tranches


def _room_left(
    grants: Mapping[str, Grant],
    cancellations: Iterable[Cancellation],
    vesting: Vesting,
    earlier: Iterable[Exercisable],
) -> Room:
    """What all the holder's old ISOs, cancelled or not, and those granted earlier in the offer leave of the limit."""
    cancelled = {each.grant_id: each for each in cancellations}
    old = [
        exercisable(grant, vesting, cancelled.get(grant.grant_id))
        for grant in grants.values()
        if grant.type is OptionType.ISO
    ]
    return room([*old, *earlier])


@lru_cache(maxsize=64)
def _years_after(day: date, years: int) -> date:
    """The same day so many years later; from February 29 the 28th, for a term may not be longer than its years."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


CENT = Decimal("0.01")


def is_ten_percent_owner(holder: Holder) -> bool:
    """Whether the holder owns more than 10% of the voting power; exactly 10% is not more.

    Authority: §9, "owns stock representing more than 10% of the voting rights" (GRT-3, GRT-4).
    """
    return holder.voting_percent > 10


def exercise_price(close: Decimal, *, type: OptionType, ten_percent_owner: bool) -> Decimal:
    """The price per share: the closing price on the grant date, to a ten percent owner's ISO 110% up to the next cent.

    In dollars. ValueError where the closing price is not positive.
    Authority: §9, "100% of the fair market value", "may not be less than 110% of the closing price" (GRT-3).
    """
    if not close > 0:
        raise ValueError(f"{close} is not a closing price")
    if type is OptionType.ISO and ten_percent_owner:
        return (close * 110 / 100).quantize(CENT, rounding=ROUND_CEILING)
    # A close quoted finer than a cent stays as it is: rounded down, the option would be priced below market.
    cents = close.quantize(CENT)
    return cents if cents == close else close
