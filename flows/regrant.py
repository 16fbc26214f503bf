"""The new options are granted, on the first eligible day after six months and one day, at that day's close (§6, §9)."""

from dataclasses import replace

from prefect import State

from flows.step import step_flow
from infra.handlers.promises import open_promises
from optex.compensations import in_time
from optex.formatting import count
from optex.market import awaited_price
from optex.milestones import REGRANT
from tasks.at_stake import of_grant, of_promises
from tasks.due_step import DueStep, approval_digest, missing_approval
from tasks.regrant import record_grants, record_lapses, record_nothing_left
from tasks.rules import grant_options


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
        step.at_stake = of_promises(open_promises(step.db, state))
        return step.held("CIC-1", f"the grant waits until it is released: {'; '.join(state.holds)}")
    lapsed = record_lapses(step)
    kept = [each for each in open_promises(step.db, state) if in_time(each.reinstated_at, on, state.terms)]
    if not kept and not state.deferred:
        return record_nothing_left(step, lapsed)
    close = step.db.value_on(on)
    if close is None:
        step.at_stake = of_promises(kept)
        return step.held("GRT-3", f"{awaited_price(state.terms, on)}; the grant goes on when it is recorded")
    holder_ids = {p.promise.holder_id for p in kept} | {d.holder_id for d in state.deferred}
    records = {d.holder.holder_id: d for d in step.db.holder_records(holder_ids, forms=False)}
    earlier = step.db.granted_isos(holder_ids) if late else {}
    granted = grant_options(kept, records, state, on, close, earlier)
    options = [option for each in granted for option in each.options]
    digest = approval_digest(on, ((option.grant_id, option.shares, str(option.price)) for option in options))
    asked = (
        f"{sum(option.shares for option in options):,} option shares would be granted as of {on} at ${close}, "
        f"{count(len(options), 'new option')} to {count(len(granted), 'holder')}"
    )
    if missing := missing_approval(step, digest, asked):
        step.at_stake = of_grant(options)
        return step.held("GRT-2", missing, digest)
    return record_grants(step, granted, kept, lapsed)
