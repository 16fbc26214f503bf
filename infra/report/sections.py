"""The panels of the report: its dates, its days, who took part; and then what it came to."""

from infra.report.charts.classes import classes
from infra.report.charts.participation import End, participation
from infra.report.charts.timeline import timeline
from infra.report.data import Figures
from infra.report.panel import Panel
from infra.report.results import results
from infra.report.timeline import due, when
from infra.report.uptake import Outcome
from optex.formatting import count, day, short_day


def panels(found: Figures) -> list[Panel]:
    """All panels in the order of the offer's life."""
    return [_timeline(found), _participation(found), _classes(found), *results(found)]


def _timeline(found: Figures) -> Panel:
    state, terms = found.state, found.state.terms
    moved = sum(bool(line.moved_from) for line in found.lines)
    days = count(terms.calendar.business_days(terms.commences, terms.expires_on), "business day")
    said = [f"Open {days}, from {day(terms.commences)} through {day(terms.expires_on)}"]
    if state.terminated_at:
        said = [f"Opened on {day(terms.commences)}, terminated on {day(state.day(state.terminated_at))}"]
    if len(found.expirations) > 1:
        said.append(f"first set to expire on {day(found.expirations[0])}")
    said.append(f"{count(moved, 'milestone')} moved" if moved else "no milestone has moved")
    takeaway = f"{'; '.join(said)}."
    return Panel(
        key="timeline",
        title="The dates, and what moved",
        takeaway=takeaway,
        chart=timeline(found.lines, state, takeaway),
        head=("Milestone", "Due", "Outcome", "Moved from", "Why"),
        rows=[
            (
                line.label,
                due(line, state),
                line.outcome_in_words,
                "; ".join(when(at, state) for at in line.moved_from),
                line.message,
            )
            for line in found.lines
        ],
        figures=5,
        source=("milestones.csv", "audit.csv"),
    )


def _participation(found: Figures) -> Panel:
    course = found.course
    key, title, source = (
        "participation",
        "Tenders over the days of the offer",
        ("forms.csv", "elections.csv", "tenders.csv"),
    )
    if not course.days:
        return Panel(key=key, title=title, takeaway="The offer has not opened yet.", source=source)
    end = course.days[-1]
    withdrawn = sum(each.withdrawn for each in course.days)
    improper = sum(each.improper for each in course.days)
    tendered = f"{count(end.holders, 'holder')} had {end.standing:,} option shares tendered"
    takeaway = f"On {day(end.on)}, {tendered if end.holders else 'nothing stood tendered'}."
    if withdrawn:
        takeaway += f" Tenders of {withdrawn:,} option shares were withdrawn until then."
    if improper:
        takeaway += f" {count(improper, 'form')} came defective or late."
    if course.outside:
        takeaway += f" {count(course.outside, 'form')} more came before or after these days."
    columns = ("standing", "holders", "withdrawn", "elections", "withdrawals", "improper")
    return Panel(
        key=key,
        title=title,
        takeaway=takeaway,
        chart=participation(course, _ends(found), takeaway),
        head=("Day", "Tendered by its end", "Holders", "Withdrawn", "Election Forms", "Notices", "Defective or late"),
        rows=[
            (short_day(each.on), *(f"{getattr(each, column):,}" for column in columns))
            for each in course.days
            if each.forms or each is end
        ],
        source=source,
    )


def _ends(found: Figures) -> list[End]:
    """The days on which the offer was to expire, and the one that ended it or will."""
    state, holding = found.state, found.state.terms.expires_on
    former = [(on, "was to expire", False) for on in found.expirations if on != holding]
    if state.terminated_at:
        return [*former, (holding, "was to expire", False), (state.day(state.terminated_at), "terminated", True)]
    return [*former, (holding, "expires" if found.as_of < state.terms.expires else "expired", True)]


def _classes(found: Figures) -> Panel:
    every = found.everyone
    takeaway = (
        f"{every.tendering:,} of {count(every.holders.total(), 'eligible holder')} tendered "
        f"{every.tendered:,} of their {every.shares.total():,} option shares"
    )
    accepted, rejected = every.shares[Outcome.ACCEPTED], every.shares[Outcome.REJECTED]
    if found.state.terminated_at and rejected:
        takeaway += ": all of them were returned"
    elif accepted or rejected:
        takeaway += f": {accepted:,} were accepted, {rejected:,} rejected or returned"
    takeaway += ". Classes go by the capacity on the day the offer commenced."
    return Panel(
        key="classes",
        title="Who took part, by class of holder",
        takeaway=takeaway,
        chart=classes(found.classes, takeaway),
        head=("Class", "Counted", *(part.capitalize() for part in Outcome), "Together"),
        rows=[
            (each.label, said, *(f"{counted[part]:,}" for part in Outcome), f"{counted.total():,}")
            for each in found.classes
            for said, counted in (("option shares", each.shares), ("holders", each.holders))
        ],
        figures=2,
        source=("tenders.csv", "grants.csv", "service.csv"),
    )
