"""What the pages tell to type can be typed: each line is taken by the command itself, and states what the act needs."""

import re
import shlex
from datetime import UTC
from pathlib import Path

import click
import pytest

from flows.cli import cli
from flows.cli.actions import command_words
from optex.actions import ACTIONS, read_action

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "infra" / "production" / "OPERATIONS.md"])
BY_WORDS = {command_words(kind): kind for kind in ACTIONS.values()}


def lines_of(page):
    """The command lines in the fenced blocks of a page, each in words, what is shown in brackets of it left out."""
    for block in re.findall(r"(?ms)^```\n(.*?)^```", page.read_text()):
        for line in re.sub(r"\$\(.*?\)", "DATE", block.replace("\\\n", " ")).splitlines():
            for typed in re.findall(r"(?:^|&& |\.venv/bin/|ops )optex ([a-z].*?)(?= && | {5,}|$)", line):
                yield shlex.split(typed, comments=True)


TYPED = [pytest.param(words, id=f"{page.name}: {' '.join(words[:4])}") for page in PAGES for words in lines_of(page)]


def found(words):
    """The command that the first words name, how it is called, and the words that are left."""
    command, called, left = cli, [], list(words)
    while isinstance(command, click.Group) and left and left[0] in command.commands:
        called.append(left.pop(0))
        command = command.commands[called[-1]]
    return command, " ".join(called), left


@pytest.mark.parametrize("words", TYPED)
def test_a_command_line_is_taken(words, tmp_path, monkeypatch):
    """Every option is one of the command, every value one that it takes; an act says who decided where it must."""
    monkeypatch.chdir(tmp_path)
    for name in ("forms.csv", "leavers.csv"):
        Path(name).touch()
    command, called, left = found(words)
    given = command.make_context(called, left).params
    if called in BY_WORDS:
        kind = BY_WORDS[called]
        stated = {key: value for key, value in given.items() if key not in ("folder", "as_json") and value is not None}
        action = read_action(kind.verb, {"at": "2027-03-12T10:00", **stated}, UTC)
        assert action.by or not kind.named
        assert action.evidence or not kind.proven


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_a_command_that_is_named_exists(page):
    """`optex letters --unsent` in running text names a command, whatever is left out of it there."""
    for named in re.findall(r"`optex ([a-z][^`]*)`", page.read_text()):
        command, called, _ = found(re.split(r"[\s|]+", named))
        assert called == named or not isinstance(command, click.Group), named


def test_the_pages_have_command_lines():
    """Else nothing above would be checked."""
    assert len(TYPED) > 70
    assert {"first-offer.md", "somebody-left.md", "backup.md", "README.md"} <= {
        each.id.partition(":")[0] for each in TYPED
    }
