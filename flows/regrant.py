"""The new options are granted, on the first eligible day after six months and one day, at that day's close (§6, §9)."""

from prefect import State

from flows.step import step_flow
from infra.handlers.promises import open_promises
from optex.formatting import count
from optex.milestones import REGRANT
from tasks.due_step import DueStep, approval_digest, missing_approval
from tasks.regrant import record_grants, record_lapses
from tasks.rules import grant_options


@step_flow("regrant", step=REGRANT)
def regrant(step: DueStep) -> str | State:
    """Grant the new options to whoever stayed in service through the grant date, and write to each of them.

    Held while the closing price is missing, while a hold stands, or until a required approval is given.
    """
    state, on = step.state, step.state.schedule.grant_on
    if state.granted_on is not None:
        return step.moot(f"the new options were granted on {state.granted_on}")
    if state.cancelled_on is None:
        return step.held("CAN-1", "nothing has been accepted and cancelled yet, so nothing is to be granted")
    if state.holds:
        return step.held("CIC-1", f"the grant waits until it is released: {'; '.join(state.holds)}")
    lapsed = record_lapses(step)
    kept = open_promises(step.db, state)
    if not kept and not state.deferred:
        step.db.update_offer(granted_on=on)
        return step.done(f"No promise is left to be kept: nothing is granted. {lapsed}".strip())
    close = step.db.close_on(on)
    if close is None:
        return step.held("GRT-3", f"the closing price of {on} is not known yet; the grant goes on when it is recorded")
    holder_ids = {p.promise.holder_id for p in kept} | {d.holder_id for d in state.deferred}
    records = {d.holder.holder_id: d for d in step.db.holder_records(holder_ids, forms=False)}
    granted = grant_options(kept, records, state, on, close)
    options = [option for each in granted for option in each.options]
    digest = approval_digest(on, ((option.grant_id, option.shares, str(option.price)) for option in options))
    asked = (
        f"{sum(option.shares for option in options):,} option shares would be granted as of {on} at ${close}, "
        f"{count(len(options), 'new option')} to {count(len(granted), 'holder')}"
    )
    if missing := missing_approval(step, digest, asked):
        return step.held("GRT-2", missing, digest)
    return record_grants(step, granted, kept, lapsed)
