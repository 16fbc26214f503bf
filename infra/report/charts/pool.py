"""The plan's pool: the shares available, movement by movement."""

from collections.abc import Sequence

from markupsafe import Markup

from infra.report.charts.svg import hue, markup, sheet
from infra.report.data import PoolMove
from optex.formatting import short_day

_EVENTS = {
    "authorized": "authorized by the plan",
    "outstanding": "outstanding under options",
    "exercised": "exercised before",
    "cancelled": "cancelled, back to the pool",
    "reserved": "reserved for deferred grants",
    "lapsed": "lapsed promises, freed",
    "voided": "voided acceptances, reserve freed",
    "reinstated": "reinstated promises, reserved again",
    "released": "reserve released",
    "granted": "new options granted",
    "rescinded": "new options rescinded",
    "split": "adjusted for splits",
}
_ROW, _TOP = 27, 26
_LEFT, _RIGHT = 372.0, 770.0


def names(moves: Sequence[PoolMove]) -> list[str]:
    """What each movement is: the reserve that comes with the cancellation is that of the promises."""
    found = []
    before = ""
    for move in moves:
        promised = (before, move.event) == ("cancelled", "reserved")
        found.append("reserved for the promises" if promised else _EVENTS.get(move.event, move.event))
        before = move.event
    return found


def pool(moves: Sequence[PoolMove], label: str) -> Markup:
    """Each bar begins where the one before it ended; the last is what is available now."""
    shown = [(name, move) for name, move in zip(names(moves), moves, strict=True) if move.shares]
    most = max(max(move.available_after, move.available_after - move.shares) for _, move in shown)
    scale = (_RIGHT - _LEFT) / (most or 1)
    with sheet(_TOP + _ROW * (len(shown) + 1) + 2) as axes:
        for x, said in ((892, "shares"), (1000, "available after")):
            axes.text(x, 10, said, va="center", ha="right", fontsize=12, color=hue("soft"))
        for nth, (name, move) in enumerate(shown):
            y = _TOP + _ROW * (nth + 0.5)
            low, high = sorted((move.available_after - move.shares, move.available_after))
            axes.text(0, y, name, va="center")
            axes.text(_LEFT - 14, y, _between(move), va="center", ha="right", fontsize=11.5, color=hue("soft"))
            colour = hue("fresh" if move.shares > 0 else "rest")
            axes.barh(y, max((high - low) * scale, 1.5), 15, left=_LEFT + low * scale, color=colour, lw=0)
            axes.plot([_LEFT + move.available_after * scale] * 2, [y - 7.5, y + _ROW + 7.5], color=hue("ghost"), lw=0.9)
            sign = "+" if move.shares > 0 else "−"
            axes.text(892, y, f"{sign}{abs(move.shares):,}", va="center", ha="right")
            axes.text(1000, y, f"{move.available_after:,}", va="center", ha="right", fontsize=12, color=hue("soft"))
        y = _TOP + _ROW * (len(shown) + 0.5)
        now = moves[-1].available_after
        axes.plot([0, 1000], [y - _ROW / 2] * 2, color=hue("ghost"), lw=1)
        axes.text(0, y, "available now", va="center", weight="bold")
        axes.barh(y, now * scale, 15, left=_LEFT, color=hue("new"), lw=0)
        axes.text(1000, y, f"{now:,}", va="center", ha="right", weight="bold")
    return markup(axes, "pool", label)


def _between(move: PoolMove) -> str:
    if move.first == move.last:
        return short_day(move.first)
    begins = short_day(move.first)
    if move.first.year == move.last.year:
        begins = begins.partition(",")[0]
    return f"{begins} – {short_day(move.last)}"
