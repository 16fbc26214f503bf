"""What of an offer's standing a person must see first, each as one sentence, the most urgent first."""

from collections.abc import Iterator

from infra.status.mail_status import ConfirmationDue
from infra.status.offer_status import Standing
from optex.calendar import CLOCKS, local_text
from optex.formatting import count, day, first_few, sentence
from optex.milestones import step_kind

_NAMED = 5


def attention(standing: Standing) -> Iterator[str]:
    """Overdue and held steps, approvals, conditions, holds, confirmations due, and mail that does not arrive."""
    for step in standing.overdue:
        what = "is held" if step.status == "held" else "is overdue"
        yield f"{step_kind(step.name).title} {what}, due {step.local}. {sentence(step.why)}"
    for approval in standing.approvals:
        yield f"An approval is awaited: {step_kind(approval.step).says}."
    for condition in standing.conditions:
        yield f"Condition {condition.number} of §7 stands asserted: {condition.what}. Nothing is accepted meanwhile."
    for hold in standing.holds:
        yield f"The grant is held: {sentence(hold)}"
    if missed := standing.missed_forms:
        which = f"{count(len(missed), 'form')} received in time but put on record only after the acceptance"
        yield f"{which}, without effect; the company must decide: {first_few(missed)}."
    yield from _confirmations(standing)
    mail = standing.correspondence
    if mail.refused:
        told = [f"{each.kind} to {each.holder_id} ({each.answer or 'no reason given'})" for each in mail.refused]
        yield f"{count(len(told), 'letter')} refused: {first_few(told)}."
    if mail.unsent and mail.unsent_since is not None:
        since = local_text(mail.unsent_since, CLOCKS[standing.clock])
        yield f"{count(mail.unsent, 'letter')} written and not sent yet, the oldest since {since}."
    if mail.without_address:
        who = first_few([f"{each.holder_id} {each.name}" for each in mail.without_address])
        yield f"{count(len(mail.without_address), 'holder')} without an e-mail address, to be told on paper: {who}."


def _confirmations(standing: Standing) -> Iterator[str]:
    urgent = [each for each in standing.correspondence.confirmations if each.alarm or each.overdue]
    for each in urgent[:_NAMED]:
        yield _confirmation(each)
    if len(urgent) > _NAMED:
        yield f"{count(len(urgent) - _NAMED, 'more Confirmation')} of Receipt are due or overdue."
    later = [each for each in standing.correspondence.confirmations if not (each.alarm or each.overdue)]
    if later:
        first = day(later[0].last_day)
        yield f"{count(len(later), 'Confirmation')} of Receipt not sent yet, the first due by the end of {first}."


def _confirmation(each: ConfirmationDue) -> str:
    when = "was due" if each.overdue else "is due"
    return (
        f"The Confirmation of Receipt of form {each.form_id} ({each.holder_id}) {when} by the end of "
        f"{day(each.last_day)}: {each.why}."
    )
