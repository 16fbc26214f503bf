"""Text from outside, as it may be shown: what a terminal, a log or a page would act on is spelled out instead."""

import re

# Control characters; what breaks a line; what turns the direction of writing round; what has no width at all. Persian
# and the scripts of India are written with two more that have none, and so are names: U+200C and U+200D.
UNSEEN = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
_UNSEEN = re.compile(f"[{UNSEEN}\ud800-\udfff]")
_IN_LINES = re.compile(rf"(?![\n\t]|\r\n)[{UNSEEN}\ud800-\udfff]")


def visible(text: str) -> str:
    """Text of one line or several, with what cannot be seen spelled out as in JSON: \\u001b, \\u202e."""
    return text if text.isascii() and text.isprintable() else _IN_LINES.sub(_spelled, text)


def on_one_line(text: str) -> str:
    """Text that stays on its line, with line breaks and tabs spelled out too."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub(_spelled, text)


def unseen(text: str, *, lines: bool = False) -> str:
    """The first character of a text that cannot be seen, or moves what can, as U+202E; "" where there is none.

    A text may have several `lines`.
    """
    found = None if text.isascii() and text.isprintable() else (_IN_LINES if lines else _UNSEEN).search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def shortened(text: str, most: int) -> str:
    """The beginning of a text that is longer than most."""
    return text if len(text) <= most else f"{text[:most]}…"


def quoted(value: object) -> str:
    """A value as it is repeated to whoever wrote it: a text in quotes, by its beginning where it is long."""
    if isinstance(value, str):
        return repr(shortened(value, 60))
    return shortened(repr(value) if isinstance(value, list | dict | tuple) else str(value), 60)


def _spelled(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x10000:
        return f"\\u{number:04x}"
    high, low = divmod(number - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
