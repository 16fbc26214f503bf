"""The subject of a letter: it begins with what happened, and no mail reader has to cut it short."""

from datetime import date

from optex import formatting

LONGEST = 78
_LONGEST_ID = 24


def subject_line(happened: str, about: str, issuer: str) -> str:
    """What happened, to what, and whose offer it is, as `Granted October 3: option agreement to sign, Alpha`.

    At most 78 characters: where it is longer, the issuer's name is cut at a word, then left out, and last the rest cut.
    """
    head = f"{happened}: {about}, " if about else f"{happened}: "
    name = _cut(issuer, LONGEST - len(head))
    return head + name if name else _cut(head.rstrip(" ,:"), LONGEST)


def of_day(on: date) -> str:
    """A day without its year, which the letter itself states: October 3."""
    return formatting.day(on).partition(",")[0]


def short_id(id_: str) -> str:
    """An id with its middle left out where it would fill the line: its two ends tell it apart."""
    return id_ if len(id_) <= _LONGEST_ID else f"{id_[:8]}...{id_[-13:]}"


def again(number: int) -> str:
    """Which of several letters of one kind it is; nothing of the first."""
    return f" (No. {number})" if number > 1 else ""


def _cut(text: str, room: int) -> str:
    """As many words as there is room for, and an ellipsis where some are left out; nothing where not even one fits."""
    words = text.split()
    if len(" ".join(words)) <= room:
        return " ".join(words)
    while words and len(" ".join(words).rstrip(",;:-&")) > room - 3:
        words.pop()
    return f"{' '.join(words).rstrip(',;:-& ')}..." if words else ""
