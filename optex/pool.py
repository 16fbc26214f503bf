"""The plan's pool of shares, and the sums that must balance when cancellations, promises and grants are done."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from operator import ge

from optex.adjustment import UNCHANGED, Split, ratio, scaled_total
from optex.cancellation import Cancellation, Promise
from optex.errors import Ruling
from optex.exchange import ONE_FOR_ONE, new_shares
from optex.formatting import count
from optex.records import Grant, IssuedOption
from optex.terms import Exchange, Vesting
from optex.vesting import outstanding, total

Movement = tuple[date, str, int]
"""The day, what happened, and by how many shares the available pool grew (or shrank, where negative)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolEntry:
    on: date
    event: str
    shares: int
    available_after: int


def post(available: int, movements: Iterable[Movement]) -> list[PoolEntry]:
    """The pool after each movement in turn, in shares, from what was available before them (§12, PLN-1)."""
    entries = []
    for on, event, shares in movements:
        available += shares
        entries.append(PoolEntry(on=on, event=event, shares=shares, available_after=available))
    return entries


def opening(on: date, authorized: int, grants: Iterable[Grant]) -> list[Movement]:
    """The pool as the offer finds it: what the plan authorizes, less what is outstanding, less what was exercised.

    Authority: §12 (PLN-1).
    """
    left = exercised = 0
    for grant in grants:
        left += grant.remaining
        exercised += grant.exercised
    return [(on, "authorized", authorized), (on, "outstanding", -left), (on, "exercised", -exercised)]


def cancelled(on: date, shares: int, promised: int) -> list[Movement]:
    """Cancelled shares return to the pool, and those that are promised for them are at once reserved.

    Where fewer are promised than were cancelled, the difference is returned for good (XCH-1).
    Authority: §12, "returned to the pool of shares available for grants of new options" (PLN-1, CAN-1).
    """
    return [(on, "cancelled", shares), (on, "reserved", -promised)]


def deferred(on: date, shares: int) -> list[Movement]:
    """Shares of a deferred grant, reserved when it is decided (LCK-1, PLN-1)."""
    return [(on, "reserved", -shares)]


def lapsed(on: date, reserved: int) -> list[Movement]:
    """The reserve of a promise that lapsed goes back to the pool. Authority: §2, §9 (ELG-3, PLN-1)."""
    return [(on, "lapsed", reserved)]


def restated(on: date, before: Mapping[str, int], after: Mapping[str, int]) -> list[Movement]:
    """What a corrected grant changes of the shares outstanding, exercised and reserved; what is freed goes first.

    Authority: §12 (REC-3, PLN-1).
    """
    names = ("outstanding", "exercised", "reserved")
    moved = {f"{name} restated": before.get(name, 0) - after.get(name, 0) for name in names}
    in_order = sorted(moved.items(), key=lambda each: each[1] < 0)
    return [(on, event, shares) for event, shares in in_order if shares]


def reinstated(on: date, reserved: int) -> list[Movement]:
    """The reserve of a promise that is reinstated is held for it again. Authority: §12 (REC-4, PLN-1)."""
    return [(on, "reinstated", -reserved)]


def voided(on: date, reserved: int, outstanding: int) -> list[Movement]:
    """A voided acceptance: the reserve of its promise is free, and the option is outstanding as if never cancelled.

    `reserved` is 0 where the promise had lapsed before.
    Authority: §2, §12 (REC-4, ELG-3, PLN-1).
    """
    freed = [(on, "voided", reserved)] if reserved else []
    return [*freed, (on, "outstanding", -outstanding)]


def rescinded(on: date, shares: int) -> list[Movement]:
    """A rescinded option goes back to the pool (§12, REC-4, PLN-1)."""
    return [(on, "rescinded", shares)]


def granted(on: date, reserved: int, shares: int) -> list[Movement]:
    """New options take the place of the reserve that was held for them (§12, PLN-1)."""
    return [(on, "released", reserved), (on, "granted", -shares)]


def reserve(shares: Iterable[int], by: Fraction = UNCHANGED) -> int:
    """What is held for cancelled or deferred grants after a split: each floored by itself, as its new option is."""
    return sum(scaled_total(each, by) for each in shares)


Holding = tuple[int, Fraction]
"""What takes up shares of the plan, in the shares of some day, and how many each of them has become since."""


def available(authorized: int, by: Fraction, holdings: Iterable[Holding]) -> int:
    """What splits leave of the pool: the authorized shares scaled and floored, less every holding scaled and floored.

    A holding is one option outstanding, the exercised shares of one grant, or the reserve of one cancelled or deferred
    grant. Never negative where it was not before and all are scaled alike: floors of parts sum to no more than the
    floor of their sum.
    Authority: §9, "an appropriate adjustment will be made" (ADJ-1, PLN-1).
    """
    return scaled_total(authorized, by) - sum(scaled_total(shares, since) for shares, since in holdings)


def split(on: date, *, before: int, after: int) -> list[Movement]:
    """By how much a split changes what is left of the pool. Authority: §9 (ADJ-1, PLN-1)."""
    return [(on, "split", after - before)]


def exceeds_reserve(reserved: int, shares: int) -> Ruling | None:
    """Why the new options may not be granted: they come to more shares than are reserved for them, else None.

    Authority: §12 (PLN-1).
    """
    if shares <= reserved:
        return None
    kept = f"{reserved:,} {'is' if reserved == 1 else 'are'} reserved for them"
    reason = f"The new options come to {count(shares, 'share')}, but only {kept}."
    return Ruling(rule="PLN-1", reason=reason)


def imbalances(
    *,
    vesting: Vesting,
    grants: Mapping[str, Grant],
    cancellations: Collection[Cancellation],
    promises: Iterable[Promise],
    options: Collection[IssuedOption] = (),
    lapsed_holders: Collection[str] = (),
    granted_on: date | None = None,
    splits: Collection[Split] = (),
    exchange: Exchange = ONE_FOR_ONE,
) -> list[str]:
    """Every sum that does not balance, in words; none where all is well.

    What is cancelled of each grant, at its ratio and rounded, is what is promised for it, and what is promised is
    granted or lapsed. `vesting` is the plan's schedule, `options` are the new options, `lapsed_holders` those whose
    promise lapsed; `granted_on` is None while nothing is granted yet. KeyError where a cancelled grant is not among
    the grants.
    Authority: TND-2, CAN-1, PRM-1, XCH-1, ADJ-1, PLN-1.
    """
    balancing = [each.balancing for each in cancellations if each.balancing]
    issued = [*balancing, *options]
    broken = [f"{each} is issued {n} times" for each, n in _repeated(option.grant_id for option in issued)]
    broken += [f"{each} is cancelled {n} times" for each, n in _repeated(c.grant_id for c in cancellations)]
    for option in issued:
        broken += _broken_vesting(option)
    for cancellation in cancellations:
        broken += _broken_cancellation(cancellation, grants[cancellation.grant_id], vesting)
        broken += _broken_exchange(cancellation, grants[cancellation.grant_id], exchange)
    broken += _broken_promises(cancellations, promises)
    if granted_on:
        due = {
            (each.grant_id, each.holder_id): scaled_total(each.new_shares, ratio(splits, each.cancelled_on, granted_on))
            for each in cancellations
            if each.holder_id not in lapsed_holders
        }
        broken += _broken_regrants(due, options, granted_on)
    return broken


def _repeated(ids: Iterable[str]) -> list[tuple[str, int]]:
    return [(each, n) for each, n in Counter(ids).items() if n > 1]


def _broken_vesting(option: IssuedOption) -> list[str]:
    broken = []
    if total(option.vesting) != option.shares:
        broken.append(f"{option.grant_id}: the tranches sum to {total(option.vesting)}, the option to {option.shares}")
    days = [tranche.vests_on for tranche in option.vesting]
    if any(map(ge, days, days[1:])) or any(tranche.shares < 1 for tranche in option.vesting):
        broken.append(f"{option.grant_id}: the tranches are out of order, empty or doubled")
    return broken


def _broken_cancellation(cancellation: Cancellation, grant: Grant, vesting: Vesting) -> list[str]:
    broken = []
    rest = cancellation.balancing.shares if cancellation.balancing else 0
    if grant.remaining != cancellation.shares + rest:
        broken.append(
            f"{grant.grant_id}: granted {grant.shares} less exercised {grant.exercised} "
            f"is not cancelled {cancellation.shares} plus balancing {rest}"
        )
    if total(cancellation.vesting) != cancellation.shares:
        broken.append(f"{grant.grant_id}: the cancelled tranches do not sum to {cancellation.shares}")
    left = outstanding(grant, vesting)
    if not cancellation.balancing and cancellation.vesting == left:
        return broken
    parts: dict[date, int] = {}
    for tranche in (*cancellation.vesting, *(cancellation.balancing.vesting if cancellation.balancing else ())):
        parts[tranche.vests_on] = parts.get(tranche.vests_on, 0) + tranche.shares
    if parts != {tranche.vests_on: tranche.shares for tranche in left}:
        broken.append(f"{grant.grant_id}: cancelled and balancing tranches do not make up the tranches outstanding")
    return broken


def _broken_exchange(cancellation: Cancellation, grant: Grant, exchange: Exchange) -> list[str]:
    """What is promised for a cancelled grant is what its own ratio gives, and nothing vests on another day."""
    broken = []
    due = new_shares(cancellation.shares, grant, exchange)
    if not due == cancellation.new_shares > 0:
        promised = f"{cancellation.new_shares} are promised"
        broken.append(f"{grant.grant_id}: {due} new shares are due for {cancellation.shares}, {promised}")
    if not {t.vests_on for t in cancellation.promised} <= {t.vests_on for t in cancellation.vesting}:
        broken.append(f"{grant.grant_id}: new shares vest on other days than those that were cancelled")
    return broken


def _broken_promises(cancellations: Iterable[Cancellation], promises: Iterable[Promise]) -> list[str]:
    shares: Counter[str] = Counter()
    for cancellation in cancellations:
        shares[cancellation.holder_id] += cancellation.new_shares
    promised: Counter[str] = Counter()
    for promise in promises:
        promised[promise.holder_id] += promise.shares
    return [
        f"{holder}: promised {promised[holder]}, cancelled for {shares[holder]}"
        for holder in sorted(shares.keys() | promised.keys())
        if shares[holder] != promised[holder]
    ]


def _broken_regrants(
    due: Mapping[tuple[str, str], int], options: Iterable[IssuedOption], granted_on: date
) -> list[str]:
    """What is due and what is granted by cancelled grant and holder; a deferred grant replaces none."""
    broken = []
    regranted: Counter[tuple[str, str]] = Counter()
    for option in options:
        if option.granted_on != granted_on or any(tranche.vests_on < granted_on for tranche in option.vesting):
            broken.append(f"{option.grant_id}: not granted on {granted_on}, or vested before it")
        if option.from_grant_id:
            regranted[option.from_grant_id, option.holder_id] += option.shares
    broken += [
        f"{key[0]} of {key[1]}: {due.get(key, 0)} shares are due after adjustment, {regranted[key]} are granted"
        for key in sorted(due.keys() | regranted.keys())
        if due.get(key, 0) != regranted[key]
    ]
    return broken


def check_balances(broken: Collection[str]) -> None:
    """AssertionError where a sum does not balance: books that are wrong are not written at all (PLN-1)."""
    if broken:
        raise AssertionError("the books would not balance, so nothing is written: " + "; ".join(broken))
