"""The story of a holder from the acceptance to the grant: cancellation, promise, splits, deferred grants, lapse."""

from collections.abc import Iterator
from datetime import date

from infra.explain.holder_history import HistoryLine, HolderHistory, shares_told, titled, tranches_told
from optex.actions import Defer, ElectionWaive, Split
from optex.adjustment import ratio, scaled_total
from optex.cancellation import Cancellation
from optex.formatting import day, listed, money, sentence


def acceptance(history: HolderHistory) -> Iterator[HistoryLine]:
    """What became of every tender, with the balancing options, and the promise."""
    cancelled = {each.grant_id: each for each in history.cancellations}
    for row in history.decided("tender"):
        option = titled(history.record.grants[row.subject])
        if row.decision == "accepted":
            what = f"Tender of {shares_told(row.shares)} of {option}: {row.reason[:1].lower()}{row.reason[1:]}"
        else:
            what = f"Tender of {shares_told(row.shares)} of {option} not accepted. {sentence(row.reason)}"
        yield HistoryLine(at=row.at, what=what, rule=row.rule)
        each = cancelled.get(row.subject)
        if each and each.balancing:
            yield HistoryLine(at=row.at, what=_balancing(each), rule="TND-2")
    if (promise := history.promise) and (accepted_at := history.state.accepted_at):
        what = (
            f"Promise {promise.promise_id} issued: new options for {shares_told(promise.shares)}, no earlier than "
            f"{day(promise.not_before)}, if service continues through the grant."
        )
        yield HistoryLine(at=accepted_at, what=what, rule="PRM-1")


def _balancing(each: Cancellation) -> str:
    option = each.balancing
    assert option is not None
    return (
        f"Balancing option {option.grant_id} issued for the {shares_told(option.shares)} of {each.grant_id} not "
        f"tendered, on the old terms: granted {day(option.granted_on)}, {money(option.price)} a share, {option.type}, "
        f"until {day(option.expires_on)}. Vesting: {tranches_told(option.vesting)}."
    )


def splits(history: HolderHistory) -> Iterator[HistoryLine]:
    """How each split through the grant scaled the promise while it was open, and what was deferred (ADJ-1)."""
    promise, state = history.promise, history.state
    through = state.granted_on or (date.max if state.holds else state.schedule.grant_on)
    lapsed = [row.at for row in history.decided("promise") if row.decision == "lapsed"]
    for each in history.taken(Split):
        on = each.on
        if on > through:
            continue
        split = f"A {each.new}-for-{each.old} split of {day(on)}"
        if promise and on > promise.issued_on and not any(at <= each.at for at in lapsed):
            shares = sum(scaled_total(c.shares, ratio(state.splits, c.cancelled_on, on)) for c in history.cancellations)
            what = f"{split} adjusted promise {promise.promise_id}: it is now for {shares_told(shares)}."
            yield HistoryLine(at=each.at, what=what, rule="ADJ-1")
        for held in state.deferred:
            if held.holder_id == history.record.holder.holder_id and state.day(held.decided_at) < on:
                shares = scaled_total(held.shares, ratio(state.splits, state.day(held.decided_at), on))
                what = f"{split} adjusted the deferred grant {held.deferred_id}: it is now for {shares_told(shares)}."
                yield HistoryLine(at=each.at, what=what, rule="ADJ-1")


def deferred(history: HolderHistory) -> Iterator[HistoryLine]:
    """Grants held back until the new options are granted, and what became of each."""
    state, holder_id = history.state, history.record.holder.holder_id
    for each in state.deferred:
        if each.holder_id != holder_id:
            continue
        by = next((action.by for action in history.taken(Defer) if action.at == each.decided_at), "")
        what = (
            f"A further grant of {shares_told(each.shares)} ({each.type}) was decided{_by(by)} and is deferred, as "
            f"{each.deferred_id}, until the new options are granted."
        )
        yield HistoryLine(at=each.decided_at, what=what, rule="LCK-1")
        made = any(option.grant_id.startswith(f"{each.deferred_id}-N") for option in history.new_options)
        if history.granted_at and not made:
            what = f"The deferred grant {each.deferred_id} was not made: service did not last unbroken until the grant."
            yield HistoryLine(at=history.granted_at, what=what, rule="ELG-2")


_ENDS = {
    "granted": "kept",
    "lapsed": "lapsed; its shares went back to the pool",
    "reinstated": "reinstated; its shares are reserved again",
}


def promise_ended(history: HolderHistory) -> Iterator[HistoryLine]:
    """The promise kept, lapsed or reinstated."""
    for row in history.decided("promise"):
        end = _ENDS[row.decision]
        if row.rule == "ADJ-1":
            end = "lapsed"
        reason = sentence(row.reason).replace(" The promise lapses.", "").replace(": the promise is reinstated.", ".")
        yield HistoryLine(at=row.at, what=f"Promise {row.subject} {end}. {reason}", rule=row.rule)


def waivers(history: HolderHistory) -> Iterator[HistoryLine]:
    """Waivers of this holder's forms, and those for all holders that cleared a defect of one of them."""
    own = {form.form_id for form in history.record.forms}
    cleared = [row.at for row in history.decided("form") if any(rule == "TND-7" for rule, _ in row.remarks)]
    for each in history.actions:
        waiver = each.action
        if not isinstance(waiver, ElectionWaive):
            continue
        reason = sentence(waiver.reason)
        if not each.accepted:
            if waiver.form in own:
                what = f"A waiver of the defects of form {waiver.form} was refused. {sentence(each.ruling.reason)}"
                yield HistoryLine(at=waiver.at, what=what, rule=each.ruling.rule)
        elif waiver.form in own:
            scope = ", for all holders" if waiver.all_holders else ""
            what = f"Defects of form {waiver.form} waived{scope}{_by(waiver.by)}. {reason}"
            yield HistoryLine(at=waiver.at, what=what, rule="TND-7")
        elif waiver.all_holders and any(at >= waiver.at for at in cleared):
            rules = listed(list(waiver.rules or ()))
            what = f"Defects under {rules} waived for all holders{_by(waiver.by)}. {reason}"
            yield HistoryLine(at=waiver.at, what=what, rule="TND-7")


def refusals(history: HolderHistory) -> Iterator[HistoryLine]:
    """What was asked for this holder, apart from waivers, and refused by a rule."""
    holder_id, own = history.record.holder.holder_id, {option.grant_id for option in history.new_options}
    for each in history.actions:
        data, asked = each.action.data, each.action.asked
        mine = data.get("holder") == holder_id or data.get("grant") in own
        if not each.accepted and asked and mine:
            what = f"{asked} was refused. {sentence(each.ruling.reason)}"
            yield HistoryLine(at=each.action.at, what=what, rule=each.ruling.rule)


def _by(actor: str) -> str:
    return f" by {actor}" if actor else ""
