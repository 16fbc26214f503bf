"""The panels of the report: for each chart its title, what it shows in one sentence, its numbers and their ledgers."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from infra import charts, diagrams
from infra.chronicle import HAPPENED, when
from infra.figures import Figures
from infra.participation import ALL_ELIGIBLE, Outcome
from optex.wording import count, day, money, short_day

Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One figure of the page; without a chart the sentence says why there is none yet."""

    key: str
    title: str
    takeaway: str
    chart: Markup = Markup()
    head: Row = ()
    rows: Sequence[Row] = ()
    source: Row = ()


def panels(found: Figures) -> list[Panel]:
    """All panels in the order of the offer's life."""
    return [each(found) for each in (_timeline, _participation, _classes, _passage, _prices, _vesting, _pool)]


def _timeline(found: Figures) -> Panel:
    state, terms = found.state, found.state.terms
    days = count(terms.calendar.business_days(terms.commences, terms.expires_on), "business day")
    moved = [line for line in found.lines if line.moved_from]
    said = f"{count(len(moved), 'milestone')} moved" if moved else "No milestone has moved"
    if len(found.expirations) > 1:
        said += f"; the offer was first to expire on {day(found.expirations[0])}, now on {day(terms.expires_on)}"
    takeaway = f"{said}. With {day(terms.expires_on)} as its last day the offer is open {days}."
    if state.terminated_at:
        takeaway = f"{said}. The offer ended with its termination on {day(state.day(state.terminated_at))}."
    return Panel(
        key="timeline",
        title="The dates, and what moved",
        takeaway=takeaway,
        chart=charts.timeline(found.lines, state, takeaway),
        head=("Milestone", "Due", "Outcome", "Moved from", "Why"),
        rows=[
            (
                line.label,
                when(line.at, state),
                "" if line.outcome == HAPPENED else line.outcome,
                "; ".join(when(at, state) for at in line.moved_from),
                line.message,
            )
            for line in found.lines
        ],
        source=("milestones.csv", "audit.csv"),
    )


def _participation(found: Figures) -> Panel:
    title, source = "Tenders over the days of the offer", ("forms.csv", "tenders.csv")
    course = found.course
    if not course.days:
        return Panel(key="participation", title=title, takeaway="The offer has not opened yet.", source=source)
    days, end = course.days, course.days[-1]
    withdrawn = sum(each.withdrawn for each in days)
    improper = sum(each.improper for each in days)
    takeaway = (
        f"By {day(end.on)} {count(end.holders, 'holder')} stood with tenders for {end.standing:,} option shares; "
        f"tenders for {withdrawn:,} option shares were withdrawn meanwhile, and {count(improper, 'form')} came "
        f"defective or late."
    )
    if course.outside:
        takeaway += f" {count(course.outside, 'form')} more came before or after these days."
    return Panel(
        key="participation",
        title=title,
        takeaway=takeaway,
        chart=charts.participation(course, found.expirations, takeaway),
        head=(
            "Day",
            "Option shares tendered",
            "Holders",
            "Withdrawn",
            "Election Forms",
            "Notices",
            "Defective or late",
        ),
        rows=[
            (
                short_day(each.on),
                *(
                    f"{n:,}"
                    for n in (
                        each.standing,
                        each.holders,
                        each.withdrawn,
                        each.elections,
                        each.withdrawals,
                        each.improper,
                    )
                ),
            )
            for each in days
            if each.elections or each.withdrawals or each.improper or each is end
        ],
        source=source,
    )


def _classes(found: Figures) -> Panel:
    every = next(each for each in found.classes if each.label == ALL_ELIGIBLE)
    takeaway = (
        f"{every.tendering():,} of {count(every.holders.total(), 'eligible holder')} tendered "
        f"{every.tendered():,} of their {every.shares.total():,} option shares"
    )
    if every.shares[Outcome.ACCEPTED] or every.shares[Outcome.REJECTED]:
        takeaway += f": {every.shares[Outcome.ACCEPTED]:,} were accepted, {every.shares[Outcome.REJECTED]:,} rejected or returned"
    return Panel(
        key="classes",
        title="Who took part: the outcome by class of holder",
        takeaway=f"{takeaway}. Classes go by the capacity on the day the offer commenced.",
        chart=charts.classes(found.classes, takeaway),
        head=("Class", *(f"{part.capitalize()}: shares, holders" for part in Outcome), "Together"),
        rows=[
            (
                each.label,
                *(f"{each.shares[part]:,}, {each.holders[part]:,}" for part in Outcome),
                f"{each.shares.total():,}, {each.holders.total():,}",
            )
            for each in found.classes
        ],
        source=("tenders.csv", "grants.csv", "service.csv"),
    )


def _passage(found: Figures) -> Panel:
    passage = found.passage
    title = "From cancelled to promised to granted"
    source = ("cancellations.csv", "balancing_options.csv", "promises.csv", "new_options.csv")
    if not passage.cancelled:
        takeaway = (
            f"No option has been cancelled: all {passage.outstanding:,} option shares are outstanding as they were."
        )
        return Panel(key="passage", title=title, takeaway=takeaway, source=source)
    takeaway = f"{passage.cancelled:,} option shares were cancelled and promised anew"
    if found.state.granted_on:
        takeaway += f": {passage.kept:,} were granted again, {passage.lapsed:,} lapsed"
    else:
        takeaway += f": {passage.open:,} are still promised, {passage.lapsed:,} lapsed"
    if passage.balancing:
        takeaway += (
            f"; {count(passage.balancing_options, 'balancing option')} hold the untendered {passage.balancing:,}"
        )
    takeaway += "."
    splits = ", ".join(f"{split.new}-for-{split.old}" for split in found.state.splits)
    if splits:
        takeaway += f" The new options count the shares after the split ({splits}), everything before it those before."
    rows = [
        ("Options outstanding at commencement", passage.outstanding, None),
        ("Cancelled", passage.cancelled, passage.grants),
        ("Balancing options", passage.balancing, passage.balancing_options),
        ("Promised", passage.promised, None),
        ("Promises kept", passage.kept, None),
        ("Promises lapsed", passage.lapsed, passage.lapsed_promises),
        ("Promises open", passage.open, None),
        ("New options", passage.granted, passage.new_options),
        ("of these for deferred grants", passage.deferred, None),
    ]
    return Panel(
        key="passage",
        title=title,
        takeaway=takeaway,
        chart=diagrams.passage(passage, takeaway),
        head=("", "Option shares", "Number"),
        rows=[(said, f"{shares:,}", "" if number is None else f"{number:,}") for said, shares, number in rows],
        source=source,
    )


def _prices(found: Figures) -> Panel:
    title, source = "Exercise prices, old and new", ("cancellations.csv", "new_options.csv", "grants.csv")
    points = found.prices
    if not points:
        return Panel(key="prices", title=title, takeaway="There is no option to be exchanged.", source=source)
    gone = "cancelled" if found.passage.cancelled else "tendered"
    shares = sum(point.exchanged for point in points)
    takeaway = f"No option stands {gone}."
    if shares:
        average = sum(point.price * point.exchanged for point in points) / shares
        span = [point.price for point in points if point.exchanged]
        takeaway = (
            f"The options {gone} had exercise prices from {money(min(span))} to {money(max(span))}, "
            f"{money(round(average, 2))} on average by shares"
        )
        takeaway += "".join(
            f"{'; the new options' if nth == 0 else ', and'} {money(price)} ({count(each, 'share')})"
            for nth, (price, each) in enumerate(found.new_prices[:3])
        )
        takeaway += "."
    return Panel(
        key="prices",
        title=title,
        takeaway=takeaway,
        chart=diagrams.prices(points, found.new_prices, gone, takeaway),
        head=("Granted on", "Exercise price", gone.capitalize(), "Kept"),
        rows=[(short_day(p.granted_on), money(round(p.price, 4)), f"{p.exchanged:,}", f"{p.kept:,}") for p in points],
        source=source,
    )


def _vesting(found: Figures) -> Panel:
    title, source = "When the new options become exercisable", ("vesting.csv", "new_options.csv")
    state = found.state
    if not found.vesting or not state.granted_on:
        takeaway = "No new option has been granted"
        if not state.over:
            takeaway += f"; the grant is planned for {day(state.plan.grant_on)}"
        return Panel(key="vesting", title=title, takeaway=f"{takeaway}.", source=source)
    bars = diagrams.vesting_by_year(found.vesting, state.granted_on)
    whole = sum(shares for _, shares in bars)
    takeaway = (
        f"Of {whole:,} new option shares {bars[0][1]:,} were vested at grant, on {day(state.granted_on)}; "
        f"the last become exercisable on {day(found.vesting[-1][0])}."
    )
    return Panel(
        key="vesting",
        title=title,
        takeaway=takeaway,
        chart=diagrams.vesting(found.vesting, state.granted_on, takeaway),
        head=("When", "Option shares"),
        rows=[(name, f"{shares:,}") for name, shares in bars],
        source=source,
    )


def _pool(found: Figures) -> Panel:
    moves = found.pool
    takeaway = f"{moves[-1].available_after:,} shares are available for grants"
    opening = [move for move in moves if move.event in ("authorized", "outstanding", "exercised")]
    if len(moves) > len(opening):
        takeaway += f", after {opening[-1].available_after:,} when the offer commenced"
    return Panel(
        key="pool",
        title=f"The pool of the {found.state.terms.plan.name}",
        takeaway=f"{takeaway}.",
        chart=diagrams.pool(moves, f"{takeaway}."),
        head=("Movement", "From", "To", "Shares", "Available after"),
        rows=[
            (move.event, short_day(move.first), short_day(move.last), f"{move.shares:,}", f"{move.available_after:,}")
            for move in moves
        ],
        source=("pool.csv",),
    )
