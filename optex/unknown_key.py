"""A key that offer.toml does not know: where it belongs, or what may have been meant by it."""

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

from optex.formatting import one_of
from optex.near_miss import did_you_mean


def unknown_key(model: type[BaseModel], path: tuple[str, ...]) -> tuple[str, str]:
    """What is wrong with a key that its table does not have, and what is expected instead."""
    table = tuple(part for part in path[:-1] if not part.isdigit())  # an entry of an array of tables
    known, key = list(_keys(model)), path[-1]
    here = [name for *within, name in known if tuple(within) == table]
    if guess := did_you_mean(key, here):
        return f"unknown key{guess}", ""
    # What is written below a table's name belongs to that table: the line was put too far down, or up.
    elsewhere = {".".join(within) for *within, name in known if name == key}
    if elsewhere:
        named = [f"in [{within}]" if within else "above the first [table]" for within in sorted(elsewhere)]
        return "unknown key in this place", f"it {one_of(named)}"
    return "unknown key", f"one of {', '.join(here)}"


def _keys(model: type[BaseModel], within: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key, as the path to it."""
    for name, field in model.model_fields.items():
        path = (*within, field.alias or name)
        yield path
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _keys(part, path)
