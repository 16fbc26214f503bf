"""The page of offer.toml: every key with its type, its default and its meaning."""

import inspect
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from flows.manual.docstrings import meanings
from flows.manual.markdown import code, page, table
from flows.manual.values import as_toml, in_words
from optex.terms import Terms


class Key(NamedTuple):
    """A key, with the heading under which it stands: its table as the file writes it, and what that is about."""

    heading: tuple[str, str]
    name: str
    row: tuple[str, str, str, str]


def offer_toml() -> str:
    parts = []
    for (header, about), keys in groupby(keys_of(Terms), lambda key: key.heading):
        rows = table(("key", "is", "default", "means"), [key.row for key in keys])
        parts += [f"## {code(header)}", about, rows] if header else [rows]
    return page(
        "offer.toml: the terms of an offer",
        "`optex init FOLDER` writes one with every key and its default. Dates and times stand without quotes; a time "
        "without an offset is on the offer's `clock`. A table may also stand on one line: `lookback = {months = 6}`.",
        *parts,
    )


def keys_of(model: type[BaseModel], path: str = "", heading: tuple[str, str] = ("", "")) -> Iterator[Key]:
    """Every key of a table, and then those of the tables in it."""
    tables = []
    for name, field in model.model_fields.items():
        key, means = field.alias or name, meanings(model)[name]
        if inner := _model_of(field.annotation):
            deeper = f"{path}.{key}".lstrip(".")
            header = f"[[{deeper}]]" if get_origin(field.annotation) is tuple else f"[{deeper}]"
            tables.append((inner, deeper, (header, means)))
        else:
            default = "required" if field.is_required() else code(as_toml(field.default)) or "unset"
            row = code(key), in_words(field.annotation, tuple(field.metadata)), default, means
            yield Key(heading=heading, name=f"{path}.{key}".lstrip("."), row=row)
    for inner, deeper, below in tables:
        yield from keys_of(inner, deeper, below)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """The model of a table, or of each in an array of tables; None where it is a value."""
    inner = get_args(annotation)[0] if get_args(annotation) else annotation
    return inner if inspect.isclass(inner) and issubclass(inner, BaseModel) else None
