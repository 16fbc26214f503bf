"""When the new options become exercisable: a bar for what is vested at grant, and one for each year after."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from infra.report.charts.svg import hue, markup, sheet

_BOTTOM, _TALL = 190.0, 160.0


def by_year(days: Sequence[tuple[date, int]], granted_on: date) -> list[tuple[str, int]]:
    """What becomes exercisable at grant, in the rest of that year, and in each year after it."""
    years: dict[str, int] = {"at grant": 0}
    for on, shares in days:
        name = "at grant" if on == granted_on else f"rest of {on.year}" if on.year == granted_on.year else str(on.year)
        years[name] = years.get(name, 0) + shares
    return list(years.items())


def vesting(bars: Sequence[tuple[str, int]], label: str) -> Markup:
    """Above each bar its option shares, below it what is exercisable by its end."""
    whole, most = sum(shares for _, shares in bars), max(shares for _, shares in bars)
    step = 1000 / max(len(bars), 5)
    with sheet(_BOTTOM + 50) as axes:
        so_far = 0
        for nth, (name, shares) in enumerate(bars):
            so_far += shares
            x, top = step * (nth + 0.5), _BOTTOM - _TALL * shares / most
            axes.bar(x, _BOTTOM - top, step * 0.62, bottom=top, color=hue("fresh" if nth else "new"), lw=0)
            axes.text(x, top - 10, f"{shares:,}", ha="center", va="center", weight="bold", fontsize=13.5)
            axes.text(x, _BOTTOM + 17, name, ha="center", va="center")
            said = "all by then" if so_far == whole else f"{min(so_far / whole, 0.999):.1%} by then"
            axes.text(x, _BOTTOM + 36, said, ha="center", va="center", fontsize=11.5, color=hue("soft"))
        axes.plot([0, 1000], [_BOTTOM, _BOTTOM], color=hue("ghost"), lw=1)
    return markup(axes, "vesting", label)
