"""What of an offer's standing a person must see first, each as one sentence, the most urgent first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from infra.database.reader import OfferReader
from infra.database.writer import OfferWriter
from infra.handlers.compensations import pending, waiting
from infra.handlers.contradictions import contradictions
from infra.handlers.delays import too_long
from infra.handlers.left_outstanding import left_outstanding
from infra.status.clock import ahead_of_clock, clock_behind
from infra.status.mail_status import ConfirmationDue, bounced_mail, confirmations_due, refused_mail
from infra.status.offer_status import OfferStatus, waiting_too_long
from optex.clock import zone_of
from optex.contradictions import outcomes
from optex.formatting import agreeing, count, day, first_few, local_text, sentence
from optex.milestones import rule_of, step_kind

_NAMED = 5


def attention(status: OfferStatus) -> Iterator[str]:
    """Overdue and held steps, approvals, conditions, holds, confirmations due, and mail that does not arrive."""
    if status.clock_behind:
        yield status.clock_behind
    for step in status.overdue:
        what = "is held" if step.status == "held" else "is overdue"
        yield f"{step_kind(step.name).title} {what}, due {step.local}. {sentence(step.why)}"
    if status.waiting_too_long:
        yield status.waiting_too_long
    if status.grant_long_after:
        yield f"The grant is planned late: {sentence(status.grant_long_after)}"
    for approval in status.approvals:
        yield f"An approval is awaited: {step_kind(approval.step).says}."
    for compensation in status.compensations:
        yield compensation.says
    for condition in status.conditions:
        yield f"Condition {condition.number} of §7 stands asserted: {condition.what}. Nothing is accepted meanwhile."
    for short in status.too_short:
        yield sentence(short)
    for hold in status.holds:
        yield f"The grant is held: {sentence(hold)}"
    for form in status.defective[:_NAMED]:
        why = f"{form.rule}: {form.reason.rstrip('.')}"
        yield f"Form {form.form_id} of {form.holder_id} is defective ({why}): another one, or a waiver, is needed."
    if len(status.defective) > _NAMED:
        yield f"{agreeing(len(status.defective) - _NAMED, 'more form', 'is', 'are')} defective."
    if missed := status.missed_forms:
        which = f"{count(len(missed), 'form')} received in time but put on record only after the acceptance"
        yield f"{which}, without effect; the company must decide: {first_few(missed)}."
    for left in status.left_outstanding[:_NAMED]:
        yield left.says
    if len(status.left_outstanding) > _NAMED:
        yield f"{count(len(status.left_outstanding) - _NAMED, 'more look-back grant')} left outstanding by a waiver."
    if lacking := [each.form_id for each in status.recorded_late if not each.evidence]:
        which = f"{count(len(lacking), 'form')} recorded after the deadline, without evidence of when received"
        yield f"{which}: {first_few(lacking)}. Key it in again with its evidence."
    for each in status.contradictions:
        how = f"--grant {each.grant_id} --as {'|'.join(outcomes(each.kind))}"
        yield f"{each.said} A person must settle it: `optex settle FOLDER {how}`."
    if status.late_withdrawal_right:
        yield f"The right to withdraw opens late: {status.late_withdrawal_right}."
    if status.pool_available < 0:
        yield f"The plan's pool is overdrawn by {count(-status.pool_available, 'share')}."
    if status.files_differ:
        yield status.files_differ
    yield from _confirmations(status)
    mail = status.correspondence
    if mail.refused:
        told = [f"{each.kind} to {each.holder_id} ({each.answer or 'no reason given'})" for each in mail.refused]
        yield f"{count(len(told), 'letter')} refused: {first_few(told)}."
    if mail.bounced:
        back = [f"{each.kind} to {each.holder_id} ({each.reason or 'no reason given'})" for each in mail.bounced]
        not_told = agreeing(len(back), "letter", "came back, whose holder is", "came back, whose holders are")
        yield f"{not_told} not told: {first_few(back)}."
    if mail.unsent and mail.unsent_since is not None:
        since = local_text(mail.unsent_since, zone_of(status.clock))
        why = f" ({mail.unsent_why})" if mail.unsent_why else ""
        yield f"{count(mail.unsent, 'letter')} written and not sent yet, the oldest since {since}{why}."
    if mail.not_reached:
        who = first_few([f"{each.holder_id} {each.name} ({each.why})" for each in mail.not_reached])
        yield f"{count(len(mail.not_reached), 'holder')} not reached by any letter yet: {who}."
    if mail.without_address:
        who = first_few([f"{each.holder_id} {each.name}" for each in mail.without_address])
        yield f"{count(len(mail.without_address), 'holder')} without an e-mail address, to be told on paper: {who}."
    if mail.to_be_printed:
        letters = count(sum(each.letters for each in mail.to_be_printed), "letter")
        holders = first_few([each.holder_id for each in mail.to_be_printed])
        yield f"{letters} to be delivered on paper (`optex letters --unsent`): {holders}."


def _confirmations(status: OfferStatus) -> Iterator[str]:
    urgent = [each for each in status.correspondence.confirmations if each.alarm or each.overdue]
    for each in urgent[:_NAMED]:
        yield _confirmation(each)
    if len(urgent) > _NAMED:
        more = agreeing(len(urgent) - _NAMED, "more Confirmation", "of Receipt is", "of Receipt are")
        yield f"{more} due or overdue."
    later = [each for each in status.correspondence.confirmations if not (each.alarm or each.overdue)]
    if later:
        first = day(later[0].last_day)
        yield f"{count(len(later), 'Confirmation')} of Receipt not sent yet, the first due by the end of {first}."


def _confirmation(each: ConfirmationDue) -> str:
    when = "was due" if each.overdue else "is due"
    return (
        f"The Confirmation of Receipt of form {each.form_id} ({each.holder_id}) {when} by the end of "
        f"{day(each.last_day)}: {each.why}."
    )


# What is audited of an alarm: the action, its subject, the rule and the sentence.
Entry = tuple[str, str, str, str]


def unreported(db: OfferReader, at: datetime) -> dict[str, list[Entry]]:
    """What has become an alarm by an instant and was not raised yet, by what it is about."""
    found = {
        "a step is held": _held_steps(db),
        "a Confirmation of Receipt is due": _late_confirmations(db, at),
        "a form was missed": _missed_forms(db),
        "a waiver leaves a look-back grant outstanding": _left_outstanding(db),
        "the record contradicts what was done": _contradicted(db),
        "a letter was refused": _refused_letters(db),
        "a letter came back": _bounced_letters(db),
        "a split has no effect": _idle_splits(db),
        "a compensating decision waits": _compensations(db, at),
        "a deferred grant is released": _released(db),
        "an act has waited too long": _long_delays(db, at),
    }
    new = {about: _not_raised(db, list(entries)) for about, entries in found.items()}
    return {about: entries for about, entries in new.items() if entries}


def unreported_clock(db: OfferReader, now: datetime) -> dict[str, list[Entry]]:
    """A clock that was set back, or was ahead before: raised once for each last entry that it is behind (REC-1)."""
    last = ahead_of_clock(db, now)
    if last is None:
        return {}
    entry = ("clock behind", last.isoformat(), "REC-1", clock_behind(db, now).rstrip("."))
    new = _not_raised(db, [entry])
    return {"the clock is behind the record": new} if new else {}


def mark_reported(db: OfferWriter, entries: Sequence[Entry], at: datetime) -> None:
    """Put on record that these alarms were raised, once operations have been told: they are not told again."""
    db.audit(at, "", entries)


def _not_raised(db: OfferReader, entries: Sequence[Entry]) -> list[Entry]:
    before = {action: set(db.raised(action)) for action in {action for action, *_ in entries}}
    return [entry for entry in entries if entry[1] not in before[entry[0]]]


def _held_steps(db: OfferReader) -> list[Entry]:
    """Every step that came due and waits for an approval, a price, a release or the end of a condition: once each."""
    zone = db.state().terms.zone
    return [
        (
            "held step told",
            f"{step.label}: {step.message}",
            rule_of(step.name),
            f"{step_kind(step.name).title} is held, due {local_text(step.due, zone)}: {step.message}",
        )
        for step in db.held_steps()
    ]


def _late_confirmations(db: OfferReader, at: datetime) -> list[Entry]:
    """Every form whose confirmation is unsent on the fourth business day (CNF-1)."""
    terms = db.state().terms
    return [
        (
            "confirmation overdue",
            each.form_id,
            "CNF-1",
            f"the confirmation of form {each.form_id} is not sent; it must be by {local_text(each.due, terms.zone)}",
        )
        for each in confirmations_due(db, terms, at)
        if each.alarm
    ]


def _missed_forms(db: OfferReader) -> list[Entry]:
    """Every form in time that was put on record only after the acceptance: somebody must decide about it (CAN-1)."""
    why = "was received in time, but put on record only after the acceptance: it has no effect, and the company decides"
    return [
        ("form missed", row.form_id, "CAN-1", f"form {row.form_id} of {row.holder_id} {why}")
        for row in db.missed_forms()
    ]


def _left_outstanding(db: OfferReader) -> list[Entry]:
    """Every form that stands without a look-back grant since a waiver: the accounting must be told (TND-7)."""
    return [
        ("look-back waived", each.form_id, "TND-7", each.says.rstrip(".")) for each in left_outstanding(db, db.state())
    ]


def _contradicted(db: OfferReader) -> list[Entry]:
    """Every option of which the record contradicts what was done, or that was granted meanwhile: to be settled."""
    return [
        ("contradiction", each.grant_id, each.rule, f"{each.said} `optex settle` settles it")
        for each in contradictions(db)
    ]


def _refused_letters(db: OfferReader) -> list[Entry]:
    """Every letter that the mail server would not take: it is not tried again, so somebody must see to it."""
    return [
        ("letter refused", each.notice_id, "", f"{each.kind} to {each.holder_id} was refused: {each.answer}")
        for each in refused_mail(db)
    ]


def _bounced_letters(db: OfferReader) -> list[Entry]:
    """Every letter that came back: its holder is not told, until it is sent again or delivered on paper."""
    return [
        (
            "letter bounced",
            each.notice_id,
            "",
            f"{each.kind} to {each.holder_id} came back: {each.reason or 'no reason given'}",
        )
        for each in bounced_mail(db)
    ]


def _compensations(db: OfferReader, at: datetime) -> list[Entry]:
    """Every compensating decision that the record asks for and that a person must approve (REC-4)."""
    return [
        (f"{each.kind} asked for", each.holder_id, each.ruling.rule, waiting(each).rstrip("."))
        for each in pending(db, at)
    ]


def _released(db: OfferReader) -> list[Entry]:
    """Every deferred grant that need not wait any longer, for its holder exchanges nothing: it may be made (LCK-1)."""
    decided = db.latest_decisions("deferred").values()
    return [
        ("deferred grant free", row.subject, row.rule, f"{row.holder_id}: {row.reason}")
        for row in decided
        if row.decision == "released"
    ]


def _long_delays(db: OfferReader, at: datetime) -> Iterable[Entry]:
    """Acceptance held since the expiration, or the grant since its day: raised once for each such day."""
    if found := too_long(db, at):
        delay, _ = found
        yield f"{delay.step} waits too long", delay.since.isoformat(), delay.rule, waiting_too_long(db, at).rstrip(".")


def _idle_splits(db: OfferReader) -> list[Entry]:
    """A split told beforehand that no longer lies before the grant, which was brought forward: it scales no promise.

    A grant that is held has no date yet (ADJ-1).
    """
    state = db.state()
    if state.cancelled_on is None or state.holds or state.prohibited_at is not None:
        return []
    through = state.schedule.grant_on
    after = f"comes after the grant of {through}: it adjusts no promise; the new options must be restated"
    idle = [split for split in state.splits if split.effective > through and split.on not in state.followed]
    return [
        ("split without effect", split.on.isoformat(), "ADJ-1", f"the split of {split.on} {after}") for split in idle
    ]
