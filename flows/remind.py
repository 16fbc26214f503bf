"""Reminders, so many business days before the expiration: to everyone who may tender, or who has not elected yet."""

from prefect import State

from flows.step import step_flow
from optex.calendar import ONE_DAY
from tasks.batches import in_batches
from tasks.due_step import DueStep
from tasks.offer_period import Reminding


@step_flow("remind")
def remind(step: DueStep) -> str | State:
    """Remind every eligible holder still in service of the expiration, or whoever of them has not elected.

    `name` is the step, such as reminder-10.
    """
    terms = step.state.terms
    if step.at < terms.opens:
        return step.moot("the offer was not open yet on that day")
    if step.at >= terms.expires:
        return step.moot("the offer had expired when the reminder could be sent")
    # As the reminders are counted back: from a last day that is no business day the first step is to the one before.
    until = terms.calendar.business_day_from(terms.expires_on)
    days = terms.calendar.business_days(step.state.day(step.at) + ONE_DAY, until)
    reminding = Reminding(step, days)
    in_batches(step, reminding.remind)
    return reminding.done()
