"""The charts of what the offer came to: the passage of the shares, prices old and new, vesting, the plan's pool."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from infra.figures import Passage, PoolMove, PricePoint
from infra.svg import hue, markup, panel, sheet
from optex.wording import count, money, short_day

_BAR = 14


class _Node(NamedTuple):
    """A bar of the flow: where it stands, how many shares it is high, and what is said beside it."""

    x: float
    top: float
    shares: int
    height: float


def passage(found: Passage, label: str) -> Markup:
    """The option shares from left to right: outstanding, cancelled or kept, promised, granted or lapsed."""
    kept = found.outstanding - found.cancelled - found.balancing
    tall, gap, top = 250.0, 34.0, 44.0
    scale = tall / (found.outstanding or 1)
    columns = (0.0, 330.0, 560.0, 790.0)
    with sheet(top + tall + 4 * gap + 10) as axes:

        def node(column: int, y: float, shares: int, colour: str, title: str, below: str = "") -> _Node:
            height = max(shares * scale, 1.5)
            axes.barh(y + height / 2, _BAR, height, left=columns[column], color=hue(colour), lw=0)
            x = columns[column] + _BAR + 8
            middle = y + height / 2
            axes.text(x, middle - 8, f"{shares:,}", va="center", weight="bold", fontsize=14)
            axes.text(x, middle + 9, title, va="center", fontsize=12.5, color=hue("soft"))
            if below:
                axes.text(x, middle + 24, below, va="center", fontsize=11.5, color=hue("soft"))
            return _Node(columns[column], y, shares, height)

        start = node(0, top, found.outstanding, "ghost", "options outstanding")
        cancelled = node(1, top, found.cancelled, "exchange", "cancelled", count(found.grants, "option"))
        y = top + cancelled.height + gap
        _ribbon(axes, start, cancelled, 0, 0, "pale")
        used = found.cancelled * scale
        if found.balancing:
            balancing = node(
                1, y, found.balancing, "ghost", "balancing options", count(found.balancing_options, "option")
            )
            _ribbon(axes, start, balancing, used, 0, "rest")
            y += balancing.height + gap + 14
            used += found.balancing * scale
        if kept:
            _ribbon(axes, start, node(1, y, kept, "ghost", "kept: not tendered, or returned"), used, 0, "rest")
        promised = node(2, top, found.promised, "exchange", "promised")
        _ribbon(axes, cancelled, promised, 0, 0, "pale")
        _ends(axes, found, promised, node, top, gap, scale)
    return markup(axes, "passage", label)


def _ends(axes: Axes, found: Passage, promised: _Node, node, top: float, gap: float, scale: float) -> None:
    """What the promises came to, and the deferred grants that joined the new options."""
    y, used = top, 0.0
    if found.kept or found.granted:
        # Deferred grants are counted after splits: their width is brought to the shares of the promises.
        replaced = found.granted - found.deferred
        deferred = found.deferred * found.kept / replaced * scale if replaced else 0
        new = node(3, y, found.granted, "new", "new options granted", count(found.new_options, "option"))
        if abs(new.height - found.kept * scale - deferred) > 1 or deferred:
            axes.barh(y + new.height / 2, _BAR, new.height, left=new.x, color=hue("new"), lw=0)
        width = found.kept * scale
        _ribbon(axes, promised._replace(height=width), new._replace(height=width), 0, 0, "fresh")
        if found.deferred:
            source = node(2, promised.top + promised.height + gap + 26, found.deferred, "new", "deferred grants")
            _ribbon(axes, source, new._replace(height=max(deferred, 1)), 0, width, "fresh")
        y, used = y + new.height + gap + 14, width
    for shares, title, below, colour, flow in (
        (found.open, "promises open", "", "pale", "pale"),
        (found.lapsed, "lapsed, back to the pool", count(found.lapsed_promises, "promise"), "lost", "lost"),
    ):
        if shares:
            end = node(3, y, shares, colour, title, below)
            _ribbon(axes, promised._replace(height=shares * scale), end, used, 0, flow)
            y, used = y + end.height + gap + 14, used + shares * scale


def _ribbon(axes: Axes, start: _Node, end: _Node, below_start: float, below_end: float, colour: str) -> None:
    """The shares of the narrower node on their way, from so far below the top of one to so far below that of the other."""
    width = min(start.height, end.height)
    x0, x1 = start.x + _BAR, end.x
    y0, y1 = start.top + below_start, end.top + below_end
    bend = (x1 - x0) * 0.45
    points = [
        (x0, y0), (x0 + bend, y0), (x1 - bend, y1), (x1, y1),
        (x1, y1 + width), (x1 - bend, y1 + width), (x0 + bend, y0 + width), (x0, y0 + width), (x0, y0),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), fc=hue(colour), ec="none", alpha=0.55, zorder=0))


def prices(points: Sequence[PricePoint], new: Sequence[tuple[Decimal, int]], gone: str, label: str) -> Markup:
    """A bubble for each grant date and price, its area the shares; a line at the price of the new options."""
    most = max(point.exchanged + point.kept for point in points)
    every = [float(point.price) for point in points] + [float(price) for price, _ in new]
    with sheet(400) as on:
        axes = panel(on, 70, 34, 880, 360)
        axes.set_yscale("log")
        axes.set_ylim(min(every) / 1.45, max(every) * 1.6)
        first, last = date2num(points[0].granted_on), date2num(points[-1].granted_on)
        pad = max((last - first) * 0.06, 60)
        axes.set_xlim(first - pad, last + pad)
        for tick in _dollars(min(every) / 1.45, max(every) * 1.6):
            axes.axhline(tick, color=hue("line"), lw=0.8, zorder=0)
            axes.text(-0.012, tick, f"${tick:g}", transform=axes.get_yaxis_transform(), ha="right", va="center",
                      fontsize=11.5, color=hue("soft"))  # fmt: skip
        years = range(points[0].granted_on.year, points[-1].granted_on.year + 2)
        for year in years[:: -(-len(years) // 12)]:
            if first - pad <= date2num(date(year, 1, 1)) <= last + pad:
                axes.text(date2num(date(year, 1, 1)), -0.045, str(year), transform=axes.get_xaxis_transform(), ha="center",
                          va="center", fontsize=11.5, color=hue("soft"))  # fmt: skip
        for share, fill, edge in (("kept", "rest", "ghost"), ("exchanged", "exchange", "paper")):
            shown = [point for point in points if getattr(point, share)]
            axes.scatter(
                [date2num(point.granted_on) for point in shown],
                [float(point.price) for point in shown],
                s=[_area(getattr(point, share), most) for point in shown],
                color=hue(fill), edgecolor=hue(edge), alpha=0.8, lw=1,
            )  # fmt: skip
        if new:
            price = float(new[0][0])
            axes.axhline(price, color=hue("new"), lw=2, zorder=3)
            axes.text(1.01, price, money(new[0][0]), transform=axes.get_yaxis_transform(), va="bottom", weight="bold",
                      color=hue("new"))  # fmt: skip
            axes.text(1.01, price, "new options", transform=axes.get_yaxis_transform(), va="top", fontsize=12,
                      color=hue("soft"))  # fmt: skip
        _key(axes, gone, most)
    return markup(on, "prices", label)


def _dollars(low: float, high: float) -> list[float]:
    """Round amounts between two prices: 1, 2, 5, 10, ..."""
    return [m * 10.0**e for e in range(-4, 7) for m in (1, 2, 5) if low <= m * 10.0**e <= high]


def _area(shares: int, most: int) -> float:
    """The area of a bubble in points: that of the most shares has a radius of 26."""
    return 2700.0 * shares / most


def _key(axes: Axes, gone: str, most: int) -> None:
    x = 0.0
    for said, colour, edge in ((gone, "exchange", "paper"), ("kept", "rest", "ghost")):
        axes.scatter([x + 0.008], [1.06], s=110, color=hue(colour), edgecolor=hue(edge), transform=axes.transAxes)
        axes.text(x + 0.022, 1.06, said, va="center", transform=axes.transAxes, fontsize=12.5, color=hue("soft"))
        x += 0.05 + 0.0105 * len(said)
    said = f"area: option shares, the largest {most:,}"
    axes.text(1, 1.06, said, ha="right", va="center", transform=axes.transAxes, fontsize=12.5, color=hue("soft"))


def vesting(days: Sequence[tuple[date, int]], granted_on: date, label: str) -> Markup:
    """A bar for what is vested at grant and one for each year after, with what is exercisable by its end."""
    bars = vesting_by_year(days, granted_on)
    whole = sum(shares for _, shares in bars)
    most = max(shares for _, shares in bars)
    with sheet(300) as on:
        axes = panel(on, 0, 40, 1000, 240)
        axes.set_xlim(-0.6, max(len(bars), 5) - 0.4)
        axes.set_ylim(0, most)
        axes.axhline(0, color=hue("ghost"), lw=1)
        so_far = 0
        for nth, (name, shares) in enumerate(bars):
            so_far += shares
            axes.bar(nth, shares, 0.62, color=hue("new" if nth == 0 else "fresh"), lw=0)
            axes.text(nth, shares, f"{shares:,}", ha="center", va="bottom", weight="bold", fontsize=13.5)
            below = axes.get_xaxis_transform()
            axes.text(nth, -0.09, name, ha="center", va="center", transform=below)
            so_far_said = f"{so_far / whole:.1%} by then".replace("100.0%", "all")
            axes.text(
                nth, -0.19, so_far_said, ha="center", va="center", fontsize=11.5, color=hue("soft"), transform=below
            )
    return markup(on, "vesting", label)


def vesting_by_year(days: Sequence[tuple[date, int]], granted_on: date) -> list[tuple[str, int]]:
    """What becomes exercisable at grant, in the rest of that year, and in each year after it."""
    years: dict[str, int] = {"at grant": 0}
    for on, shares in days:
        name = "at grant" if on == granted_on else f"rest of {on.year}" if on.year == granted_on.year else str(on.year)
        years[name] = years.get(name, 0) + shares
    return list(years.items())


_EVENTS = {
    "authorized": "authorized by the plan",
    "outstanding": "outstanding under options",
    "exercised": "exercised before",
    "cancelled": "cancelled, back to the pool",
    "reserved": "reserved",
    "lapsed": "lapsed promises, freed",
    "released": "reserve released",
    "granted": "new options granted",
    "split": "adjusted for splits",
}


def pool(moves: Sequence[PoolMove], label: str) -> Markup:
    """The shares available step by step: each bar begins where the one before it ended."""
    moves = [move for move in moves if move.shares]
    row, top, left, right = 27, 8, 330, 760
    most = max(max(move.available_after, move.available_after - move.shares) for move in moves)
    scale = (right - left) / most
    with sheet(top + row * (len(moves) + 1) + 12) as axes:
        for nth, move in enumerate(moves):
            y = top + row * (nth + 0.5)
            before = move.available_after - move.shares
            low, high = sorted((before, move.available_after))
            axes.text(0, y, _EVENTS.get(move.event, move.event), va="center")
            axes.text(left - 14, y, _between(move), va="center", ha="right", fontsize=11.5, color=hue("soft"))
            colour = "fresh" if move.shares > 0 else "rest"
            axes.barh(y, max((high - low) * scale, 1.5), 15, left=left + low * scale, color=hue(colour), lw=0)
            axes.plot([left + move.available_after * scale] * 2, [y - 7.5, y + row + 7.5], color=hue("ghost"), lw=0.9)
            sign = "+" if move.shares > 0 else "−"
            axes.text(890, y, f"{sign}{abs(move.shares):,}", va="center", ha="right")
            axes.text(1000, y, f"{move.available_after:,}", va="center", ha="right", fontsize=12, color=hue("soft"))
        y = top + row * (len(moves) + 0.5)
        axes.plot([0, 1000], [y - row / 2] * 2, color=hue("ghost"), lw=1)
        axes.text(0, y, "available now", va="center", weight="bold")
        axes.barh(y, moves[-1].available_after * scale, 15, left=left, color=hue("new"), lw=0)
        axes.text(1000, y, f"{moves[-1].available_after:,}", va="center", ha="right", weight="bold")
    return markup(axes, "pool", label)


def _between(move: PoolMove) -> str:
    if move.first == move.last:
        return short_day(move.first)
    same = move.first.year == move.last.year
    begins = short_day(move.first)
    return f"{begins.partition(',')[0] if same else begins} – {short_day(move.last)}"
