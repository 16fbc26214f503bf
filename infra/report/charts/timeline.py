"""The timeline: a row for each milestone and for what moved it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from infra.report.charts.svg import hue, marked, markup, sheet
from infra.report.timeline import EVENT, TimelineRow, due
from optex.formatting import in_words, short_day
from optex.milestones import CANCEL, REGRANT
from optex.state import OfferState
from optex.steps import StepStatus

_ROW = 35
_TOP = 46
_LEFT, _RIGHT = 292, 688
_Across = Callable[[datetime], float]


def timeline(lines: Sequence[TimelineRow], state: OfferState, label: str) -> Markup:
    """Earlier dates stand as ghosts in the row of what moved, struck, with an arrow to the date that holds."""
    every = [state.terms.opens, *(line.at for line in lines), *(at for line in lines for at, _ in line.former)]
    pad = (max(every) - min(every)) * 0.02 + timedelta(days=1)
    first, last = min(every) - pad, max(every) + pad
    bottom = _TOP + len(lines) * _ROW

    def across(at: datetime) -> float:
        return _LEFT + (_RIGHT - _LEFT) * ((at - first) / (last - first))

    with sheet(bottom + 2) as axes:
        _phases(axes, state, across, bottom)
        _months(axes, state, (first, last), across, bottom)
        for nth, line in enumerate(lines):
            _row(axes, line, state, across, nth)
    return markup(axes, "timeline", label)


def _row(axes: Axes, line: TimelineRow, state: OfferState, across: _Across, nth: int) -> None:
    y = _TOP + (nth + 0.5) * _ROW
    ink = hue("soft" if line.outcome == StepStatus.MOOT else "ink")
    axes.plot([0, 1000], [y + _ROW / 2] * 2, color=hue("line"), lw=0.7)
    axes.text(0, y, line.label, va="center", color=ink)
    for at, status in line.former:
        done = status is StepStatus.DONE
        axes.plot(across(at), y, "o", ms=7, mfc=hue("exchange" if done else "paper"), mec=hue("ghost"), mew=1.2)
        if not done:
            _arrow(axes, across(at), across(line.at), y)
    _mark(axes, across(line.at), y, line.outcome)
    above = 8 if line.moved_from else 0
    axes.text(704, y - above, due(line, state), va="center", fontsize=12.5, color=ink)
    said = hue("lost" if line.outcome == StepStatus.HELD else "soft")
    axes.text(1000, y - above, line.outcome_in_words, va="center", ha="right", fontsize=12, color=said)
    if line.moved_from:
        was = ", ".join(short_day(state.day(at)).partition(",")[0] for at in line.moved_from[-5:])
        axes.text(704, y + 8, was, va="center", fontsize=11, color=hue("soft"), gid=marked("struck", nth))


def _mark(axes: Axes, x: float, y: float, outcome: str) -> None:
    match outcome:
        case StepStatus.DONE:
            axes.plot(x, y, "o", ms=9, color=hue("exchange"), mew=0)
        case StepStatus.HELD:
            axes.plot(x, y, "s", ms=9, color=hue("lost"), mew=0)
        case StepStatus.MOOT:
            axes.plot(x, y, "x", ms=6, color=hue("ghost"), mew=1.4)
        case _ if outcome == EVENT:
            axes.plot(x, y, "D", ms=7, color=hue("ink"), mew=0)
        case _:
            axes.plot(x, y, "o", ms=8.5, mfc=hue("paper"), mec=hue("exchange"), mew=1.8)


def _arrow(axes: Axes, start: float, end: float, y: float) -> None:
    if abs(end - start) < 14:
        return
    away = 5 if end > start else -5
    ends = (start + away, y), (end - away * 1.3, y)
    axes.add_patch(
        FancyArrowPatch(*ends, arrowstyle="->", mutation_scale=8, color=hue("ghost"), lw=1, shrinkA=0, shrinkB=0)
    )


def _phases(axes: Axes, state: OfferState, across: _Across, bottom: float) -> None:
    """While the offer is open, and the time that must pass between cancellation and grant."""
    waiting = state.terms.waiting
    parts = [(waiting.months, "month"), (waiting.days, "day")]
    period = " and ".join(in_words(number, noun) for number, noun in parts if number)
    phases = [
        (state.terms.opens, min(state.terms.expires, state.terminated_at or state.terms.expires), "offer open", "pale"),
        (state.schedule.due(CANCEL), state.schedule.due(REGRANT), period, "band"),
    ]
    for begins, ends, said, colour in phases[:1] if state.terminated_at else phases:
        left, right = across(begins), across(ends)
        axes.fill_between([left, right], _TOP, bottom, color=hue(colour), alpha=0.25 if colour == "pale" else 1, lw=0,
                          zorder=-1)  # fmt: skip
        axes.text((left + right) / 2, _TOP - 31, said, ha="center", va="center", fontsize=12, color=hue("soft"))
        axes.plot([left + 1, right - 1], [_TOP - 20] * 2, color=hue("exchange" if colour == "pale" else "ghost"), lw=2)


def _months(axes: Axes, state: OfferState, span: tuple[datetime, datetime], across: _Across, bottom: float) -> None:
    """The firsts of the months, as many as there is room for."""
    years = range(span[0].year, span[1].year + 1)
    firsts = [datetime(year, month, 1, tzinfo=state.terms.zone) for year in years for month in range(1, 13)]
    firsts = [first for first in firsts if span[0] <= first <= span[1]]
    for first in firsts[:: -(-len(firsts) // 9) or 1]:
        axes.plot([across(first)] * 2, [_TOP, bottom], color=hue("line"), lw=0.7, zorder=0)
        name = f"{first:%b %Y}" if first.month == 1 else f"{first:%b}"
        axes.text(across(first), _TOP - 8, name, ha="center", va="center", fontsize=11.5, color=hue("soft"))
