"""What a value may be, in words: from the type of a key or a setting, and as TOML writes its default."""

from datetime import date, datetime, time
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr

from optex.fields import Clock
from optex.formatting import one_of

_PLAIN = {
    str: "text",
    int: "whole number",
    bool: "`true` or `false`",
    date: "date",
    time: "time",
    datetime: "date and time",
    Path: "path",
    SecretStr: "text, a secret",
}


def in_words(annotation: Any, metadata: tuple[Any, ...] = ()) -> str:
    """A type: its choices, its bounds, or what is expected where it says so."""
    if get_origin(annotation) is Annotated:
        base, *more = get_args(annotation)
        return in_words(base, (*more, *metadata))
    if metadata and metadata == get_args(Clock)[1:]:
        return '`"EST"` or an IANA zone'
    told = [each for field in metadata for each in (field, *getattr(field, "metadata", ()))]
    if expected := next((each.expected for each in told if hasattr(each, "expected")), ""):
        return str(expected)
    if get_origin(annotation) is Literal:
        return one_of([f'`"{choice}"`' for choice in get_args(annotation)])
    if get_origin(annotation) in (Union, UnionType):
        return in_words(next(each for each in get_args(annotation) if each is not NoneType), metadata)
    if get_origin(annotation) is tuple:
        return f"list, each {in_words(get_args(annotation)[0])}"
    bounds = {key: getattr(each, key) for each in told for key in ("gt", "ge", "lt", "le") if hasattr(each, key)}
    return _PLAIN[annotation] + _bounded(bounds)


def _bounded(bounds: dict[str, int]) -> str:
    least = bounds["gt"] + 1 if "gt" in bounds else bounds.get("ge")
    most = bounds["lt"] - 1 if "lt" in bounds else bounds.get("le")
    if most is not None:
        return f" from {least} to {most}"
    return "" if least is None else f", at least {least}"


def as_toml(value: Any) -> str:
    """A default as it would be written in offer.toml; "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
