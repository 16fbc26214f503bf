"""The letters on what keeps holders waiting: acceptance postponed, the grant delayed or prohibited, the end of either.

Each is written once for what it tells: a version of the acceptance, or the holder's own letters by their number.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from optex import notice_data
from optex.authority import PROHIBITED
from optex.cancellation import Promise
from optex.formatting import count, day
from optex.notices import Kind, Notice, letter
from optex.records import Grant, Holder, Tender
from optex.state import CONDITIONS, OfferState
from optex.subjects import again


def postponement(
    state: OfferState,
    holder: Holder,
    version: int,
    at: datetime,
    tenders: Iterable[Tender],
    grants: Mapping[str, Grant],
    *,
    was_due: date,
    rung_on: date,
    due: date | None,
    conditions: Iterable[int] = (),
) -> Notice:
    """Acceptance is postponed: why, until when if that is known, and the right to withdraw what is not accepted.

    `conditions` are those of §7 that stood asserted when it fell due; without one, it was to be made on `rung_on`,
    which is no business day.
    Authority: §7, §15, "by giving oral or written notice of such termination or postponement to you" (CND-1, WDR-3).
    """
    data = {
        "rule": "CND-1",
        "was_due": was_due.isoformat(),
        "rung_on": rung_on.isoformat(),
        "due": due.isoformat() if due else "",
        "conditions": [f"{number}, {CONDITIONS[number]}" for number in conditions],
        "withdrawable": at > state.terms.withdrawal_right,
        "tenders": notice_data.tendered(tenders, grants),
    }
    key = f"postponement.v{version}:{holder.holder_id}"
    return _letter(Kind.POSTPONEMENT, key, state, holder, f"Acceptance postponed from {day(was_due)}", **data)


def acceptance_resumed(
    state: OfferState,
    holder: Holder,
    version: int,
    at: datetime,
    tenders: Iterable[Tender],
    grants: Mapping[str, Grant],
    *,
    why: str,
) -> Notice:
    """The postponement of the acceptance has ended: why, when it falls due again, and what stands tendered for it.

    Authority: §15 (CND-1).
    """
    due = state.schedule.cancel_on
    data = {
        "rule": "CND-1",
        "about": "acceptance",
        "due": due.isoformat(),
        "why": why,
        "withdrawable": at > state.terms.withdrawal_right,
        "tenders": notice_data.tendered(tenders, grants),
    }
    key = f"resumed.v{version}:{holder.holder_id}"
    return _letter(Kind.RESUMED, key, state, holder, f"Acceptance now due {day(due)}", **data)


def grant_delayed(
    state: OfferState, holder: Holder, number: int, promise: Promise, *, was_due: date, reason: str, rule: str
) -> Notice:
    """The grant is held back, or planned for a later day: why, and whom the promise binds.

    `number` is that of the letter among those of its kind to the holder.
    Authority: Summary Term Sheet, §6, §13 (CIC-1, GRT-2).
    """
    due = state.schedule.grant_on
    moved = due != was_due
    data = _of_the_grant(state, promise, was_due, due if moved else None, reason, rule)
    key = f"grant-delayed:{holder.holder_id}.{number}"
    subject = f"New options delayed to {day(due)}" if moved else "Grant of new options held back"
    return _letter(Kind.GRANT_DELAYED, key, state, holder, f"{subject}{again(number)}", **data)


def grant_resumed(
    state: OfferState, holder: Holder, number: int, promise: Promise, *, was_due: date, reason: str, rule: str
) -> Notice:
    """The grant is held back no longer, or brought forward again: the day on which it is to be made.

    `number` is that of the letter among those of its kind to the holder.
    Authority: Summary Term Sheet, §6, §13 (CIC-1, GRT-2).
    """
    due = state.schedule.grant_on
    data = _of_the_grant(state, promise, was_due, due, reason, rule)
    key = f"resumed:{holder.holder_id}.{number}"
    subject = f"New options now due {day(due)}{again(number)}"
    return _letter(Kind.RESUMED, key, state, holder, subject, about="grant", **data)


def _of_the_grant(
    state: OfferState, promise: Promise, was_due: date, due: date | None, reason: str, rule: str
) -> notice_data.Data:
    """What a letter about the delay of the grant, or its end, states; `due` is None while no day is known."""
    return {
        "rule": rule,
        "promise": notice_data.promised(promise),
        "was_due": was_due.isoformat(),
        "due": due.isoformat() if due else "",
        "held": bool(state.holds),
        "reason": reason,
        "successor": state.successor,
    }


def prohibition(
    state: OfferState, holder: Holder, promise: Promise, shares: int, deferred: int, reason: str, on: date
) -> Notice:
    """The grant is prohibited for good, and the promise has ended; `shares` is what it was adjusted to.

    `deferred` is for how many shares a further grant to the holder was deferred: it is deferred no longer (LCK-1).
    Authority: §13, "if the grant is prohibited we will not grant any new options" (CIC-1).
    """
    data = {
        "rule": "CIC-1",
        "promise": notice_data.promised(promise),
        "shares": shares,
        "deferred": count(deferred, "share") if deferred else "",
        "reason": reason,
        "on": on.isoformat(),
        "words": PROHIBITED.sentence,
    }
    key = f"prohibition:{promise.promise_id}"
    return _letter(Kind.PROHIBITION, key, state, holder, "Grant prohibited, promise ended", **data)


def _letter(kind: Kind, key: str, state: OfferState, holder: Holder, happened: str, /, **stated: Any) -> Notice:
    offer = notice_data.offer_facts(state.terms, state.schedule)
    return letter(kind, key, holder, happened, "", offer=offer, **stated)
