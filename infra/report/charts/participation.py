"""The days of the offer: what stands tendered at the end of each, and the forms of each."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.ticker import MaxNLocator

from infra.report.charts.svg import hue, key, markup, panel, sheet
from infra.report.uptake import DailyTenders, OfferDay
from optex.formatting import count, short_day

_LEFT, _RIGHT = 88, 876
End = tuple[date, str, bool]
"""A day on which the offer ends or was to end, what is said of it, and whether it holds."""

_FORMS = (("elections", "exchange"), ("withdrawals", "lost"), ("improper", "rest"))


def participation(course: DailyTenders, ends: Sequence[End], label: str) -> Markup:
    """Above the option shares that stand tendered, withdrawals marked; below the forms, by what became of them.

    `ends` are the days on which the offer was to end; ghosts where they no longer hold.
    """
    days = course.days
    first, last = days[0].on, max(days[-1].on, *(on for on, _, _ in ends))
    with sheet(400) as on:
        above, below = panel(on, _LEFT, 44, _RIGHT, 246), panel(on, _LEFT, 296, _RIGHT, 368)
        for axes in (above, below):
            axes.set_xlim(date2num(first), date2num(last) + 1)
        _standing(above, days)
        _ends(above, ends)
        _forms(below, days)
        said = "Option shares tendered at the end of the day"
        on.text(0, 14, said, va="center", fontsize=12.5, color=hue("soft"))
        on.text(0, 274, "Forms received", va="center", fontsize=12.5, color=hue("soft"))
        names = ("Election Forms", "notices of withdrawal", "defective or late")
        key(on, 130, 274, [(name, colour) for name, (_, colour) in zip(names, _FORMS, strict=True)])
        for day in _ticks(first, last):
            x = _LEFT + (_RIGHT - _LEFT) * ((day - first).days + 0.5) / ((last - first).days + 1)
            on.text(x, 385, f"{day:%b} {day.day}", ha="center", va="center", fontsize=11.5, color=hue("soft"))
    return markup(on, "participation", label)


def _standing(axes: Axes, days: Sequence[OfferDay]) -> None:
    top = max(day.standing for day in days) or 1
    axes.set_ylim(0, top * 1.12)
    edges = [date2num(day.on) for day in days] + [date2num(days[-1].on) + 1]
    heights = [day.standing for day in days]
    left = axes.get_yaxis_transform()
    for tick in MaxNLocator(4, integer=True).tick_values(0, top):
        if 0 < tick <= top * 1.12 and top > 1:
            axes.axhline(tick, color=hue("line"), lw=0.8, zorder=0)
            axes.text(-0.01, tick, f"{tick:,.0f}", transform=left, ha="right", va="center", fontsize=11.5,
                      color=hue("soft"))  # fmt: skip
    axes.stairs(heights, edges, fill=True, color=hue("pale"), lw=0, alpha=0.75)
    axes.stairs(heights, edges, color=hue("exchange"), lw=1.8, baseline=None)
    axes.axhline(0, color=hue("ghost"), lw=1)
    end = days[-1]
    at, lift = (edges[-1], end.standing), 0 if end.standing else 20
    said, below = f"{end.standing:,}", f"of {count(end.holders, 'holder')}"
    _beside(axes, at, (8, lift + 8), said, weight="bold", fontsize=13.5, color=hue("exchange"))
    _beside(axes, at, (8, lift - 8), below, fontsize=12.5, color=hue("soft"))
    _withdrawn(axes, days)


def _beside(axes: Axes, at: tuple[float, float], away: tuple[float, float], said: str, **how: Any) -> None:
    axes.annotate(said, at, away, textcoords="offset points", va="center", **how)


def _side(axes: Axes, at: float) -> str:
    """On which side of a line its text ends: to the left of it, but at the left edge there is no room."""
    first, last = axes.get_xlim()
    return "left" if at - first < (last - first) / 5 else "right"


def _withdrawn(axes: Axes, days: Sequence[OfferDay]) -> None:
    """The days of withdrawals, marked where the line falls, their texts one above the other; of many the largest."""
    across = axes.get_xlim()[1] - axes.get_xlim()[0]
    before, level = float("-inf"), 0
    marked = [day for day in days if day.withdrawn]
    if len(marked) > 6:
        marked = [max(marked, key=lambda day: day.withdrawn)]
    for day in marked:
        at = date2num(day.on) + 0.5
        level = level + 1 if at - before < across / 6 else 0
        before = at
        axes.annotate(
            f"−{day.withdrawn:,} withdrawn", (at, day.standing), (0, 13 + 15 * level), textcoords="offset points",
            ha=_side(axes, at), fontsize=11.5, color=hue("lost"),
            arrowprops={
                "arrowstyle": "-", "color": hue("lost"), "lw": 1, "shrinkA": 0, "shrinkB": 0,
                "relpos": (_side(axes, at) == "right", 0),
            },
        )  # fmt: skip
        axes.plot(at, day.standing, "v", ms=7, color=hue("lost"), mew=0, zorder=4)


def _ends(axes: Axes, ends: Sequence[End]) -> None:
    for nth, (on, said, holds) in enumerate(ends):
        at = date2num(on) + 0.71  # about 5 p.m.
        colour = hue("ink" if holds else "ghost")
        axes.axvline(at, color=colour, lw=1.1, ls="-" if holds else (0, (4, 3)))
        lift = 1.04 + 0.085 * ((len(ends) - 1 - nth) % 2)
        said = f"{said} {short_day(on)}"
        axes.text(at, lift, said, transform=axes.get_xaxis_transform(), ha=_side(axes, at), va="center", fontsize=11.5,
                  color=hue("ink" if holds else "soft"))  # fmt: skip


def _forms(axes: Axes, days: Sequence[OfferDay]) -> None:
    bottom = [0] * len(days)
    at = [date2num(day.on) + 0.5 for day in days]
    for name, colour in _FORMS:
        heights = [getattr(day, name) for day in days]
        axes.bar(at, heights, 0.72, bottom=bottom, color=hue(colour), lw=0)
        bottom = [below + height for below, height in zip(bottom, heights, strict=True)]
    most = max(bottom)
    axes.set_ylim(0, most * 1.05 or 1)
    axes.axhline(0, color=hue("ghost"), lw=1)
    if most:
        axes.axhline(most, color=hue("line"), lw=0.8, zorder=0)
        axes.text(-0.01, most, f"{most:,}", transform=axes.get_yaxis_transform(), ha="right", va="center",
                  fontsize=11.5, color=hue("soft"))  # fmt: skip


def _ticks(first: date, last: date) -> list[date]:
    """Mondays, as many as there is room for."""
    mondays = [first + timedelta(days=n) for n in range((last - first).days + 1) if (first.weekday() + n) % 7 == 0]
    return mondays[:: -(-len(mondays) // 11) or 1]
