"""The story of a holder from the grant on: the new options, and why they have this price, type, term and schedule."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from infra.explain.holder_history import HistoryLine, HolderHistory, options_told, shares_told, titled, tranches_told
from optex import formatting
from optex.actions import AgreementSigned
from optex.eligibility import capacity_on
from optex.formatting import day, in_words, listed, money
from optex.grant import DAYS_AFTER_DIRECTORSHIP, expiry, is_ten_percent_owner
from optex.iso import LIMIT, UNIT, exercisable, room
from optex.records import Capacity, IssuedOption, OptionType

Key = TypeVar("Key", bound=Hashable)


def new_options(history: HolderHistory) -> Iterator[HistoryLine]:
    """Every new option, then the reasons: price, type, term, vesting, and which agreements are signed."""
    options, at = history.new_options, history.granted_at
    if not options or at is None:
        return
    grants = history.record.grants
    for option in options:
        source = (
            f"in place of {titled(grants[option.from_grant_id])}"
            if option.from_grant_id
            else "as the grant that was deferred"
        )
        what = (
            f"New option {option.grant_id} granted {source}: {shares_told(option.shares)}, {option.type}, "
            f"{money(option.price)} a share, until {day(option.expires_on)}."
        )
        yield HistoryLine(at=at, what=what, rule="GRT-1" if option.from_grant_id else "LCK-1")
    for why in (_price(history), _type(history), _limit(history), _term(history), _vesting(history)):
        for what, rule in why:
            yield HistoryLine(at=at, what=what, rule=rule)
    yield from _agreements(history, at)


def _price(history: HolderHistory) -> Iterator[tuple[str, str]]:
    on, close = history.new_options[0].granted_on, history.close
    if close is None:
        return
    dearer = [option for option in history.new_options if option.price > close]
    if len(dearer) < len(history.new_options):
        yield f"The price of {money(close)} is the closing price of {day(on)}, the grant date.", "GRT-3"
    if dearer:
        ids, price = options_told([option.grant_id for option in dearer]), money(dearer[0].price)
        yield (
            f"The price of {price} of {ids} is 110% of the closing price of {money(close)} on {day(on)}, rounded up to "
            "the cent: an ISO of an owner of more than 10% of the voting power.",
            "GRT-3",
        )


def _type(history: HolderHistory) -> Iterator[tuple[str, str]]:
    """What became of each ISO: an ISO as far as it qualifies, an NSO for the rest."""
    on = history.new_options[0].granted_on
    capacity = capacity_on(history.record.service_periods, on)
    by_source = _grouped((_source(option), option) for option in history.new_options if _was_iso(history, option))
    if not by_source:
        return
    if capacity is not Capacity.EMPLOYEE:
        serves = f"then serving as {formatting.capacity(capacity)}" if capacity else "not then one"
        whose = f"In place of the ISO{'s' * (len(by_source) > 1)} {listed(list(by_source))} there are NSOs"
        yield (
            f"{whose}: only an employee on the grant date can be granted an ISO, and the holder was {serves}.",
            "ISO-1",
        )
        return
    whole = [
        part.grant_id
        for parts in by_source.values()
        for part in parts
        if all(each.type is OptionType.ISO for each in parts)
    ]
    if whole:
        yield f"Qualifying in full, and granted as ISOs: {listed(whole)}.", "ISO-1"
    for source, parts in by_source.items():
        excess = [part for part in parts if part.type is OptionType.NSO]
        if not excess:
            continue
        years = listed(sorted({str(tranche.vests_on.year) for part in excess for tranche in part.vesting}))
        shares = sum(part.shares for part in parts)
        beyond = sum(part.shares for part in excess)
        kept = f"{shares - beyond:,} remain an ISO" if beyond < shares else "none remains an ISO"
        yield (
            f"Of the {shares_told(shares)} in place of the ISO {source} {kept}; {beyond:,} are an NSO, for they first "
            f"become exercisable in {years} beyond the limit of $100,000 a year.",
            "ISO-1",
        )


def _limit(history: HolderHistory) -> Iterator[tuple[str, str]]:
    """What the older ISOs left of the limit, for each year in which it cut a new one short."""
    parts = [option for option in history.new_options if _was_iso(history, option) and option.type is OptionType.NSO]
    on, close = history.new_options[0].granted_on, history.close
    if close is None or not parts or capacity_on(history.record.service_periods, on) is not Capacity.EMPLOYEE:
        return
    cancelled = {each.grant_id: each for each in history.cancellations}
    old = [grant for grant in history.record.grants.values() if grant.type is OptionType.ISO]
    left = room(exercisable(grant, history.terms.plan.vesting, cancelled.get(grant.grant_id)) for grant in old)
    for year in sorted({tranche.vests_on.year for option in parts for tranche in option.vesting}):
        unused = Decimal(left.get(year, LIMIT)) / UNIT
        fits = sum(
            tranche.shares
            for option in history.new_options
            if option.type is OptionType.ISO
            for tranche in option.vesting
            if tranche.vests_on.year == year
        )
        taken = f"room for {shares_told(fits)} at {money(close)}, the value at grant" if fits else "no room for a share"
        yield (
            f"Limit of {year}: of $100,000, the older ISOs that first become exercisable in that year"
            f"{', those cancelled in it included,' if year == history.state.schedule.cancel_on.year else ''} leave "
            f"{money(unused)}, {taken}.",
            "ISO-1",
        )


def _term(history: HolderHistory) -> Iterator[tuple[str, str]]:
    years = history.terms.plan.term_years
    granted_on = history.new_options[0].granted_on
    capacity = capacity_on(history.record.service_periods, granted_on)
    owner = is_ten_percent_owner(history.record.holder)
    usual = getattr(years, capacity.value) if capacity else None
    for expires_on, options in _grouped((option.expires_on, option) for option in history.new_options).items():
        runs = expires_on.year - granted_on.year
        shorter = owner and runs != usual and all(option.type is OptionType.ISO for option in options)
        term = f"{in_words(runs, 'year')}, until {day(expires_on)}"
        if shorter:
            why = "an ISO of an owner of more than 10% of the voting power"
        elif capacity is Capacity.DIRECTOR and expires_on < _usual(history, granted_on):
            ceases = expires_on - timedelta(days=DAYS_AFTER_DIRECTORSHIP)
            term = f"cut short, until {day(expires_on)}"
            why = f"the holder is a director until {day(ceases)}, and it ends {DAYS_AFTER_DIRECTORSHIP} days after that"
        elif capacity is Capacity.DIRECTOR:
            why = (
                "the holder is a director and no employee; it ends earlier, "
                f"{DAYS_AFTER_DIRECTORSHIP} days after the holder ceases to be a director, if that comes before"
            )
        else:
            why = f"the holder is {formatting.capacity(capacity)}" if capacity else "the usual term"
        ids = options_told([option.grant_id for option in options])
        yield f"The term of {ids} is {term}: {why}.", "GRT-4"


def _usual(history: HolderHistory, granted_on: date) -> date:
    """Until when the option of a director runs of whom it is not known at the grant when the directorship ends."""
    return expiry(granted_on, history.terms, Capacity.DIRECTOR, type=OptionType.NSO, ten_percent_owner=False)


def _vesting(history: HolderHistory) -> Iterator[tuple[str, str]]:
    on = history.new_options[0].granted_on
    at_once = [o.grant_id for o in history.new_options if [tranche.vests_on for tranche in o.vesting] == [on]]
    if at_once:
        yield f"Vested in full at grant, as the old schedules were by then: {listed(at_once)}.", "VST-1"
    for option in history.new_options:
        if option.grant_id in at_once:
            continue
        if option.from_grant_id:
            told = tranches_told(option.vesting, on)
            yield f"Vesting of {option.grant_id}, as the old schedule would have run: {told}.", "VST-1"
        else:
            told = tranches_told(option.vesting, on)
            yield f"Vesting of {option.grant_id}, by the plan's schedule from the grant date: {told}.", "LCK-1"


def _agreements(history: HolderHistory, at: datetime) -> Iterator[HistoryLine]:
    """Signed agreements when their signature was recorded; what is not signed cannot be exercised yet (GRT-5)."""
    own = {option.grant_id for option in history.new_options}
    signed = [each for each in history.taken(AgreementSigned) if each.grant in own]
    done = {each.grant for each in signed}
    pending = [option.grant_id for option in history.new_options if option.grant_id not in done]
    if pending:
        which = f"agreement on {pending[0]} is" if len(pending) == 1 else f"agreements on {listed(pending)} are"
        until = "until it is, the option" if len(pending) == 1 else "until they are, these options"
        what = f"Pending signature: the {which} not on record as signed; {until} cannot be exercised."
        yield HistoryLine(at=at, what=what, rule="GRT-5")
    for each in signed:
        yield HistoryLine(at=each.at, what=f"The agreement on {each.grant} was signed on {day(each.on)}.", rule="GRT-5")


def _source(option: IssuedOption) -> str:
    return option.from_grant_id or option.grant_id.partition("-N")[0]


def _was_iso(history: HolderHistory, option: IssuedOption) -> bool:
    if option.from_grant_id:
        return history.record.grants[option.from_grant_id].type is OptionType.ISO
    return any(d.deferred_id == _source(option) and d.type is OptionType.ISO for d in history.state.deferred)


def _grouped(pairs: Iterable[tuple[Key, Any]]) -> dict[Key, list[Any]]:
    groups: dict[Key, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)
