"""The story of a holder up to the acceptance: service, eligibility, forms and what was decided about each, letters."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row

from infra.explain.holder_history import HistoryLine, HolderHistory, shares_told, titled
from optex.calendar import ONE_DAY, instant, local_date
from optex.eligibility import in_offer
from optex.formatting import capacity, channel, count, day, listed, sentence
from optex.milestones import CLOSE
from optex.notices import Kind
from optex.records import Capacity, Form, FormKind, FormStanding
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


def eligibility(history: HolderHistory) -> Iterator[HistoryLine]:
    for row in history.decided("eligibility"):
        verdict = "Eligible" if row.decision == "eligible" else "Not eligible"
        yield HistoryLine(at=row.at, what=f"{verdict}. {sentence(row.reason)}", rule=row.rule)
        if row.decision == "eligible":
            yield HistoryLine(at=row.at, what=_in_offer(history), rule="TND-1")


def not_asked(history: HolderHistory) -> Iterator[HistoryLine]:
    """Why nothing was decided about a holder of whom the opened offer took no notice."""
    opened_at = history.state.opened_at
    if opened_at and not history.decided("eligibility"):
        yield HistoryLine(
            at=opened_at, what="Held no option that the offer is made for, and was not asked.", rule="ELG-1"
        )


def _in_offer(history: HolderHistory) -> str:
    terms = history.terms
    held = [grant for grant in history.record.grants.values() if in_offer(grant, terms)]
    held.sort(key=lambda grant: (grant.granted_on, grant.grant_id))
    recent = [grant.grant_id for grant in held if grant.granted_on >= terms.lookback_from]
    said = "; ".join(f"{shares_told(grant.remaining)} of {titled(grant)}" for grant in held)
    total = f"May tender {count(len(held), 'option')} with {shares_told(sum(g.remaining for g in held))}: {said}."
    if not recent:
        return total
    whole = "must be tendered whole with any other" if len(held) > 1 else "can only be tendered whole"
    return f"{total} Granted since {day(terms.lookback_from)}: {listed(recent)}, which {whole}."


def forms(history: HolderHistory) -> Iterator[HistoryLine]:
    recorded = {row.form_id: row.recorded_at for row in history.forms}
    for form in history.record.forms:
        rule = "TND-6" if form.kind is FormKind.ELECTION else "WDR-1"
        yield HistoryLine(at=form.received_at, what=_received(history, form, recorded[form.form_id]), rule=rule)
    kinds = {form.form_id: form.kind for form in history.record.forms}
    for row in history.decided("form"):
        yield HistoryLine(at=row.at, what=_stands(row, kinds[row.subject]), rule=row.rule)
        for rule, reason in row.remarks:
            yield HistoryLine(at=row.at, what=f"Remark on {row.subject}: {sentence(reason)}", rule=rule)


def _received(history: HolderHistory, form: Form, recorded_at: datetime) -> str:
    election = form.kind is FormKind.ELECTION
    name = "Election Form" if election else "Notice to Change Election From Accept to Reject"
    who = f'signed "{form.signed_as.strip()}"' if form.signed_as.strip() else "not signed"
    title = f" as {form.title.strip()}" if form.title.strip() else ""
    proof = f" (authority: {form.authority.strip()})" if form.authority.strip() else ""
    dated = f"dated {day(form.signed_on)}" if form.signed_on else "not dated"
    came = f" {channel(form.channel)}" if form.channel else ""
    said = f"{name} {form.form_id} received{came}, {who}{title}{proof}, {dated}."
    if election:
        offered = [_offered(history, line.grant_id, line.shares) for line in form.lines]
        said += f" It offers {listed(offered)}." if offered else " It offers nothing."
    zone = history.terms.zone
    if local_date(recorded_at, zone) != local_date(form.received_at, zone):
        said += f" Recorded {history.stamp(recorded_at)}."
    return said


def _offered(history: HolderHistory, grant_id: str, shares: int) -> str:
    grant = history.record.grants.get(grant_id)
    if grant is None:
        return f"{shares_told(shares)} of {grant_id}, which is no option of this holder"
    whole = f"all {shares:,}" if shares == grant.remaining else f"{shares:,} of {grant.remaining:,}"
    return f"{whole} shares of {grant_id}"


def _stands(row: Row[Any], kind: FormKind) -> str:
    form = f"Form {row.subject}" if kind is FormKind.ELECTION else f"Notice {row.subject}"
    now = " now" if row.revision > 1 else ""
    match row.decision:
        case FormStanding.EFFECTIVE if kind is FormKind.ELECTION:
            tendered = f" {shares_told(row.shares)} now tendered." if row.shares else ""
            return f"{form}{now} stands. {sentence(row.reason)}{tendered}"
        case FormStanding.EFFECTIVE:
            return f"{form}{now} takes effect. {sentence(row.reason)}"
        case FormStanding.DEFECTIVE if row.rule == "CAN-1":
            return f"{form} has no effect. {sentence(row.reason)}"
        case FormStanding.DEFECTIVE:
            return f"{form} is{now} defective. {sentence(row.reason)}"
        case FormStanding.LATE:
            return f"{form} is{now} out of time. {sentence(row.reason)}"
        case _:
            return f"{form} no longer stands. {sentence(row.reason)}"


def closes(history: HolderHistory) -> Iterator[HistoryLine]:
    """What stood of the holder's forms each time the offer closed."""
    for step in history.steps:
        if step.name != CLOSE or step.done_at is None or not (history.concerned or history.forms):
            continue
        standing = {row.subject: row for row in history.decided("form") if row.at <= step.done_at}
        elections = [row for row in standing.values() if row.decision == FormStanding.EFFECTIVE and row.shares]
        stood = [f"form {row.subject} stood, with {shares_told(row.shares)} tendered" for row in elections]
        what = f"The offer closed: {listed(stood) if stood else 'nothing stood tendered'}."
        yield HistoryLine(at=step.done_at, what=what, rule="EXP-1")
        if step.status is StepStatus.SUPERSEDED:
            yield HistoryLine(at=step.done_at, what=f"This close is {step.message}.", rule="EXT-2")


def notices(history: HolderHistory) -> Iterator[HistoryLine]:
    for row in history.notices:
        kind = Kind(row.kind)
        rule = kind.rule
        detail = ""
        if kind is Kind.CONFIRMATION:
            again = ", written anew," if row.data.get("revision", 1) > 1 else ""
            detail = f" of {row.data['form']['form_id']}{again}"
        elif kind is Kind.REMINDER:
            detail = f" ({count(row.data['days'], 'business day')} left)"
        elif kind is Kind.LAPSE:
            rule = row.data["ruling"]["rule"]
        yield HistoryLine(at=row.queued_at, what=f"{kind.words}{detail} {_delivered(history, row)}.", rule=rule)


def _delivered(history: HolderHistory, row: Row[Any]) -> str:
    if row.sent_at is not None:
        later = "" if row.sent_at == row.queued_at else f" on {history.stamp(row.sent_at)}"
        return f"was sent by e-mail{later}"
    if row.withdrawn_at is not None:
        return f"was written, held back and, on {history.stamp(row.withdrawn_at)}, withdrawn before it went out"
    if row.refused:
        return f"was written, but the mail server refused it: {row.answer or 'no reason given'}".rstrip(".")
    if not history.record.holder.email:
        return "was written, but there is no e-mail address to send it to"
    if row.send_after is not None:
        return f"was written and is held back until {history.stamp(row.send_after)}"
    return "was written and waits to be sent"
