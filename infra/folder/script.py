"""script.toml: what happens when in a simulation, each entry with the line it stands on."""

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from optex.action import Action, BadAction
from optex.actions import read_action
from optex.errors import BadData, Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptEntry:
    """One action of the script, and the line on which it stands."""

    action: Action
    line: int

    @property
    def when(self) -> datetime:
        return self.action.at


def read_script(text: str, zone: tzinfo, file: str = "script.toml") -> list[ScriptEntry]:
    """The entries of a script in order of their instants; BadData with every fault by line and key."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        problem = re.sub(r" \(at .*\)$", "", str(error))
        raise BadData([Fault(file=file, line=line, column="TOML", problem=problem)]) from None
    lines = _Lines(text)
    faults = [
        Fault(file=file, line=lines.of_top(key), column=key, problem="unknown key", expected="only [[at]] entries")
        for key in data
        if key != "at"
    ]
    tables = data.get("at", [])
    if not (isinstance(tables, list) and all(isinstance(table, dict) for table in tables)):
        faults.append(
            Fault(file=file, line=lines.of_top("at"), column="at", problem="no list", expected="[[at]] entries")
        )
        tables = []
    entries = []
    for index, table in enumerate(tables):
        try:
            entries.append(_entry(table, zone, lines.of(index)))
        except BadAction as error:
            faults += [
                Fault(file=file, line=lines.of(index, key), column=key, problem=problem, expected=expected)
                for key, problem, expected in error.problems
            ]
    if faults:
        raise BadData(sorted(faults, key=lambda fault: fault.line))
    return sorted(entries, key=lambda entry: entry.when)


def _entry(table: dict[str, Any], zone: tzinfo, line: int) -> ScriptEntry:
    options = {key: value for key, value in table.items() if key not in ("when", "do")}
    verb = table.get("do")
    if not isinstance(verb, str):
        problem = "missing" if verb is None else f"{verb} cannot be taken"
        raise BadAction("at", [("do", problem, 'a verb such as "extend"')])
    problems = [("at", "unknown option", "the instant as `when`")] if options.pop("at", None) is not None else []
    if "when" in table:
        options["at"] = table["when"]
    try:
        action = read_action(verb, options, zone)
    except BadAction as error:
        problems += [("when" if key == "at" else key, *rest) for key, *rest in error.problems]
    if problems:
        raise BadAction(verb, problems)
    return ScriptEntry(action=action, line=line)


class _Lines:
    """On which line each key of each `[[at]]` entry stands; tomllib itself forgets it."""

    def __init__(self, text: str) -> None:
        self._top: dict[str, int] = {}
        self._entries: list[dict[str, int]] = []
        keys = self._top
        for number, line in enumerate(text.split("\n"), start=1):
            if re.match(r"\s*\[\[\s*at\s*\]\]", line):
                keys = {"": number}
                self._entries.append(keys)
            elif key := re.match(r"\s*(?:\[+\s*)?[\"']?([\w-]+)", line):
                keys.setdefault(key[1], number)

    def of_top(self, key: str) -> int:
        return self._top.get(key, 1)

    def of(self, index: int, key: str = "") -> int:
        if index >= len(self._entries):
            return self.of_top("at")
        entry = self._entries[index]
        return entry.get(key, entry[""])
