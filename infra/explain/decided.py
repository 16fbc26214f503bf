"""What was decided about a holder, in the words in which it was put on record: nothing is worked out a second time."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from infra.explain.holder_history import HistoryLine, HolderHistory
from optex.formatting import count, day, listed, money, sentence, short_day
from optex.option_reasons import titled
from optex.records import FormKind, FormStanding, IssuedOption, UnitType

# Of what was decided at one instant the cause goes before what follows from it; a kind that is not named comes last.
_ORDER = ("eligibility", "adjustment", "form", "tender", "promise", "deferred", "option")


def decisions(history: HolderHistory) -> Iterator[HistoryLine]:
    """Every decision about the holder, those of one instant and kind together, and then what was remarked on them."""
    ranked = sorted(history.decisions, key=lambda row: (row.at, _rank(row.kind)))
    for _, same in groupby(ranked, key=lambda row: (row.at, row.kind)):
        rows = list(same)
        for row in rows:
            yield HistoryLine(at=row.at, what=_told(row, history), rule=row.rule)
        yield from _remarks(rows)


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _told(row: Row[Any], history: HolderHistory) -> str:
    reason = sentence(row.reason)
    match row.kind, row.decision:
        case "eligibility", "eligible":
            return f"Eligible. {reason}"
        case "eligibility", "ineligible":
            return f"Not eligible. {reason}"
        case "form", _:
            return _stands(row, history)
        case "tender", "accepted":
            return f"{_tender(row, history)}: {row.reason[:1].lower()}{row.reason[1:]}"
        case "tender", "rejected":
            return f"{_tender(row, history)} not accepted. {reason}"
        case "tender", _:
            return f"{_tender(row, history)} {row.decision}. {reason}"
        case "promise", "granted":
            return f"Promise {row.subject} kept. {reason}"
        case "promise", "lapsed":
            end = "lapsed" if row.rule == "ADJ-1" else "lapsed; its shares went back to the pool"
            return f"Promise {row.subject} {end}. {reason.replace(' The promise lapses.', '')}"
    # A reason that names its subject says the whole.
    return reason if row.subject in row.reason else f"{row.kind.capitalize()} {row.subject} {row.decision}. {reason}"


def _tender(row: Row[Any], history: HolderHistory) -> str:
    return f"Tender of {count(row.shares, 'share')} of {titled(history.record.grants[row.subject])}"


def _stands(row: Row[Any], history: HolderHistory) -> str:
    notices = {form.form_id for form in history.record.forms if form.kind is FormKind.WITHDRAWAL}
    election = row.subject not in notices
    form = f"Form {row.subject}" if election else f"Notice {row.subject}"
    now = " now" if row.revision > 1 else ""
    reason = sentence(row.reason)
    match row.decision:
        case FormStanding.EFFECTIVE if election:
            tendered = f" {count(row.shares, 'share')} now tendered." if row.shares else ""
            return f"{form}{now} stands. {reason}{tendered}"
        case FormStanding.EFFECTIVE:
            return f"{form}{now} takes effect. {reason}"
        case FormStanding.DEFECTIVE if row.rule == "CAN-1":
            return f"{form} has no effect. {reason}"
        case FormStanding.DEFECTIVE:
            return f"{form} is{now} defective. {reason}"
        case FormStanding.LATE:
            return f"{form} is{now} out of time. {reason}"
        case FormStanding.SUPERSEDED | FormStanding.WITHDRAWN:
            return f"{form} no longer stands. {reason}"
        case _:
            return f"{form} {row.decision}. {reason}"


def _remarks(rows: Sequence[Row[Any]]) -> Iterator[HistoryLine]:
    """What was remarked on these decisions, rule by rule; what holds for several is told once."""
    about: dict[tuple[str, str], list[str]] = {}
    # The longest remarks have every rule in its place.
    for row in sorted(rows, key=lambda row: -len(row.remarks)):
        for rule, reason in row.remarks:
            about.setdefault((rule, reason), []).append(row.subject)
    rules = list(dict.fromkeys(rule for rule, _ in about))
    place = {row.subject: n for n, row in enumerate(rows)}
    first = {said: min(place[subject] for subject in subjects) for said, subjects in about.items()}
    for rule, reason in sorted(about, key=lambda said: (rules.index(said[0]), first[said])):
        subjects = sorted(about[rule, reason], key=place.__getitem__)
        what = sentence(reason)
        if rows[0].kind == "form":
            what = f"Remark on {listed(subjects)}: {what}"
        elif len(subjects) < len(rows):
            what = f"{listed(subjects)}: {what}"
        yield HistoryLine(at=rows[0].at, what=what, rule=rule)


def unexplained_options(history: HolderHistory) -> Iterator[HistoryLine]:
    """What their rows state of the options whose reasons are not on record, as an earlier version recorded none."""
    explained = {row.subject for row in history.decisions if row.kind == "option"}
    for kind, option in history.issued_options:
        at = history.state.accepted_at if kind == "balancing" else history.granted_at
        if option.grant_id not in explained and at is not None:
            yield HistoryLine(at=at, what=_as_it_stands(kind, option), rule=_rule_of(kind, option))


def _as_it_stands(kind: str, option: IssuedOption) -> str:
    source = f" in place of {option.from_grant_id}" if option.from_grant_id and kind == "new" else ""
    vesting = listed([f"{tranche.shares:,} on {short_day(tranche.vests_on)}" for tranche in option.vesting])
    if option.type is UnitType.RSU:
        units = count(option.shares, "restricted stock unit")
        return f"{units} {option.grant_id} issued{source}, granted {day(option.granted_on)}. Vesting: {vesting}."
    return (
        f"{kind.capitalize()} option {option.grant_id} issued{source}: {count(option.shares, 'share')}, {option.type}, "
        f"{money(option.price)} a share, granted {day(option.granted_on)}, until {day(option.expires_on)}. "
        f"Vesting: {vesting}."
    )


def _rule_of(kind: str, option: IssuedOption) -> str:
    return "TND-2" if kind == "balancing" else "GRT-1" if option.from_grant_id else "LCK-1"
