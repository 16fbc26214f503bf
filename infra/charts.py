"""The charts of the course of an offer: its timeline, its days, its outcome by class of holder."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.patches import FancyArrowPatch

from infra.chronicle import HAPPENED, Line, when
from infra.participation import ALL_ELIGIBLE, NOT_ELIGIBLE, ClassOutcome, Course, Outcome
from infra.svg import hue, markup, marked, panel, sheet
from optex.schedule import Status
from optex.state import OfferState
from optex.wording import count, in_words, short_day

_ROW = 31


def timeline(lines: Sequence[Line], state: OfferState, label: str) -> Markup:
    """A row for each milestone and for what moved it: earlier dates as ghosts, struck, with an arrow to what holds."""
    left, right = 292, 690
    first = min(state.terms.opens, *(line.at for line in lines))
    last = max(line.at for line in lines)
    pad = (last - first) * 0.02 + timedelta(days=1)
    first, last = first - pad, last + pad
    top, bottom = 46, 46 + len(lines) * _ROW

    def x(at: datetime) -> float:
        return left + (right - left) * ((at - first) / (last - first))

    with sheet(bottom + 12) as axes:
        _months(axes, state, first, last, x, top, bottom)
        _phases(axes, state, x, top, bottom)
        ghosts = 0
        for nth, line in enumerate(lines):
            y = top + (nth + 0.5) * _ROW
            axes.plot([0, 1000], [y + _ROW / 2] * 2, color=hue("line"), lw=0.7)
            faint = line.outcome == Status.MOOT
            axes.text(0, y, line.label, va="center", color=hue("soft" if faint else "ink"))
            for at, status in line.former:
                done = status is Status.DONE
                axes.plot(x(at), y, "o", ms=7, mfc=hue("exchange" if done else "paper"), mec=hue("ghost"), mew=1.2)
                if not done:
                    _arrow(axes, x(at), x(line.at), y)
            _mark(axes, x(line.at), y, line.outcome)
            said = when(line.at, state)
            moved = line.moved_from
            axes.text(
                704, y - (6 if moved else 0), said, va="center", fontsize=12.5, color=hue("soft" if faint else "ink")
            )
            words = line.outcome_in_words
            axes.text(
                1000, y - (6 if moved else 0), words, va="center", ha="right", fontsize=12,
                color=hue("lost" if line.outcome == Status.HELD else "soft"),
            )  # fmt: skip
            if moved:
                ghosts += 1
                was = ", ".join(short_day(state.day(at)) for at in moved[-3:])
                axes.text(704, y + 8, was, va="center", fontsize=11, color=hue("soft"), gid=marked("struck", ghosts))
    return markup(axes, "timeline", label)


def _months(axes: Axes, state: OfferState, first: datetime, last: datetime, x, top: float, bottom: float) -> None:
    """The firsts of the months, as many as there is room for."""
    zone = state.terms.zone
    months = [
        datetime(year, month, 1, tzinfo=zone)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= datetime(year, month, 1, tzinfo=zone) <= last
    ]
    step = -(-len(months) // 9) or 1
    for at in months[::step]:
        axes.plot([x(at)] * 2, [top, bottom], color=hue("line"), lw=0.7, zorder=0)
        axes.text(x(at), top - 8, f"{at:%b}" + (f" {at:%Y}" if at.month == 1 else ""), ha="center", va="center",
                  fontsize=11.5, color=hue("soft"))  # fmt: skip


def _phases(axes: Axes, state: OfferState, x, top: float, bottom: float) -> None:
    """While the offer is open, and the time that must pass between cancellation and grant."""
    if state.terminated_at:
        return
    plan, waiting = state.plan, state.terms.waiting
    period = f"{in_words(waiting.months, 'month')} and {in_words(waiting.days, 'day')}"
    phases = [
        (state.terms.opens, state.terms.expires, "offer open"),
        (plan.due("cancel"), plan.due("regrant"), period),
    ]
    for begins, ends, said in phases:
        a, b = x(begins), x(ends)
        axes.fill_between([a, b], top, bottom, color=hue("band"), lw=0, zorder=-1)
        axes.text((a + b) / 2, top - 30, said, ha="center", va="center", fontsize=12, color=hue("soft"))
        axes.plot([a, b], [top - 20] * 2, color=hue("ghost"), lw=1.2)


def _arrow(axes: Axes, start: float, end: float, y: float) -> None:
    if abs(end - start) > 12:
        away = 5 if end > start else -5
        arrow = FancyArrowPatch(
            (start + away, y), (end - away * 1.4, y), arrowstyle="->", mutation_scale=8, color=hue("ghost"), lw=1,
            shrinkA=0, shrinkB=0,
        )  # fmt: skip
        axes.add_patch(arrow)


def _mark(axes: Axes, x: float, y: float, outcome: str) -> None:
    match outcome:
        case Status.DONE:
            axes.plot(x, y, "o", ms=9, color=hue("exchange"), mew=0)
        case Status.HELD:
            axes.plot(x, y, "s", ms=9, color=hue("lost"), mew=0)
        case Status.MOOT:
            axes.plot(x, y, "x", ms=6, color=hue("ghost"), mew=1.4)
        case _ if outcome == HAPPENED:
            axes.plot(x, y, "D", ms=7, color=hue("ink"), mew=0)
        case _:
            axes.plot(x, y, "o", ms=8.5, mfc=hue("paper"), mec=hue("exchange"), mew=1.8)


def participation(course: Course, expirations: Sequence[date], label: str) -> Markup:
    """Above what stands tendered at the end of each day, below the forms of each day."""
    days = course.days
    first, last = days[0].on, max(days[-1].on, expirations[-1])
    edges = [date2num(day.on) for day in days] + [date2num(days[-1].on) + 1]
    with sheet(430) as sheet_axes:
        above, below = panel(sheet_axes, 70, 40, 880, 260), panel(sheet_axes, 70, 300, 880, 392)
        for axes in (above, below):
            axes.set_xlim(date2num(first), date2num(last) + 1)
        _standing(above, course, edges)
        _forms(below, course)
        for nth, on in enumerate(expirations):
            holds = on == expirations[-1]
            for axes in (above, below):
                axes.axvline(
                    date2num(on) + 0.71, color=hue("ink" if holds else "ghost"), lw=1, ls="-" if holds else (0, (4, 3))
                )
            text = ("expires " if holds else "was to expire ") + short_day(on)
            above.text(date2num(on) + 0.71, 1.05 + 0.09 * (nth % 2), text, transform=above.get_xaxis_transform(),
                       ha="right" if holds else "center", fontsize=11.5, color=hue("ink" if holds else "soft"))  # fmt: skip
        for on in _ticks(first, last):
            below.text(date2num(on) + 0.5, -0.16, f"{on:%b} {on.day}", transform=below.get_xaxis_transform(), ha="center",
                       va="top", fontsize=11.5, color=hue("soft"))  # fmt: skip
    return markup(sheet_axes, "participation", label)


def _ticks(first: date, last: date) -> list[date]:
    """Mondays, as many as there is room for."""
    mondays = [first + timedelta(days=n) for n in range((last - first).days + 1) if (first.weekday() + n) % 7 == 0]
    return mondays[:: -(-len(mondays) // 11) or 1]


def _standing(axes: Axes, course: Course, edges: Sequence[float]) -> None:
    days = course.days
    top = max(day.standing for day in days) or 1
    axes.set_ylim(0, top * 1.18)
    axes.stairs([day.standing for day in days], edges, fill=True, color=hue("pale"), lw=0)
    axes.stairs([day.standing for day in days], edges, color=hue("exchange"), lw=1.8, baseline=None)
    axes.axhline(0, color=hue("ghost"), lw=1)
    end = days[-1]
    axes.text(edges[-1], end.standing, f" {end.standing:,}", va="bottom", weight="bold", color=hue("exchange"))
    axes.text(edges[-1], end.standing, f" of {count(end.holders, 'holder')}", va="top", fontsize=12, color=hue("soft"))
    axes.text(-0.08, 1.1, "Option shares tendered at the end of the day", transform=axes.transAxes, color=hue("soft"))
    room = (edges[-1] - edges[0]) / 11
    last_at, level = float("-inf"), 0
    for day in sorted(sorted(days, key=lambda day: -day.withdrawn)[:8], key=lambda day: day.on):
        if not day.withdrawn:
            continue
        at = date2num(day.on) + 0.5
        level = level + 1 if at - last_at < room else 0
        last_at = at
        y = day.standing + top * (0.05 + 0.075 * level)
        axes.plot(at, day.standing + top * 0.02, marker=7, ms=7, color=hue("lost"), mew=0)
        axes.text(at, y, f"−{day.withdrawn:,} withdrawn", ha="right", fontsize=11.5, color=hue("lost"))


def _forms(axes: Axes, course: Course) -> None:
    bottom = [0] * len(course.days)
    at = [date2num(day.on) + 0.5 for day in course.days]
    parts = (("elections", "exchange"), ("withdrawals", "lost"), ("improper", "rest"))
    for name, colour in parts:
        heights = [getattr(day, name) for day in course.days]
        axes.bar(at, heights, 0.72, bottom=bottom, color=hue(colour), lw=0)
        bottom = [a + b for a, b in zip(bottom, heights, strict=True)]
    axes.set_ylim(0, max(bottom) or 1)
    axes.axhline(0, color=hue("ghost"), lw=1)
    for day, height in zip(at, bottom, strict=True):
        if height == max(bottom) and height:
            axes.text(day, height, f"{height:,}", ha="center", va="bottom", fontsize=11.5, color=hue("soft"))
            break
    x = -0.08
    for said, colour in (
        ("Forms received:", None),
        ("Election Forms", "exchange"),
        ("notices of withdrawal", "lost"),
        ("defective or late", "rest"),
    ):
        if colour:
            axes.plot(x + 0.008, 1.27, "s", ms=9, color=hue(colour), mew=0, transform=axes.transAxes)
            x += 0.022
        axes.text(x, 1.27, said, va="center", transform=axes.transAxes, color=hue("soft"), fontsize=12.5)
        x += 0.0105 * len(said) + 0.022


_OUTCOMES = (
    (Outcome.ACCEPTED, "exchange", "on-dark"),
    (Outcome.TENDERED, "pale", "ink"),
    (Outcome.REJECTED, "lost", "on-dark"),
    (Outcome.NOT_TENDERED, "rest", "ink"),
)


def classes(found: Sequence[ClassOutcome], label: str) -> Markup:
    """Each class as a whole of its own, divided by outcome: on the left its option shares, on the right its holders."""
    row, top = 38, 76
    with sheet(top + row * len(found) + 6) as axes:
        shown = [part for part in _OUTCOMES if any(each.shares[part[0]] or each.holders[part[0]] for each in found)]
        x = 215.0
        for outcome, colour, _ in shown:
            axes.plot(x + 6, 12, "s", ms=10, color=hue(colour), mew=0)
            axes.text(x + 18, 12, outcome, va="center", fontsize=12.5, color=hue("soft"))
            x += 40 + 7.9 * len(outcome)
        axes.text(215, 50, "by option shares", va="center", color=hue("soft"))
        axes.text(675, 50, "by holders", va="center", color=hue("soft"))
        for nth, each in enumerate(found):
            y = top + row * (nth + 0.5)
            apart = each.label == ALL_ELIGIBLE
            if apart:
                axes.plot([0, 1000], [y - row / 2] * 2, color=hue("ghost"), lw=1)
            axes.text(0, y, each.label, va="center", weight="bold" if apart else "normal",
                      color=hue("soft" if each.label == NOT_ELIGIBLE else "ink"))  # fmt: skip
            _divided(axes, each.shares, 215, 555, y)
            _divided(axes, each.holders, 675, 935, y)
    return markup(axes, "classes", label)


def _divided(axes: Axes, parts, left: float, right: float, y: float) -> None:
    whole = parts.total()
    axes.text(right + 10, y, f"{whole:,}", va="center", color=hue("ink"))
    at = left
    for outcome, colour, on in _OUTCOMES:
        width = (right - left) * parts[outcome] / whole if whole else 0
        axes.barh(y, width, 23, left=at, color=hue(colour), lw=0)
        if width > 36:
            axes.text(
                at + width / 2, y, f"{parts[outcome] / whole:.0%}", ha="center", va="center", fontsize=12, color=hue(on)
            )
        at += width
