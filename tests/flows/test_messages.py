"""Messages that name the cause, as the command says them: before it is served, from any path, with a typo."""

import json

import pytest

from tests.flows.test_cli import optex
from tests.flows.test_final_acts import EXTEND
from tests.offers import Offer

ODD = "a b%20 #1 [x] ?q=é 'x' \"y\""


@pytest.fixture
def folder(tmp_path):
    """The folder of an offer of 2003 with a path such as nobody would choose."""
    offer = Offer(tmp_path / ODD).holder("H1", "Ann Lee").grant("G1", 1000)
    return offer.write()


def test_a_path_of_any_characters_is_a_path(folder, tmp_path):
    """Checked, planned and recorded in, its database lies in the folder and nothing beside it."""
    assert ODD in str(folder)
    assert 0 == optex("check", folder).returncode
    assert 0 == optex("plan", folder).returncode
    recorded = optex("extend", folder, *EXTEND)
    assert (0, "") == (recorded.returncode, recorded.stderr)
    assert (folder / ".optex" / "optex.db").exists()
    assert [tmp_path / ODD] == list(tmp_path.iterdir())
    document = json.loads(optex("plan", folder, "--json").stdout)
    assert "2003-04-15" == document["cancel_on"]
    assert 0 == optex("status", folder).returncode


def test_what_can_be_typed_is_quoted(folder):
    """Before the offer is served its status says what to do, in a command that a shell takes as it is."""
    done = optex("status", folder)
    assert (1, "") == (done.returncode, done.stdout)
    assert "nothing of this offer is on record yet; `optex serve '" in done.stderr
    assert "'\"'\"'x'\"'\"'" in done.stderr


@pytest.mark.parametrize("verb", ["check", "plan", "status", "serve", "schedule"])
def test_a_file_given_for_the_folder_is_told(folder, verb):
    """Exit 1, and the folder that is meant."""
    done = optex(verb, folder / "offer.toml")
    assert 1 == done.returncode
    assert "offer.toml is a file: an offer is named by its folder, here " in done.stderr + done.stdout


def test_an_unknown_setting_is_told_on_stderr(folder, monkeypatch):
    """By whatever command, beside what it says and without another exit."""
    monkeypatch.setenv("OPTEX_SMPT_HOST", "smtp.example.com")
    done = optex("check", folder, "--json")
    assert (0, []) == (done.returncode, json.loads(done.stdout)["faults"])
    said = "warning: OPTEX_SMPT_HOST is no setting of optex, and has no effect: did you mean OPTEX_SMTP_HOST?"
    assert [said] == done.stderr.splitlines()


def test_an_offer_that_is_over_is_not_opened_unasked(folder):
    """Dates of 2003 are mistyped, or a rehearsal: told before anything is taken in, and how it would be meant."""
    done = optex("serve", folder)
    assert 1 == done.returncode
    assert "the offer expired 2003-03-31 17:00 EST and was never opened here: correct a mistyped date" in done.stderr
    assert "--expired" in done.stderr
    assert not (folder / ".optex").exists()
