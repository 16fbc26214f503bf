"""What was decided or announced between the milestones, as the timeline of the report has it."""

from dataclasses import dataclass

from infra.database.reader import OfferReader
from infra.status.document import Instant
from optex.formatting import local_text
from optex.state import OfferState


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What happened in a few words, and when; `local` is the day alone where it has no hour."""

    at: Instant
    local: str
    says: str


def events(db: OfferReader, state: OfferState) -> tuple[Event, ...]:
    """The acts that moved something of the offer, by their instants."""
    found = []
    for each in db.recorded_actions():
        if each.accepted and (says := each.action.label(state)):
            at, all_day = each.action.happened(state)
            local = state.day(at).isoformat() if all_day else local_text(at, state.terms.zone)
            found.append(Event(at=at, local=local, says=says))
    return tuple(sorted(found, key=lambda event: event.at))


def agreements_signed(db: OfferReader) -> int:
    """How many new options have an agreement that was signed (GRT-5)."""
    return len({each.action.data["grant"] for each in db.recorded_actions("agreement-signed") if each.accepted})
