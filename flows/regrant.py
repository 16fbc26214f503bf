"""The new options are granted, on the first eligible day after six months and one day, at that day's close (§6, §9)."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal

from prefect import State

from flows.step import step_flow
from infra.database.reader import PromiseRow
from optex.compensations import in_time
from optex.formatting import count
from optex.market import awaited_price
from optex.milestones import REGRANT
from optex.records import HolderRecord
from tasks.at_stake import AtStake, of_promises
from tasks.batches import in_batches
from tasks.due_step import DueStep, missing_approval, needs_approval
from tasks.regrant import Granting, record_lapses, record_nothing_left


@step_flow("regrant", step=REGRANT)
def regrant(step: DueStep) -> str | State:
    """Grant the new options to whoever stayed in service through the grant date, and write to each of them.

    Held while the closing price is missing, while a hold stands, or until a required approval is given. What was
    reinstated after the hour of the grant is granted by a later version of the step, on the next eligible day (REC-4).
    """
    on, late = step.state.schedule.grant_on, step.state.granted_on is not None
    if late and not step.state.schedule.late:
        return step.moot(f"the new options were granted on {step.state.granted_on}")
    if late:  # the deferred grants were made with the others
        step.state = replace(step.state, deferred=())
    state = step.state
    if state.cancelled_on is None:
        return step.held("CAN-1", "nothing has been accepted and cancelled yet, so nothing is to be granted")
    if state.holds:
        step.at_stake = of_promises(step.db.each_open_promise())
        return step.held("CIC-1", f"the grant waits until it is released: {'; '.join(state.holds)}")
    lapsed = record_lapses(step)
    holder_ids = {each.holder_id for each in _kept(step)} | {each.holder_id for each in state.deferred}
    if not holder_ids:
        return record_nothing_left(step, lapsed)
    close = step.db.value_on(on)
    if close is None:
        step.at_stake = of_promises(_kept(step))
        return step.held("GRT-3", f"{awaited_price(state.terms, on)}; the grant goes on when it is recorded")
    granting = Granting(step, close, lapsed)
    if needs_approval(step):
        at_stake, told = _would_be(step, granting, holder_ids, close)
        digest = at_stake.digest
        if missing := missing_approval(step, digest, told):
            step.at_stake = at_stake.rows
            return step.held("GRT-2", missing, digest)
    in_batches(step, granting.carry_out, holder_ids, forms=False)
    return granting.done()


def _kept(step: DueStep) -> Iterator[PromiseRow]:
    """The promises that this grant is to keep."""
    on, terms = step.state.schedule.grant_on, step.state.terms
    return (each for each in step.db.each_open_promise() if in_time(each.reinstated_at, on, terms))


def _would_be(step: DueStep, granting: Granting, holder_ids: Collection[str], close: Decimal) -> tuple[AtStake, str]:
    """What would be granted now, and what a person is asked to approve of it, in counts and totals."""
    on = step.state.schedule.grant_on
    at_stake, total = AtStake(on), Counter[str]()

    def decided(records: list[HolderRecord]) -> None:
        _, granted = granting.decide(records)
        options = [option for each in granted for option in each.options]
        at_stake.granted(options)
        total.update(options=len(options), shares=sum(option.shares for option in options), holders=len(granted))

    in_batches(step, decided, holder_ids, doing="decide", forms=False)
    return at_stake, (
        f"{total['shares']:,} option shares would be granted as of {on} at ${close}, "
        f"{count(total['options'], 'new option')} to {count(total['holders'], 'holder')}"
    )
