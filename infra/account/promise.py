"""The story of a holder from the acceptance to the grant: cancellation, promise, splits, deferred grants, lapse."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Row

from infra.account.account import Account, Line, shares_told, titled, tranches_told
from optex.adjustment import ratio, scaled_total
from optex.cancellation import Cancellation
from optex.wording import day, listed, money, sentence


def acceptance(account: Account) -> Iterator[Line]:
    """What became of every tender, with the balancing options, and the promise."""
    cancelled = {each.grant_id: each for each in account.cancellations}
    for row in account.decided("tender"):
        option = titled(account.dossier.grants[row.subject])
        if row.decision == "accepted":
            what = f"Tender of {shares_told(row.shares)} of {option}: {row.reason[:1].lower()}{row.reason[1:]}"
        else:
            what = f"Tender of {shares_told(row.shares)} of {option} not accepted. {sentence(row.reason)}"
        yield Line(at=row.at, what=what, rule=row.rule)
        each = cancelled.get(row.subject)
        if each and each.balancing:
            yield Line(at=row.at, what=_balancing(each), rule="TND-2")
    if (promise := account.promise) and (accepted_at := account.state.accepted_at):
        what = (
            f"Promise {promise.promise_id} issued: new options for {shares_told(promise.shares)}, no earlier than "
            f"{day(promise.not_before)}, if service continues through the grant."
        )
        yield Line(at=accepted_at, what=what, rule="PRM-1")


def _balancing(each: Cancellation) -> str:
    option = each.balancing
    assert option is not None
    return (
        f"Balancing option {option.grant_id} issued for the {shares_told(option.shares)} of {each.grant_id} not "
        f"tendered, on the old terms: granted {day(option.granted_on)}, {money(option.price)} a share, {option.type}, "
        f"until {day(option.expires_on)}. Vesting: {tranches_told(option.vesting)}."
    )


def splits(account: Account) -> Iterator[Line]:
    """How each split through the grant scaled the promise while it was open, and what was deferred (ADJ-1)."""
    promise, state = account.promise, account.state
    through = state.granted_on or (date.max if state.holds else state.plan.grant_on)
    lapsed = [row.at for row in account.decided("promise") if row.decision == "lapsed"]
    for row in _taken(account, "split"):
        on = date.fromisoformat(row.data["on"])
        if on > through:
            continue
        split = f"A {row.data['new']}-for-{row.data['old']} split of {day(on)}"
        if promise and on > promise.issued_on and not any(at <= row.at for at in lapsed):
            shares = sum(scaled_total(c.shares, ratio(state.splits, c.cancelled_on, on)) for c in account.cancellations)
            what = f"{split} adjusted promise {promise.promise_id}: it is now for {shares_told(shares)}."
            yield Line(at=row.at, what=what, rule="ADJ-1")
        for each in state.deferred:
            if each.holder_id == account.dossier.holder.holder_id and state.day(each.decided_at) < on:
                shares = scaled_total(each.shares, ratio(state.splits, state.day(each.decided_at), on))
                what = f"{split} adjusted the deferred grant {each.deferred_id}: it is now for {shares_told(shares)}."
                yield Line(at=row.at, what=what, rule="ADJ-1")


def deferred(account: Account) -> Iterator[Line]:
    """Grants held back until the new options are granted, and what became of each."""
    state, holder_id = account.state, account.dossier.holder.holder_id
    for each in state.deferred:
        if each.holder_id != holder_id:
            continue
        by = next((row.actor for row in _taken(account, "defer") if row.at == each.decided_at), "")
        what = (
            f"A further grant of {shares_told(each.shares)} ({each.type}) was decided{_by(by)} and is deferred, as "
            f"{each.deferred_id}, until the new options are granted."
        )
        yield Line(at=each.decided_at, what=what, rule="LCK-1")
        made = any(option.grant_id.startswith(f"{each.deferred_id}-N") for option in account.new_options)
        if account.granted_at and not made:
            what = f"The deferred grant {each.deferred_id} was not made: service did not last unbroken until the grant."
            yield Line(at=account.granted_at, what=what, rule="ELG-2")


def promise_ended(account: Account) -> Iterator[Line]:
    """The promise kept or lapsed."""
    for row in account.decided("promise"):
        end = "kept" if row.decision == "granted" else "lapsed; its shares went back to the pool"
        if row.rule == "ADJ-1":
            end = "lapsed"
        reason = sentence(row.reason).replace(" The promise lapses.", "")
        yield Line(at=row.at, what=f"Promise {row.subject} {end}. {reason}", rule=row.rule)


def waivers(account: Account) -> Iterator[Line]:
    """Waivers of this holder's forms, and those for all holders that cleared a defect of one of them."""
    own = {form.form_id for form in account.dossier.forms}
    cleared = [row.at for row in account.decided("form") if any(rule == "TND-7" for rule, _ in row.remarks)]
    for row in account.facts:
        if row.verb != "election-waive":
            continue
        form_id, everyone = row.data["form"], row.data.get("all_holders", False)
        if not row.accepted:
            if form_id in own:
                what = f"A waiver of the defects of form {form_id} was refused. {sentence(row.reason)}"
                yield Line(at=row.at, what=what, rule=row.rule)
        elif form_id in own:
            scope = ", for all holders" if everyone else ""
            what = f"Defects of form {form_id} waived{scope}{_by(row.actor)}. {sentence(row.data['reason'])}"
            yield Line(at=row.at, what=what, rule="TND-7")
        elif everyone and any(at >= row.at for at in cleared):
            rules = listed(row.data.get("rules", []))
            what = f"Defects under {rules} waived for all holders{_by(row.actor)}. {sentence(row.data['reason'])}"
            yield Line(at=row.at, what=what, rule="TND-7")


def refusals(account: Account) -> Iterator[Line]:
    """What was asked for this holder, apart from waivers, and refused by a rule."""
    holder_id, own = account.dossier.holder.holder_id, {option.grant_id for option in account.new_options}
    asked = {"defer": "A deferred grant", "service-set": "A correction of service", "agreement-signed": "A signature"}
    for row in account.facts:
        mine = row.data.get("holder") == holder_id or row.data.get("grant") in own
        if not row.accepted and row.verb in asked and mine:
            yield Line(at=row.at, what=f"{asked[row.verb]} was refused. {sentence(row.reason)}", rule=row.rule)


def _taken(account: Account, verb: str) -> list[Row[Any]]:
    return [row for row in account.facts if row.accepted and row.verb == verb]


def _by(actor: str) -> str:
    return f" by {actor}" if actor else ""
