"""The outcome by class of holder: each class divided as a whole of its own."""

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes

from infra.report.charts.svg import hue, key, markup, sheet
from infra.report.uptake import ALL_ELIGIBLE, NOT_ELIGIBLE, ClassOutcome, Outcome

_ROW = 37
_TOP = 56
_OUTCOMES = (
    (Outcome.ACCEPTED, "exchange", "on-dark"),
    (Outcome.TENDERED, "pale", "ink"),
    (Outcome.REJECTED, "lost", "on-dark"),
    (Outcome.NOT_TENDERED, "rest", "ink"),
)


def classes(found: Sequence[ClassOutcome], label: str) -> Markup:
    """On the left the option shares of each class, on the right its holders; percentages inside, the whole behind."""
    with sheet(_TOP + _ROW * len(found) + 2) as axes:
        there = [part for part in _OUTCOMES if any(each.shares[part[0]] or each.holders[part[0]] for each in found)]
        key(axes, 215, 10, [(outcome, colour) for outcome, colour, _ in there])
        axes.text(215, 40, "Option shares", va="center", fontsize=12.5, color=hue("soft"))
        axes.text(675, 40, "Holders", va="center", fontsize=12.5, color=hue("soft"))
        for nth, each in enumerate(found):
            y = _TOP + _ROW * (nth + 0.5)
            every = each.label == ALL_ELIGIBLE
            if every:
                axes.plot([0, 1000], [y - _ROW / 2] * 2, color=hue("ghost"), lw=1)
            colour = hue("soft" if each.label == NOT_ELIGIBLE else "ink")
            axes.text(0, y, each.label, va="center", weight="bold" if every else "normal", color=colour)
            _divided(axes, each.shares, 215, 555, y)
            _divided(axes, each.holders, 675, 935, y)
    return markup(axes, "classes", label)


def _divided(axes: Axes, parts: Counter[Outcome], left: float, right: float, y: float) -> None:
    whole = parts.total()
    axes.text(right + 10, y, f"{whole:,}", va="center")
    at = left
    for outcome, colour, on in _OUTCOMES:
        width = (right - left) * parts[outcome] / whole if whole else 0
        if width:
            axes.barh(y, width, 23, left=at, color=hue(colour), lw=0)
        if width > 36:
            said = f"{parts[outcome] / whole:.0%}"
            axes.text(at + width / 2, y, said, ha="center", va="center", fontsize=12, color=hue(on))
        at += width
