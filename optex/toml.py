"""The text of a TOML file becomes its data and the line of every key, which tomllib itself forgets; or its fault."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from optex.errors import BadData, Fault

_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)"""
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_END_OF_DAY = re.compile(r"(?<![\"'])\b\d{4}-\d\d-\d\d[Tt ]24:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:\d\d)?")
DEEPEST = 16
_ENDLESS = re.compile(r"\d{4000}|[+-]\d\d:\d\d")
# Longer quotes first; a comment and a text on one line are matched so that a quote inside them opens nothing.
_QUOTED = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*",
    re.DOTALL,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What a TOML text states, and where: an entry of an array is named by its number in the path of a key."""

    data: dict[str, Any]
    lines: Mapping[tuple[str, ...], int]

    def line(self, path: Iterable[str | int]) -> int:
        """The line of a key, or of the nearest table around it."""
        parts = tuple(str(part) for part in path)
        for length in range(len(parts), 0, -1):
            if line := self.lines.get(parts[:length]):
                return line
        return 1


def read_toml(text: str, file: str) -> Document:
    """What a TOML text states, its decimals exact; BadData with the line where it is no TOML."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        problem = re.sub(r" \(at .*\)$", "", str(error))
        expected = ""
        if midnight := _END_OF_DAY.search(text.split("\n")[line - 1]):
            problem = "TOML knows no 24:00"
            expected = f'it in quotes, "{midnight[0]}": the midnight at the end of the day'
        raise BadData([Fault(file=file, line=line, column="TOML", problem=problem, expected=expected)]) from None
    except (RecursionError, ValueError) as error:  # so tomllib has it of what is no mistake of TOML's grammar
        raise BadData([_beyond_measure(text, file, error)]) from None
    if _depth(data) > DEEPEST:
        raise BadData([_beyond_measure(text, file, RecursionError())])
    return Document(data=data, lines=_lines_of_keys(text))


def _beyond_measure(text: str, file: str, error: Exception) -> Fault:
    """What TOML itself sets no bounds to: how deep tables lie within each other, the digits of a number, an offset."""
    deep = isinstance(error, RecursionError)
    beyond = _deep_lines(text) if deep else map(_ENDLESS.search, text.split("\n"))
    number = next((number for number, found in enumerate(beyond, start=1) if found), 1)
    problem = "tables or lists lie too deep within each other" if deep else f"cannot be read ({error})"
    expected = f"at most {DEEPEST} within each other" if deep else "a value of ordinary size"
    return Fault(file=file, line=number, column="TOML", problem=problem, expected=expected)


def _deep_lines(text: str) -> Iterator[bool]:
    """Of each line whether it lies too deep; brackets in a text may mislead it. One pass, however long the line."""
    depth = 0
    for line in text.split("\n"):
        deepest = depth
        for each in line:
            depth = max(depth + (each in "[{") - (each in "]}"), 0)
            deepest = max(deepest, depth)
        yield deepest >= DEEPEST or line.partition("=")[0].count(".") >= DEEPEST


def _depth(data: Any) -> int:
    """How deep tables and lists lie within each other; without recursion, which has bounds of its own."""
    depth, level = 0, [data]
    while level := [each for part in level if isinstance(part, dict | list) for each in _parts_of(part)]:
        depth += 1
    return depth


def _parts_of(part: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return part.values() if isinstance(part, dict) else part


def _lines_of_keys(text: str) -> dict[tuple[str, ...], int]:
    lines: dict[tuple[str, ...], int] = {}
    latest: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(_QUOTED.sub(_only_line_breaks, text).split("\n"), start=1):
        if header := _HEADER.match(line):
            table, parts = (), _parts(header[2])
            for depth, part in enumerate(parts, start=1):
                table = (*table, part)
                lines.setdefault(table, number)
                if header[1] == "[[" and depth == len(parts):
                    latest[table] = latest.get(table, -1) + 1
                if table in latest:
                    table = (*table, str(latest[table]))
                    lines.setdefault(table, number)
        elif key := _KEY.match(line):
            path = table
            for part in _parts(key[1]):
                path = (*path, part)
                lines.setdefault(path, number)
    return lines


def _only_line_breaks(quoted: re.Match[str]) -> str:
    """What looks like a key inside a text of several lines is none."""
    return "\n" * quoted[0].count("\n") or quoted[0]


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, dotted)]
