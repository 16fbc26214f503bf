"""Exercise prices old and new: a bubble for each grant date and price, a line at the price of the new options."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import log, sqrt

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from infra.report.charts.svg import hue, markup, sheet
from infra.report.data import PricePoint
from optex.formatting import money

_LEFT, _TOP, _RIGHT, _BOTTOM = 60.0, 40.0, 862.0, 372.0


class _Scales:
    """Where a day and a price stand on the sheet; prices by their ratios, as they differ in the tens."""

    def __init__(self, points: Sequence[PricePoint], prices: Sequence[Decimal]) -> None:
        days = [float(date2num(point.granted_on)) for point in points]
        pad = max((max(days) - min(days)) * 0.06, 90)
        self.first, self.last = min(days) - pad, max(days) + pad
        every = [float(price) for price in (*prices, *(point.price for point in points)) if price]
        self.low, self.high = min(every, default=1) / 1.4, max(every, default=1) * 1.6

    def x(self, on: date) -> float:
        days = float(date2num(on)) - self.first
        return _LEFT + (_RIGHT - _LEFT) * days / (self.last - self.first)

    def y(self, price: Decimal | float) -> float:
        share = log(max(float(price), self.low) / self.low) / log(self.high / self.low)
        return _BOTTOM - (_BOTTOM - _TOP) * share


def prices(
    points: Sequence[PricePoint], average: Decimal | None, new: Sequence[tuple[Decimal, int]], gone: str, label: str
) -> Markup:
    """Each bubble's area is the option shares outstanding, its filled part those `gone`: cancelled, or tendered so far.

    `average` is the price of what is gone, by shares; `new` the prices of the new options, the most shares first.
    """
    most = max(point.exchanged + point.kept for point in points)
    largest = 26 * min(1.0, sqrt(30 / len(points)))
    scales = _Scales(points, [price for price, _ in new])
    with sheet(400) as axes:
        _grid(axes, scales)
        bubbles = []
        for point in sorted(points, key=lambda point: -(point.exchanged + point.kept)):
            x, y = scales.x(point.granted_on), scales.y(point.price)
            whole = largest * sqrt((point.exchanged + point.kept) / most)
            inner = largest * sqrt(point.exchanged / most)
            bubbles.append((x, y, whole, point))
            axes.plot(x, y, "o", ms=2 * max(whole, 1.5), mfc=hue("rest"), mec=hue("ghost"), mew=1, alpha=0.9)
            if point.exchanged:
                axes.plot(x, y, "o", ms=2 * max(inner, 1.5), mfc=hue("exchange"), mec=hue("paper"), mew=0.7)
        _said_of_the_largest(axes, bubbles)
        if new:
            _level(axes, scales.y(new[0][0]), new[0][0], "new options", "new")
        if average and not (new and abs(scales.y(average) - scales.y(new[0][0])) < 36):
            _level(axes, scales.y(average), average, "old, on average", "exchange")
        _key(axes, gone, most)
    return markup(axes, "prices", label)


def _grid(axes: Axes, scales: _Scales) -> None:
    for tick in (m * 10.0**e for e in range(-4, 7) for m in (1, 2, 5)):
        if scales.low <= tick <= scales.high:
            y = scales.y(tick)
            axes.plot([_LEFT, _RIGHT], [y, y], color=hue("line"), lw=0.8, zorder=0)
            axes.text(_LEFT - 10, y, f"${tick:,g}", ha="right", va="center", fontsize=11.5, color=hue("soft"))
    years = [year for year in range(1900, 2200) if scales.first <= date2num(date(year, 1, 1)) <= scales.last]
    for year in years[:: -(-len(years) // 13) or 1]:
        axes.plot([scales.x(date(year, 1, 1))] * 2, [_BOTTOM, _BOTTOM + 5], color=hue("ghost"), lw=1)
        axes.text(scales.x(date(year, 1, 1)), _BOTTOM + 15, str(year), ha="center", va="center", fontsize=11.5,
                  color=hue("soft"))  # fmt: skip
    axes.plot([_LEFT, _RIGHT], [_BOTTOM, _BOTTOM], color=hue("ghost"), lw=1)


def _said_of_the_largest(axes: Axes, bubbles: Sequence[tuple[float, float, float, PricePoint]]) -> None:
    """Price and shares beside the largest bubbles, where nothing else stands."""
    said = 0
    for x, y, radius, point in bubbles[:6]:
        text = f"{money(round(point.price, 2))} · {point.exchanged + point.kept:,}"
        wide = 7.2 * len(text)
        for begins, side in ((x + radius + 5, "left"), (x - radius - 5 - wide, "right")):
            others = [(ox, oy, r) for ox, oy, r, other in bubbles if other is not point]
            if (
                begins < _LEFT
                or begins + wide > _RIGHT
                or any(begins - r < ox < begins + wide + r and abs(oy - y) < r + 8 for ox, oy, r in others)
            ):
                continue
            at = begins if side == "left" else begins + wide
            axes.text(at, y, text, ha=side, va="center", fontsize=11.5, color=hue("soft"), zorder=5)
            said += 1
            break
        if said == 4:
            return


def _level(axes: Axes, y: float, price: Decimal, said: str, colour: str) -> None:
    ruled = "-" if colour == "new" else (0, (4, 3))
    axes.plot([_LEFT, _RIGHT], [y, y], color=hue(colour), lw=2 if colour == "new" else 1.2, ls=ruled, zorder=1)
    axes.text(_RIGHT + 8, y - 7, money(round(price, 2)), va="center", weight="bold", color=hue(colour))
    axes.text(_RIGHT + 8, y + 9, said, va="center", fontsize=12, color=hue("soft"))


def _key(axes: Axes, gone: str, most: int) -> None:
    axes.plot(_LEFT + 6, 14, "o", ms=11, mfc=hue("exchange"), mec=hue("paper"))
    axes.text(_LEFT + 18, 14, f"{gone},", va="center", fontsize=12.5, color=hue("soft"))
    x = _LEFT + 34 + 8 * len(gone)
    axes.plot(x + 6, 14, "o", ms=11, mfc=hue("rest"), mec=hue("ghost"))
    said = f"kept; the area is the option shares of one grant date and price, the largest {most:,}"
    axes.text(x + 18, 14, said, va="center", fontsize=12.5, color=hue("soft"))
