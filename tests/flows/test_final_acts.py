"""Acts that cannot be undone: shown before and after, asked for on a terminal, and never asked for in a script."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.cli import cli
from flows.steps import FLOWS
from infra.folder.arrivals import ArrivalQueue
from infra.folder.reader import read_folder
from infra.settings import DATABASE
from infra.workspace import using, workspace_in
from optex.actions import ACTIONS
from optex.milestones import OPEN
from tasks.due_step import due_step
from tests.flows.test_cli import optex

EXTEND = ("--to", "2003-04-14T17:00", "--at", "2003-03-20T09:00", "--by", "Hana Reed", "--evidence", "press release")


@pytest.fixture
def folder(new_offer):
    """An offer of 2003 that nobody has taken in yet."""
    return new_offer().holder("H1", "Ann Lee").grant("G1", 1000).write()


def audited(folder):
    with workspace_in(folder).read() as db:
        return db.audit_head().entries


def at_a_terminal(answer, *words):
    """What the command says and how it exits where somebody sits at a terminal and answers so."""
    ours, its = pty.openpty()
    command = [str(Path(sys.executable).with_name("optex")), *map(str, words)]
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env={**os.environ, "COLUMNS": "200"}) as process:
        os.close(its)
        os.write(ours, f"{answer}\n".encode())
        said = b""
        while True:
            try:
                read = os.read(ours, 4096)
            except OSError:  # the other end is closed
                read = b""
            if not read:
                break
            said += read
        code = process.wait(timeout=300)
    os.close(ours)
    return code, said.decode()


def opened(folder):
    """The offer opened on its day by the step's own body, so that its holder was told of it."""

    async def ring(offer):
        async with due_step(offer, OPEN, None, datetime(2003, 2, 28, 14, tzinfo=UTC)) as step:
            assert step.idle is None
            FLOWS[OPEN].body(step)

    with using(replace(workspace_in(folder), arrivals=ArrivalQueue(read_folder(folder)))) as workspace:
        asyncio.run(ring(workspace.offer))


def options_of(verb):
    """The options of the command that records an action, which may be one of a group: condition waive."""
    group, _, name = verb.partition("-")
    command = cli.commands[verb] if verb in cli.commands else cli.commands[group].commands[name]
    return {option for each in command.params for option in each.opts}


def test_what_cannot_be_undone_is_declared_by_its_class():
    """These acts, and no others, have --dry-run and --yes."""
    final = {verb for verb, kind in ACTIONS.items() if kind.final}
    assert {"extend", "amend", "terminate", "condition-waive", "prohibit", "exclude", "reject", "settle"} == final
    assert final == {verb for verb in ACTIONS if options_of(verb) >= {"--dry-run", "--yes"}}
    assert not [verb for verb in set(ACTIONS) - final if options_of(verb) & {"--dry-run", "--yes"}]


def test_a_dry_run_shows_before_and_after_and_does_nothing(folder):
    """The terms and the dates that move; the folder is not even taken in."""
    done = optex("extend", folder, *EXTEND, "--dry-run")
    assert (0, "") == (done.returncode, done.stderr)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0].startswith("If it is recorded: The offer is extended to 2003-04-14 17:00 EST. ")
    assert "expires 2003-03-31 17:00 EST 2003-04-14 17:00 EST" in lines
    assert "cancel 2003-04-01 09:00 EST 2003-04-15 09:00 EST" in lines
    assert "Dry run: nothing was recorded, and nobody was told." == lines[-1]
    assert not (folder / DATABASE).exists()


def test_a_dry_run_of_what_is_on_record_leaves_the_record(folder):
    """It is looked at as it stands, in a transaction that is taken back; as JSON too."""
    assert 0 == optex("extend", folder, *EXTEND).returncode
    opened(folder)
    entries = audited(folder)
    terminate = ("--by", "Hana Reed", "--reason", "a war", "--number", "4", "--evidence", "letter")
    done = optex("terminate", folder, *terminate, "--at", "2003-03-21T09:00", "--dry-run", "--json")
    document = json.loads(done.stdout)
    assert (0, True, True, "CND-2") == (
        done.returncode, document["dry_run"], document["accepted"], document["rule"],
    )  # fmt: skip
    assert {"termination": 1} == document["letters"]
    moot = {"what": "cancel", "before": "2003-04-15 09:00 EST", "after": "no longer needed"}
    assert moot in document["changes"]
    assert entries == audited(folder)


def test_a_dry_run_shows_the_refusal(folder):
    """With the rule and exit 1, and without the entry in the audit that a refusal makes."""
    words = ("extend", folder, *EXTEND, "--dry-run", "--to", "2003-03-28T17:00")
    done = optex(*words)
    assert (1, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith("EXT-1 (§15): 2003-03-28 17:00 EST is not later than the present expiration ")
    as_json = optex(*words, "--json")
    assert (1, False) == (as_json.returncode, json.loads(as_json.stdout)["accepted"])
    assert not (folder / DATABASE).exists()


def test_on_a_terminal_it_is_asked_for(folder):
    """After before and after were shown; no is no, and yes goes on; --yes asks nothing."""
    code, said = at_a_terminal("n", "extend", folder, *EXTEND)
    assert 1 == code
    assert "2003-03-31 17:00 EST" in said
    assert "This cannot be undone. Go on? [y/N]" in said
    assert "Nothing was recorded, and nobody was told." in said
    assert not (folder / DATABASE).exists()
    code, said = at_a_terminal("y", "extend", folder, *EXTEND)
    assert (0, True) == (code, "Go on?" in said)
    code, said = at_a_terminal("", "extend", folder, *EXTEND)  # what is recorded already is not asked for
    assert (0, False, True) == (code, "Go on?" in said, "Already recorded" in said)
    later = [word.replace("04-14", "04-18") for word in EXTEND]
    code, said = at_a_terminal("", "extend", folder, *later, "--yes")
    assert (0, False) == (code, "Go on?" in said)


def test_a_script_is_not_asked(folder):
    """Without a terminal the act is taken as it is stated."""
    assert 0 == optex("extend", folder, *EXTEND).returncode
    with workspace_in(folder).read() as db:
        assert "2003-04-14" == db.state().terms.expires.date().isoformat()
