"""What happened around the decisions about a holder: service, forms received, closes, the promise, what was done."""

from collections.abc import Iterator
from datetime import datetime, time

from infra.database.reader import RecordedAction
from infra.database.writer import PROGRAM
from infra.explain.holder_history import HistoryLine, HolderHistory
from optex.action import Action
from optex.actions import AgreementSigned, Amend, ConditionWaive, ElectionWaive
from optex.calendar import ONE_DAY, instant, local_date
from optex.eligibility import lies_in
from optex.exclusions import Exclude
from optex.formatting import capacity, channel, count, day, listed, sentence
from optex.milestones import CLOSE
from optex.records import Capacity, Form, FormKind, FormLine, FormStanding
from optex.steps import StepStatus


def service(history: HolderHistory) -> Iterator[tuple[datetime, HistoryLine]]:
    """Each period of service where it begins, and where it ends; the last day counts to its end (ELG-3)."""
    zone = history.terms.zone
    for period in history.record.service_periods:
        only = " (not an employee)" if period.capacity is Capacity.DIRECTOR else ""
        as_what = f"{capacity(period.capacity)}{only}"
        still = "; still serving" if period.last_day is None else ""
        begins = f"Entered service as {as_what}{still}."
        yield instant(period.first_day, time(0), zone), HistoryLine(at=period.first_day, what=begins, rule="ELG-2")
        if period.last_day is not None:
            ends = f"Last day in service as {as_what}."
            yield (
                instant(period.last_day + ONE_DAY, time(0), zone),
                HistoryLine(at=period.last_day, what=ends, rule="ELG-3"),
            )


def actions(history: HolderHistory) -> Iterator[HistoryLine]:
    """What was done about this holder or about everyone, each by its own words."""
    for each in history.actions:
        action = each.action
        told = action.told(history.terms.clock, each.ruling.reason) if each.accepted else None
        if told is None or not _concerns(history, each):
            continue
        what, because = map(sentence, told)
        did = "Reported" if action.who.startswith("Who reports") else "Decided"
        by = f"{did} by {action.by}." if action.by not in ("", PROGRAM) else ""
        proof = f"Evidence: {sentence(action.evidence)}" if action.evidence and action.evidence not in told else ""
        recorded = _recorded(history, action.announced, each.recorded_at, each.after_deadline)
        said = " ".join(filter(None, (what, because, _held_immaterial(action), by, proof, recorded)))
        yield HistoryLine(at=action.announced, what=said, rule=each.ruling.rule, recorded_at=each.recorded_at)


def _held_immaterial(action: Action) -> str:
    """Why a change or a condition waived was held to be immaterial: for the record alone, holders are not told."""
    why = action.immaterial if isinstance(action, Amend | ConditionWaive) else None
    return f"It is not material: {sentence(why)}" if why else ""


def _recorded(history: HolderHistory, at: datetime, recorded_at: datetime, after_deadline: datetime | None) -> str:
    """When something went on record, where that was on another day or after a deadline (REC-1)."""
    zone = history.terms.zone
    if after_deadline is None and local_date(recorded_at, zone) == local_date(at, zone):
        return ""
    late = f", after the deadline of {history.stamp(after_deadline)}" if after_deadline else ""
    return f"Recorded {history.stamp(recorded_at)}{late}."


def refusals(history: HolderHistory) -> Iterator[HistoryLine]:
    """What was asked for this holder and refused by a rule."""
    for each in history.actions:
        asked = each.action.asked
        if not each.accepted and asked and _named(each) in history.own_ids:
            what = f"{asked.format(**each.action.data)} was refused. {sentence(each.ruling.reason)}"
            yield HistoryLine(at=each.action.at, what=what, rule=each.ruling.rule, recorded_at=each.recorded_at)


def _named(each: RecordedAction) -> str | None:
    """The one whom an action is about, as the holder or by a form or an option; None where it is about everyone."""
    data = each.action.data
    return next((data[key] for key in ("holder", "form", "grant") if key in data), None)


def _concerns(history: HolderHistory, each: RecordedAction) -> bool:
    action = each.action
    if isinstance(action, Exclude):
        return lies_in(history.record.holder.jurisdiction, action.jurisdiction)
    if named := _named(each):
        for_all = isinstance(action, ElectionWaive) and action.all_holders
        return named in history.own_ids or (for_all and _cleared_since(history, action.at))
    if not history.concerned:
        return False
    # What ended at the very instant of an act was still concerned by it, and it may be what ended it.
    ended = [row.decision for row in history.decided("promise") if row.at < action.at]
    return not action.after_acceptance or (history.promised and ended[-1:] != ["lapsed"])


def _cleared_since(history: HolderHistory, at: datetime) -> bool:
    """Whether a waiver cleared a defect of one of the holder's forms then or later."""
    return any(row.at >= at and rule == "TND-7" for row in history.decided("form") for rule, _ in row.remarks)


def not_asked(history: HolderHistory) -> Iterator[HistoryLine]:
    """Why nothing was decided about a holder of whom the opened offer took no notice."""
    opened_at = history.state.opened_at
    if opened_at and not history.decided("eligibility"):
        yield HistoryLine(
            at=opened_at, what="Held no option that the offer is made for, and was not asked.", rule="ELG-1"
        )


def forms(history: HolderHistory) -> Iterator[HistoryLine]:
    """Every form as it was received."""
    for form in history.record.forms:
        rule = "TND-6" if form.kind is FormKind.ELECTION else "WDR-1"
        recorded_at = history.entries[form.form_id].recorded_at
        yield HistoryLine(at=form.received_at, what=_received(history, form), rule=rule, recorded_at=recorded_at)


def _received(history: HolderHistory, form: Form) -> str:
    election = form.kind is FormKind.ELECTION
    name = "Election Form" if election else "Notice to Change Election From Accept to Reject"
    who = f'signed "{form.signed_as.strip()}"' if form.signed_as.strip() else "not signed"
    title = f" as {form.title.strip()}" if form.title.strip() else ""
    proof = f" (authority: {form.authority.strip()})" if form.authority.strip() else ""
    dated = f"dated {day(form.signed_on)}" if form.signed_on else "not dated"
    came = f" {channel(form.channel)}" if form.channel else ""
    said = f"{name} {form.form_id} received{came}, {who}{title}{proof}, {dated}."
    if election:
        offered = [_offered(line) for line in form.lines]
        said += f" It offers {listed(offered)}." if offered else " It offers nothing."
    entry = history.entries[form.form_id]
    proof = f"Evidence: {sentence(entry.evidence)}" if entry.evidence else ""
    recorded = _recorded(history, form.received_at, entry.recorded_at, entry.after_deadline)
    return " ".join(filter(None, (said, proof, recorded)))


def _offered(line: FormLine) -> str:
    """What a line offers, out of what the form itself states to be left of the option."""
    if line.original_shares is None:
        return f"{count(line.shares, 'share')} of {line.grant_id}"
    left = line.original_shares - (line.exercised or 0)
    whole = f"all {line.shares:,}" if line.shares == left else f"{line.shares:,} of {left:,}"
    return f"{whole} shares of {line.grant_id}"


def closes(history: HolderHistory) -> Iterator[HistoryLine]:
    """What stood of the holder's forms each time the offer closed."""
    for step in history.steps:
        if step.name != CLOSE or step.done_at is None or not (history.concerned or history.record.forms):
            continue
        standing = {row.subject: row for row in history.decided("form") if row.at <= step.done_at}
        elections = [row for row in standing.values() if row.decision == FormStanding.EFFECTIVE and row.shares]
        stood = [f"form {row.subject} stood, with {count(row.shares, 'share')} tendered" for row in elections]
        what = f"The offer closed: {listed(stood) if stood else 'nothing stood tendered'}."
        yield HistoryLine(at=step.done_at, what=what, rule="EXP-1")
        if step.status is StepStatus.SUPERSEDED:
            yield HistoryLine(at=step.done_at, what=f"This close is {step.message}.", rule="EXT-2")


def promise_issued(history: HolderHistory) -> Iterator[HistoryLine]:
    if (promise := history.promise) and (accepted_at := history.state.accepted_at):
        new = "restricted stock units" if history.state.terms.exchange.awards_units else "new options"
        what = (
            f"Promise {promise.promise_id} issued: {new} for {count(promise.shares, 'share')}, no earlier than "
            f"{day(promise.not_before)}, if service continues through the grant."
        )
        yield HistoryLine(at=accepted_at, what=what, rule="PRM-1")


def unsigned(history: HolderHistory) -> Iterator[HistoryLine]:
    """The new options that cannot be exercised yet, as no signed agreement is on record (GRT-5)."""
    signed = {
        each.action.grant for each in history.actions if each.accepted and isinstance(each.action, AgreementSigned)
    }
    pending = [
        option.grant_id for kind, option in history.issued_options if kind == "new" and option.grant_id not in signed
    ]
    if pending and (at := history.granted_at):
        which = f"agreement on {pending[0]} is" if len(pending) == 1 else f"agreements on {listed(pending)} are"
        until = "until it is, the option" if len(pending) == 1 else "until they are, these options"
        if history.state.terms.exchange.awards_units:
            until = f"{until} cannot be exercised, and no shares of units are delivered"
        else:
            until = f"{until} cannot be exercised"
        what = f"Pending signature: the {which} not on record as signed; {until}."
        yield HistoryLine(at=at, what=what, rule="GRT-5")
