"""The panels of the report: its dates, its days, who took part; and then what it came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from infra.report.charts.classes import classes
from infra.report.charts.participation import End, participation
from infra.report.charts.pool import names, pool
from infra.report.charts.prices import prices
from infra.report.charts.share_flow import share_flow
from infra.report.charts.timeline import timeline
from infra.report.charts.vesting import by_year, vesting
from infra.report.data import ReportData, ShareFlow
from infra.report.timeline import due, when
from infra.report.uptake import Outcome
from optex.formatting import agreeing, count, day, listed, money, short_day

Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Without a chart the sentence says why there is none; `figures` are the columns of numbers, from that one on."""

    key: str
    title: str
    takeaway: str
    source: Row
    chart: Markup | None = None
    head: Row = ()
    rows: Sequence[Row] = ()
    figures: int = 1


def sections(found: ReportData) -> list[Section]:
    """All panels in the order of the offer's life."""
    return [_timeline(found), _participation(found), _classes(found), *results(found)]


def _timeline(found: ReportData) -> Section:
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
    return Section(
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


def _participation(found: ReportData) -> Section:
    course = found.daily_tenders
    key, title, source = (
        "participation",
        "Tenders over the days of the offer",
        ("forms.csv", "elections.csv", "tenders.csv"),
    )
    if not course.days:
        return Section(key=key, title=title, takeaway="The offer has not opened yet.", source=source)
    end = course.days[-1]
    withdrawn = sum(each.withdrawn for each in course.days)
    improper = sum(each.improper for each in course.days)
    tendered = f"{count(end.holders, 'holder')} had {count(end.standing, 'option share')} tendered"
    takeaway = f"On {day(end.on)}, {tendered if end.holders else 'nothing stood tendered'}."
    if withdrawn:
        takeaway += f" Tenders of {count(withdrawn, 'option share')} were withdrawn until then."
    if improper:
        takeaway += f" {count(improper, 'form')} came defective or late."
    if course.outside:
        takeaway += f" {count(course.outside, 'form')} more came before or after these days."
    columns = ("standing", "holders", "withdrawn", "elections", "withdrawals", "improper")
    return Section(
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


def _ends(found: ReportData) -> list[End]:
    """The days on which the offer was to expire, and the one that ended it or will."""
    state, holding = found.state, found.state.terms.expires_on
    former = [(on, "was to expire", False) for on in found.expirations if on != holding]
    if state.terminated_at:
        return [*former, (holding, "was to expire", False), (state.day(state.terminated_at), "terminated", True)]
    return [*former, (holding, "expires" if found.as_of < state.terms.expires else "expired", True)]


def _classes(found: ReportData) -> Section:
    every = found.everyone
    takeaway = (
        f"{every.tendering:,} of {count(every.holders.total(), 'eligible holder')} tendered "
        f"{every.tendered:,} of their {count(every.shares.total(), 'option share')}"
    )
    accepted, rejected = every.shares[Outcome.ACCEPTED], every.shares[Outcome.REJECTED]
    if found.state.terminated_at and rejected:
        takeaway += ": all of them were returned"
    elif accepted or rejected:
        takeaway += f": {accepted:,} were accepted, {rejected:,} rejected or returned"
    takeaway += ". Classes go by the capacity on the day the offer commenced."
    return Section(
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


def results(found: ReportData) -> list[Section]:
    return [_share_flow(found), _prices(found), _vesting(found), _pool(found)]


def _share_flow(found: ReportData) -> Section:
    shares = found.share_flow
    key, title = "passage", "From cancelled to promised to granted"
    source = ("cancellations.csv", "balancing_options.csv", "promises.csv", "new_options.csv")
    if not shares.cancelled:
        takeaway = f"Nothing has been cancelled: all {shares.outstanding:,} option shares are outstanding as they were."
        return Section(key=key, title=title, takeaway=takeaway, source=source)
    rows = [
        ("Outstanding at commencement", shares.outstanding, None),
        ("Cancelled", shares.cancelled, shares.grants),
        ("Balancing options", shares.balancing, shares.balancing_options),
        *([("Returned to the pool by the ratio", shares.returned, None)] if shares.returned else []),
        ("Promised", shares.promised, None),
        ("Promises kept", shares.kept, None),
        ("Promises lapsed", shares.lapsed, shares.lapsed_promises),
        ("Promises open", shares.open, None),
        ("New options", shares.granted, shares.new_options),
        ("of these, deferred grants", shares.deferred, None),
        *([("of these, rescinded since", shares.rescinded, None)] if shares.rescinded else []),
    ]
    takeaway = _passed(found, shares)
    return Section(
        key=key,
        title=title,
        takeaway=takeaway,
        chart=share_flow(shares, takeaway),
        head=("", "Option shares", "Number"),
        rows=[(said, f"{each:,}", "" if number is None else f"{number:,}") for said, each, number in rows],
        source=source,
    )


def _passed(found: ReportData, shares: ShareFlow) -> str:
    over = found.state.granted_on or found.state.prohibited_at
    now = f"{shares.kept:,} were granted again" if over else f"{shares.open:,} are still promised"
    gone = agreeing(shares.cancelled, "option share", "was", "were")
    anew = f"cancelled, and {shares.promised:,} promised for them" if shares.returned else "cancelled and promised anew"
    said = f"{gone} {anew}: {now}, {shares.lapsed:,} lapsed"
    if shares.balancing:
        options = count(shares.balancing_options, "balancing option")
        said += f". What was left of divided options, {shares.balancing:,}, went into {options}"
    splits = " and ".join(f"{split.new}-for-{split.old}" for split in found.state.followed_splits)
    if shares.rescinded:
        said += f". Of the new options {agreeing(shares.rescinded, 'share', 'was', 'were')} rescinded since"
    if splits and shares.granted:
        said += f". New options count shares after the {splits} split, all else those before it"
    if earlier := listed([f"the {split.named}" for split in found.state.grant_splits]):
        said += f". Shares before {earlier} are counted as after it"
    return f"{said}."


def _prices(found: ReportData) -> Section:
    key, title, points = "prices", "Exercise prices, old and new", found.prices
    source = ("cancellations.csv", "new_options.csv", "grants.csv")
    if not points:
        return Section(key=key, title=title, takeaway="There is no option to be exchanged.", source=source)
    gone = "cancelled" if found.share_flow.cancelled else "tendered"
    average = _average(found)
    takeaway = f"No option stands {gone}."
    if average is not None:
        span = [point.price for point in points if point.exchanged]
        are = "were" if found.share_flow.cancelled else "are"
        takeaway = (
            f"The options {gone} {are} exercisable at {money(min(span))} to {money(max(span))}, "
            f"{money(average)} on average by shares"
        )
        if found.new_prices:
            new = [f"{money(price)} ({count(each, 'share')})" for price, each in found.new_prices[:3]]
            takeaway += f"; the new ones at {' and '.join(new)}"
            if found.state.splits:
                takeaway += ", after the split"
        takeaway += "."
    return Section(
        key=key,
        title=title,
        takeaway=takeaway,
        chart=prices(points, average, found.new_prices, gone, takeaway),
        head=("Granted on", "Exercise price", gone.capitalize(), "Kept"),
        rows=[
            (short_day(each.granted_on), money(round(each.price, 4)), f"{each.exchanged:,}", f"{each.kept:,}")
            for each in points
        ],
        source=source,
    )


def _average(found: ReportData) -> Decimal | None:
    """The exercise price of what is cancelled, or tendered so far, by shares and to the cent."""
    shares = sum(point.exchanged for point in found.prices)
    if not shares:
        return None
    return round(sum((point.price * point.exchanged for point in found.prices), Decimal(0)) / shares, 2)


def _vesting(found: ReportData) -> Section:
    key, title, state = "vesting", "When the new options become exercisable", found.state
    source = ("vesting.csv", "new_options.csv")
    if not found.vesting or not state.granted_on:
        planned = "" if state.over else f"; the grant is planned for {day(state.schedule.grant_on)}"
        return Section(key=key, title=title, takeaway=f"No new option has been granted{planned}.", source=source)
    bars = by_year(found.vesting, state.granted_on)
    takeaway = (
        f"Of {count(sum(shares for _, shares in bars), 'new option share')} {bars[0][1]:,} were vested at grant, on "
        f"{day(state.granted_on)}; the last become exercisable on {day(found.vesting[-1][0])}."
    )
    return Section(
        key=key,
        title=title,
        takeaway=takeaway,
        chart=vesting(bars, takeaway),
        head=("When", "Option shares"),
        rows=[(name.capitalize(), f"{shares:,}") for name, shares in bars],
        source=source,
    )


def _pool(found: ReportData) -> Section:
    moves = found.pool
    opening = [move for move in moves if move.event in ("authorized", "outstanding", "exercised")][-1]
    takeaway = f"{agreeing(moves[-1].available_after, 'share', 'is', 'are')} available for grants"
    if opening.available_after != moves[-1].available_after:
        takeaway += f"; when the offer commenced it was {opening.available_after:,}"
    takeaway += "."
    return Section(
        key="pool",
        title=f"The share pool of the {found.state.terms.plan.name}",
        takeaway=takeaway,
        chart=pool(moves, takeaway),
        head=("Movement", "From", "To", "Shares", "Available after"),
        rows=[
            (name, short_day(move.first), short_day(move.last), f"{move.shares:,}", f"{move.available_after:,}")
            for name, move in zip(names(moves), moves, strict=True)
        ],
        figures=3,
        source=("pool.csv",),
    )
