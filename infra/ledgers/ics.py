"""The plan of an offer as a calendar file: one event per milestone, the same plan giving the same bytes."""

from collections.abc import Sequence

from icalendar import Calendar, Event

from optex.filings import Filing
from optex.formatting import local_text, utc_text
from optex.milestones import OfferSchedule, step_kind
from optex.terms import Terms


def plan_ics(terms: Terms, schedule: OfferSchedule, filed: Sequence[Filing] = ()) -> bytes:
    """The milestones as events without length, the filings as days; each keeps its UID when an extension moves it."""
    calendar = Calendar()
    calendar.add("prodid", "-//optex//plan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{terms.offer} — {terms.issuer}")
    for milestone in schedule.milestones:
        event = Event()
        event.add("uid", f"{milestone.name}.{terms.offer}@optex.invalid")
        # The instant of making would make every file a different one; the commencement stands for it.
        event.add("dtstamp", terms.opens)
        event.add("dtstart", milestone.due)
        event.add("summary", f"{terms.offer}: {step_kind(milestone.name).calendar}")
        event.add(
            "description",
            f"{milestone.name}: {local_text(milestone.due, terms.zone)} ({utc_text(milestone.due)}). "
            f"Rule {milestone.rule}, {milestone.section} of the Offer to Exchange.",
        )
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    for filing in filed:
        event = Event()
        event.add("uid", f"filing.{filing.name}.{terms.offer}@optex.invalid")
        event.add("dtstamp", terms.opens)
        event.add("dtstart", filing.due)
        event.add("summary", f"{terms.offer}: file {filing.form}")
        event.add("description", f"{filing.what}. {filing.asked_by}. Drafts: optex filing.")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
