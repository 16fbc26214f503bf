"""Every letter that was written to a holder, and whether it was sent."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row

from infra.explain.holder_history import HistoryLine, HolderHistory
from optex.formatting import count, day
from optex.notices import Kind


def letters(history: HolderHistory) -> Iterator[HistoryLine]:
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
        elif kind in (Kind.RESUMED, Kind.GRANT_DELAYED):
            rule = row.data["rule"]
        yield HistoryLine(at=row.queued_at, what=f"{kind.words}{detail} {_delivered(history, row)}.", rule=rule)


def _delivered(history: HolderHistory, row: Row[Any]) -> str:
    if row.bounced_at is not None:
        why = f": {row.bounce_reason}" if row.bounce_reason else ""
        went = "was sent" if row.sent_at is not None else "was delivered on paper"
        return f"{went}, and came back on {history.stamp(row.bounced_at)}{why}".rstrip(".")
    if row.delivered_on is not None:
        return f"was delivered on paper, by {row.delivered_how}, on {day(row.delivered_on)}"
    if row.sent_at is not None:
        later = "" if row.sent_at == row.queued_at else f" on {history.stamp(row.sent_at)}"
        return f"was sent by e-mail{later}"
    if row.withdrawn_at is not None:
        return f"was written, and taken back on {history.stamp(row.withdrawn_at)} before it was sent"
    if row.refused:
        return f"was written, but the mail server refused it: {row.answer or 'no reason given'}".rstrip(".")
    if not history.record.holder.email:
        return "was written, but there is no e-mail address to send it to"
    if row.send_after is not None:
        return f"was written and is held back until {history.stamp(row.send_after)}"
    return "was written and waits to be sent"
