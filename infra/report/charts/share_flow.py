"""The passage of the option shares: outstanding, cancelled or kept, promised, granted or lapsed."""

from typing import NamedTuple

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from infra.report.charts.svg import hue, markup, sheet
from infra.report.data import ShareFlow
from optex.formatting import count

_BAR = 14.0
_TALL = 250.0
_TOP = 14.0
_GAP = 46.0
_COLUMNS = (0.0, 330.0, 560.0, 790.0)


class _Bar(NamedTuple):
    """A bar of the flow: its left edge, its top and its height."""

    x: float
    top: float
    height: float

    def below(self) -> float:
        """Where the next bar may begin, with room for what is said beside both."""
        return max(self.top + self.height + 30, self.top + self.height / 2 + _GAP)

    def end(self) -> float:
        """Where the bar ends, or what is said beside it."""
        return max(self.top + self.height, self.top + self.height / 2 + 32)

    def part(self, begins: float, height: float) -> "_Bar":
        return self._replace(top=self.top + begins, height=height)


def share_flow(found: ShareFlow, label: str) -> Markup:
    """Bars as high as the shares, from left to right in the order of the offer's life, and what flows between them."""
    scale = _TALL / (found.outstanding or 1)
    with sheet(1000) as axes:
        start = _bar(axes, 0, _TOP, found.outstanding * scale, "ghost", found.outstanding, "options outstanding")
        options = count(found.grants, "option")
        cancelled = _bar(axes, 1, _TOP, found.cancelled * scale, "exchange", found.cancelled, "cancelled", options)
        _flow(axes, start.part(0, cancelled.height), cancelled, "pale")
        promised = _bar(axes, 2, _TOP, found.promised * scale, "exchange", found.promised, "promised")
        _flow(axes, cancelled.part(0, promised.height), promised, "pale")
        ends = (_kept(axes, found, start, cancelled, scale), _ends(axes, found, promised, scale))
    return markup(axes, "passage", label, max(start.top + start.height, *ends) + 2)


def _kept(axes: Axes, found: ShareFlow, start: _Bar, cancelled: _Bar, scale: float) -> float:
    """What stays outstanding: the balancing options, and what was not tendered or not accepted."""
    last, used = cancelled, cancelled.height
    kept = found.outstanding - found.cancelled - found.balancing
    for shares, said, more in (
        (found.balancing, "balancing options", count(found.balancing_options, "option")),
        (kept, "kept: not tendered, or returned", ""),
    ):
        if shares:
            last = _bar(axes, 1, last.below(), shares * scale, "ghost", shares, said, more)
            _flow(axes, start.part(used, last.height), last, "rest")
            used += last.height
    return last.end()


def _ends(axes: Axes, found: ShareFlow, promised: _Bar, scale: float) -> float:
    """What became of the promises, and the deferred grants that join the new options."""
    top, used, lowest = _TOP, 0.0, 0.0
    if found.granted:
        # New options count the shares after splits: their bar is as high as the promises kept, and the deferred grants
        # beside them in proportion.
        kept = found.kept * scale
        replacing = found.granted - found.deferred
        deferred = found.deferred * kept / replacing if replacing else found.deferred * scale
        options = count(found.new_options, "option")
        new = _bar(axes, 3, top, kept + deferred, "new", found.granted, "new options granted", options)
        _flow(axes, promised.part(0, kept), new.part(0, kept), "fresh")
        if found.deferred:
            lowest = _deferred(axes, found.deferred, promised, new.part(kept, deferred))
        top, used = new.below(), kept
    for shares, said, more, colour, flow in (
        (found.open, "promises open", "", "exchange", "pale"),
        (found.lapsed, "lapsed, back to the pool", count(found.lapsed_promises, "promise"), "lost", "lost"),
    ):
        if shares:
            bar = _bar(axes, 3, top, shares * scale, colour, shares, said, more)
            _flow(axes, promised.part(used, bar.height), bar, flow)
            top, used, lowest = bar.below(), used + bar.height, max(lowest, bar.end())
    return lowest


def _deferred(axes: Axes, shares: int, promised: _Bar, into: _Bar) -> float:
    """A bar of its own for the deferred grants, with its shares below it, out of the way of the flow."""
    bar = _Bar(_COLUMNS[2], promised.below(), into.height)
    axes.barh(bar.top + bar.height / 2, _BAR, max(bar.height, 1.5), left=bar.x, color=hue("new"), lw=0)
    _flow(axes, bar, into, "new")
    below = bar.top + bar.height + 14
    axes.text(bar.x, below, f"{shares:,}", va="center", weight="bold", fontsize=14)
    axes.text(bar.x, below + 17, "deferred grants", va="center", fontsize=12.5, color=hue("soft"))
    return below + 26


def _bar(
    axes: Axes, column: int, top: float, height: float, colour: str, shares: int, said: str, more: str = ""
) -> _Bar:
    """A bar with its shares and what they are on its right."""
    bar = _Bar(_COLUMNS[column], top, height)
    axes.barh(top + height / 2, _BAR, max(height, 1.5), left=bar.x, color=hue(colour), lw=0)
    x, middle = bar.x + _BAR + 8, top + height / 2
    axes.text(x, middle - 8, f"{shares:,}", va="center", weight="bold", fontsize=14)
    axes.text(x, middle + 9, said, va="center", fontsize=12.5, color=hue("soft"))
    axes.text(x, middle + 24, more, va="center", fontsize=11.5, color=hue("soft"))
    return bar


def _flow(axes: Axes, start: _Bar, end: _Bar, colour: str) -> None:
    """A ribbon from one bar, or a part of it, to another."""
    x0, x1 = start.x + _BAR, end.x
    (y0, h0), (y1, h1) = start[1:], end[1:]
    bend = (x1 - x0) * 0.45
    points = [
        (x0, y0), (x0 + bend, y0), (x1 - bend, y1), (x1, y1),
        (x1, y1 + h1), (x1 - bend, y1 + h1), (x0 + bend, y0 + h0), (x0, y0 + h0), (x0, y0),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), fc=hue(colour), ec="none", alpha=0.55, zorder=0))
