"""Reminders, so many business days before the expiration: to everyone who may tender, with what they have tendered."""

from datetime import datetime

from prefect.states import Completed, State
from prefect.utilities.annotations import quote

from flows.stepping import step_flow
from tasks.book import record_reminder
from tasks.rules import find_addressees, judge_forms
from tasks.steps import due_step


@step_flow("remind")
async def remind(offer: str, name: str, version: int | None = None, at: datetime | None = None) -> State:
    """Remind every eligible holder still in service of the expiration; `name` is the step, such as reminder-10."""
    async with due_step(offer, name, version, at) as step:
        if step.idle:
            return step.idle
        terms = step.state.terms
        if step.at < terms.opens:
            return step.moot("the offer was not open yet on that day")
        if step.at >= terms.expires:
            return step.moot("the offer had expired when the reminder could be sent")
        days = terms.calendar.business_days(step.state.day(step.at), terms.expires_on) - 1
        dossiers = step.book.dossiers()
        addressees = find_addressees(quote(dossiers), quote(step.state), step.at)
        judgements = judge_forms(quote(dossiers), quote(step.state), step.at)
        outcome = record_reminder(quote(step), max(days, 0), quote(addressees), quote(judgements))
    return Completed(message=outcome)
