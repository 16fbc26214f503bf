"""What somebody may have meant who wrote a name that there is not."""

from collections.abc import Iterable
from difflib import get_close_matches


def meant(wrote: str, known: Iterable[str]) -> str:
    """The known name that a written one is nearly, whatever its case and however its words are joined; "" if none."""
    by_form = {_form(name): name for name in known}
    found = get_close_matches(_form(wrote), by_form, n=1, cutoff=0.75)
    return by_form[found[0]] if found else ""


def did_you_mean(wrote: str, known: Iterable[str]) -> str:
    """The question to append to what is said of a name that there is not; "" where nothing is near it."""
    near = meant(wrote, known)
    return f": did you mean {near}?" if near else ""


def _form(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
