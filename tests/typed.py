"""What the pages tell to type: the command lines in their fenced blocks, and the acts that some of them are."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from flows.cli import cli
from flows.cli.actions import command_words
from optex.action import Action
from optex.actions import ACTIONS, read_action
from optex.calendar import EST

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "infra" / "production" / "OPERATIONS.md"])
BY_WORDS = {command_words(kind): kind for kind in ACTIONS.values()}


def lines_of(page: Path) -> Iterator[list[str]]:
    """The words of each command line, without its comment; what a shell would put in is a date."""
    for block in re.findall(r"(?ms)^```\n(.*?)^```", page.read_text()):
        for line in re.sub(r"\$\(.*?\)", "DATE", block.replace("\\\n", " ")).splitlines():
            for typed in re.findall(r"(?:^|&& |\.venv/bin/|ops )optex ([a-z].*?)(?= && | {5,}|$)", line):
                yield shlex.split(typed, comments=True)


def found(words: list[str]) -> tuple[click.Command, str, list[str]]:
    """The command that the first words name, how it is called, and the words that are left."""
    command: click.Command = cli
    called, left = [], list(words)
    while isinstance(command, click.Group) and left and left[0] in command.commands:
        called.append(left.pop(0))
        command = command.commands[called[-1]]
    return command, " ".join(called), left


def taken(words: list[str]) -> tuple[str, dict[str, Any]]:
    """The command that a line calls, and what it is given; click.UsageError where the command does not take it."""
    command, called, left = found(words)
    return called, command.make_context(called, left).params


def act_of(words: list[str], at: str) -> Action | None:
    """The act that a command line states, told at an instant; None where it is another command.

    BadAction where a value is none that the act takes.
    """
    if found(words)[1] not in BY_WORDS:
        return None
    called, given = taken(words)
    stated = {key: value for key, value in given.items() if key not in ("folder", "as_json") and value is not None}
    return read_action(BY_WORDS[called].verb, {"at": at, **stated}, EST)
