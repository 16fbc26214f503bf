"""`optex --help`: the commands in the order of the work, and how a shell completes them."""

import os
import subprocess
import sys
from pathlib import Path

from flows.cli import cli
from flows.cli.sections import SECTIONS
from tests.flows.test_cli import optex


def test_every_command_stands_in_one_section():
    """A new command is put into the section of the work that it is for."""
    named = [name for names in SECTIONS.values() for name in names]
    assert sorted(set(named)) == sorted(named)
    assert set(cli.commands) <= set(named)


def test_the_help_lists_the_commands_in_the_order_of_the_work():
    """An offer is prepared, run, told of what arrives, decided about; then it is answered for."""
    done = optex("--help")
    assert 0 == done.returncode
    lines = [line.strip() for line in done.stdout.splitlines()]
    sections = [line.removesuffix(":") for line in lines if line.removesuffix(":") in SECTIONS]
    assert list(SECTIONS) == sections
    first = [lines[lines.index(f"{section}:") + 1].split()[0] for section in sections]
    assert ["demo", "doctor", "election", "extend", "correct"] == first[:5]


def test_a_shell_completes_what_there_is():
    """As the help says: bash asks for what begins so, and is told commands and options."""
    command = str(Path(sys.executable).with_name("optex"))
    assert "_OPTEX_COMPLETE=bash_source optex" in optex("--help").stdout

    def completed(words):
        told = {"_OPTEX_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        done = subprocess.run([command], env={**os.environ, **told}, capture_output=True, text=True, timeout=60)
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    assert ["exclude", "explain", "export", "extend"] == sorted(completed("optex ex"))
    assert ["--dry-run"] == completed("optex extend folder --d")
