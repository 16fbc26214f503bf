"""script.toml: what happens when in a simulation, each entry with the line it stands on."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from optex.action import Action, BadAction
from optex.actions import read_action
from optex.errors import BadData, Fault
from optex.toml import read_toml
from optex.visible import quoted


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptEntry:
    """One action of the script, when it is put on record, and the line on which it stands."""

    action: Action
    when: datetime
    line: int


def read_script(text: str, zone: tzinfo, file: str = "script.toml") -> list[ScriptEntry]:
    """The entries of a script in order of their instants; BadData with every fault by line and key."""
    read = read_toml(text, file)
    faults = [
        Fault(file=file, line=read.line([key]), column=key, problem="unknown key", expected="only [[at]] entries")
        for key in read.data
        if key != "at"
    ]
    tables = read.data.get("at", [])
    if not (isinstance(tables, list) and all(isinstance(table, dict) for table in tables)):
        faults.append(
            Fault(file=file, line=read.line(["at"]), column="at", problem="no list", expected="[[at]] entries")
        )
        tables = []
    entries = []
    for index, table in enumerate(tables):
        try:
            entries.append(_entry(table, zone, read.line(["at", index])))
        except BadAction as error:
            faults += [
                Fault(file=file, line=read.line(["at", index, key]), column=key, problem=problem, expected=expected)
                for key, problem, expected in error.problems
            ]
    if faults:
        raise BadData(sorted(faults, key=lambda fault: fault.line))
    return sorted(entries, key=lambda entry: entry.when)


def _entry(table: dict[str, Any], zone: tzinfo, line: int) -> ScriptEntry:
    options = {key: value for key, value in table.items() if key not in ("when", "do")}
    verb = table.get("do")
    if not isinstance(verb, str):
        problem = "missing" if verb is None else f"{quoted(verb)} cannot be taken"
        raise BadAction("at", [("do", problem, 'a verb such as "extend"')])
    told = {**options, "at": table["when"]} if "when" in table else options
    try:
        action = read_action(verb, told, zone)
    except BadAction as error:
        raise BadAction(
            verb, [("when" if key == "at" else key, what, want) for key, what, want in error.problems]
        ) from None
    when = action.at
    if "at" in table:  # it was announced or received before it was put on record (REC-1)
        action = read_action(verb, options, zone)
        if action.at > when:
            raise BadAction(verb, [("at", "lies after `when`", "an instant not after it is recorded")])
    return ScriptEntry(action=action, when=when, line=line)
