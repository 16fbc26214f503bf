"""Matplotlib's SVG made part of the page: coloured by its CSS variables, set in its type, the same bytes each time."""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

WIDTH = 1000


class Colour(NamedTuple):
    """A colour by its part in the page: as charts are drawn and light pages show it, and as dark pages do."""

    light: str
    dark: str


# Blue is what is exchanged, green what is new, rust what is lost; apart also to the colour-blind, and in grey print.
COLOURS = {
    "paper": Colour("#ffffff", "#15181c"),
    "ink": Colour("#1b2026", "#e8e9ea"),
    "soft": Colour("#56606b", "#a5aeb8"),
    "line": Colour("#dde1e5", "#31373e"),
    "ghost": Colour("#87909a", "#7d8792"),
    "band": Colour("#f1f4f7", "#1d2228"),
    "rest": Colour("#d3d8dd", "#3d454e"),
    "exchange": Colour("#1d5f99", "#6cb0ea"),
    "pale": Colour("#a3c5e4", "#2f5f8b"),
    "new": Colour("#2a7a57", "#5fc596"),
    "fresh": Colour("#a9d3bf", "#2c6a4d"),
    "lost": Colour("#b04f1a", "#f0955c"),
    "on-dark": Colour("#fdfefe", "#101418"),
}
_VARIABLES = {colour.light: f"var(--{name})" for name, colour in COLOURS.items()}
_SVG = "http://www.w3.org/2000/svg"
_STYLE: Any = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",  # comes with Matplotlib, so that every machine measures alike
    "font.size": 13,
    "text.color": COLOURS["ink"].light,
}

ElementTree.register_namespace("", _SVG)


def hue(name: str) -> str:
    """The colour in which to draw a part; the page replaces it by its variable of that name."""
    return COLOURS[name].light


@contextmanager
def sheet(height: float) -> Iterator[Axes]:
    """A sheet to draw on in its own units, 1000 wide, y downward from the top."""
    with rc_context(_STYLE):
        axes = Figure(figsize=(WIDTH / 72, height / 72), dpi=72).add_axes((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        axes.axis("off")
        yield axes


def panel(on: Axes, left: float, top: float, right: float, bottom: float) -> Axes:
    """A part of a sheet, by its edges, with scales of its own and nothing of its own to see."""
    height = on.get_ylim()[0]
    box = (left / WIDTH, 1 - bottom / height, (right - left) / WIDTH, (bottom - top) / height)
    axes = on.figure.add_axes(box)
    axes.set_axis_off()
    return axes


def key(axes: Axes, left: float, y: float, parts: Sequence[tuple[str, str]]) -> None:
    """What the colours mean: a square and a word for each, in one line from the left."""
    for said, colour in parts:
        axes.plot(left + 6, y, "s", ms=10, color=hue(colour), mew=0)
        axes.text(left + 17, y, said, va="center", fontsize=12.5, color=hue("soft"))
        left += 42 + 7.6 * len(said)


def markup(axes: Axes, name: str, label: str, bottom: float | None = None) -> Markup:
    """A drawn sheet as inline SVG; `name` sets its ids apart, `label` is what a screen reader says.

    `bottom` is where the sheet ends, if it is to end before its height.

    KeyError for a colour that is no part of the page's palette.
    """
    drawn = io.StringIO()
    figure = axes.get_figure(root=True)
    with rc_context({**_STYLE, "svg.hashsalt": name}):
        FigureCanvasSVG(figure).print_svg(drawn, metadata={"Date": None})
    root = ElementTree.fromstring(drawn.getvalue())
    height = bottom or axes.get_ylim()[0]
    root.attrib.clear()
    root.attrib.update({"viewBox": f"0 0 {WIDTH} {height:.0f}", "role": "img", "aria-label": label})
    for child in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(child)
    for drawing in root.findall(f"{{{_SVG}}}g"):
        for ground in drawing.findall(f"{{{_SVG}}}g[@id='patch_1']"):
            drawing.remove(ground)
    for parent in root.iter():
        _clean(parent, name)
    ElementTree.indent(root, space="")
    return Markup(ElementTree.tostring(root, encoding="unicode"))


_CLASS = "class:"
_LINK = "{http://www.w3.org/1999/xlink}href"


def _clean(element: ElementTree.Element, name: str) -> None:
    """Keep of an element what the page needs: no style for the whole page, no clipping, ids that no other sheet has."""
    for child in list(element):
        if child.tag in (f"{{{_SVG}}}style", f"{{{_SVG}}}clipPath"):
            element.remove(child)
    element.attrib.pop("clip-path", None)
    if gid := element.attrib.pop("id", ""):
        if gid.startswith(_CLASS):
            element.set("class", gid.removeprefix(_CLASS).partition("/")[0])
        elif element.tag != f"{{{_SVG}}}g":
            element.set("id", f"{name}-{gid}")
    if target := element.attrib.pop(_LINK, ""):
        element.set("href", target.replace("#", f"#{name}-", 1))
    if style := element.get("style"):
        style = re.sub(r"#[0-9a-f]{6}", lambda found: _VARIABLES[found[0]], style)
        element.set("style", re.sub(r"font-family: [^;]*;? ?", "", style))
    if path := element.get("d"):
        element.set("d", " ".join(re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.2f}", path).split()))
    if element.tag == f"{{{_SVG}}}text" and element.get("transform", "").startswith("rotate(-0 "):
        element.attrib.pop("transform")


def marked(class_: str, nth: int) -> str:
    """The gid that puts a text into a CSS class of the page."""
    return f"{_CLASS}{class_}/{nth}"
