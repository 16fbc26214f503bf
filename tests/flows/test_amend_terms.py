"""`optex amend --terms FILE`: faults by their line, shown before and after, told once, and agreed on by all."""

import json

import pytest

from flows.cli.record import ensure_loaded
from infra.workspace import workspace_in
from tests.flows.test_cli import optex
from tests.flows.test_final_acts import audited, opened

TERMS = "waiting = {months = 12}\n"
AMEND = ("amend", "--change", "consideration", "--reason", "They wait a year.", "--at", "2003-03-03T10:00", "--by",
         "Hana Reed", "--evidence", "press release")  # fmt: skip


@pytest.fixture
def folder(new_offer):
    """An offer of 2003 that was opened on its day."""
    path = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).write()
    ensure_loaded(path)
    opened(path)
    return path


@pytest.fixture
def amend(folder, tmp_path):
    """The command with a file of such terms."""

    def run(terms, *more):
        file = tmp_path / "new.toml"
        file.write_text(terms)
        verb, *options = AMEND
        return optex(verb, folder, *options, "--terms", file, *more)

    return run


def test_faults_of_the_file_are_told_by_line_and_nothing_is_recorded(folder, amend):
    """Two at once, exit 1."""
    before = audited(folder)
    done = amend("waiting = {month = 12}\n\nremind = 'some'\n")
    assert (1, "") == (done.returncode, done.stdout)
    assert [
        "new.toml:1: waiting.month: unknown key: did you mean months?",
        "new.toml:3: remind: 'some' cannot be taken, expected 'all' or 'undecided'",
    ] == done.stderr.splitlines()
    assert before == audited(folder)


def test_a_dry_run_shows_each_term_before_and_after(folder, amend):
    """The terms and the dates that follow from them; nothing is recorded."""
    before = audited(folder)
    done = amend(TERMS, "--dry-run")
    assert (0, "") == (done.returncode, done.stderr)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "waiting.months 6 12" in lines
    assert "regrant 2003-10-03 17:00 EST 2004-04-05 17:00 EST" in lines
    assert "Letters to holders: amendment (1)" in lines
    assert before == audited(folder)


def test_what_is_told_twice_is_told_once_and_other_terms_are_another_amendment(folder, amend):
    """The same file a second time is on record already; another one of the same day is Amendment No. 2."""
    first, again, other = amend(TERMS), amend(TERMS), amend("waiting = {months = 9}\n")
    assert [0, 0, 0] == [each.returncode for each in (first, again, other)]
    made = "Amendment No. 1 (consideration) is made: waiting.months from 6 to 12."
    assert first.stdout.startswith(made)
    assert f"Already recorded: {made}" == again.stdout.strip()
    assert other.stdout.startswith("Amendment No. 2 (consideration) is made: waiting.months from 12 to 9.")
    with workspace_in(folder).read() as db:
        assert [6, 12, 9] == [terms.waiting.months for terms in db.all_terms()]
        assert (9, 2) == (db.state().terms.waiting.months, db.state().amendments)


def test_every_command_keeps_to_the_amended_terms_whichever_the_file_states(folder, amend):
    """Plan and status have the grant on April 5, 2004; offer.toml may say six months still, or twelve, but not nine."""
    amend(TERMS)
    file = folder / "offer.toml"
    made = file.read_text()
    for text, note in ((made, False), (f"{TERMS}{made}", False), (f"waiting = {{months = 9}}\n{made}", True)):
        file.write_text(text)
        planned = json.loads(optex("plan", folder, "--json").stdout)
        [regrant] = [each["due"] for each in planned["milestones"] if each["name"] == "regrant"]
        assert "2004-04-05T22:00:00Z" == regrant
        status = json.loads(optex("status", folder, "--json").stdout)
        assert note is ("differs from what was taken in" in status["note"])
        assert 0 == optex("check", folder).returncode


def test_a_script_states_the_terms_as_a_text(new_offer):
    """A fault of it is one of script.toml, by the entry's line and the line of the text."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    offer.happens("2003-03-03T10:00:00", "amend", change="other", reason="x", by="CFO", terms="a = 1\nremind = 1")
    done = optex("check", offer.write())
    assert 1 == done.returncode
    assert "script.toml:7: terms: terms:1: a: unknown key" in done.stdout
    assert "terms:2: remind: 1 cannot be taken" in done.stdout
