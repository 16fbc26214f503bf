"""`optex backup` and `optex restore`, as an administrator gives them: what they say, and what is there afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("optex")


def run(*words, **settings):
    """The command as it is installed beside this Python: exit code and what it says."""
    done = subprocess.run(
        [COMMAND, *map(str, words)], env=os.environ | settings, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def played(new_offer):
    """An offer that one holder has accepted and that has not closed yet: played until March 20, 2003, noon."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    return offer.play("2003-03-20T12:00:00")


@pytest.fixture
def file(played, tmp_path):
    code, said = run("backup", played.out, "--out", tmp_path / "alpha.zip")
    assert 0 == code, said
    return tmp_path / "alpha.zip"


def test_a_restored_offer_is_the_one_that_was_backed_up(played, file, tmp_path):
    """The same audit with the same head, the same status page, and every letter."""
    code, said = run("restore", file, tmp_path / "new")
    assert 0 == code, said
    verified = run("audit", "verify", played.out)
    assert verified == run("audit", "verify", tmp_path / "new")
    assert run("status", played.out) == run("status", tmp_path / "new")
    assert {path.name: path.read_bytes() for path in (played.out / "mail").iterdir()} == {
        path.name: path.read_bytes() for path in (tmp_path / "new" / "mail").iterdir()
    }
    assert verified[1].split("Hash of the last: ")[1].strip() in said


def test_a_backup_says_what_is_in_it_and_what_is_not(played, tmp_path):
    """Books, letters, the head of the audit; verified; and that secrets are left out. As JSON the same."""
    code, said = run("backup", played.out, "--out", tmp_path / "alpha.zip")
    lines = said.splitlines()
    letters = len(list((played.out / "mail").iterdir()))
    assert (0, 3) == (code, len(lines))
    assert lines[0].endswith(f"the books (schema 0005), {letters} letters, 1 file; verified")
    assert lines[1].startswith("Audit: ")
    assert "Not in it: .env (secrets), and what Prefect keeps (made anew from the books)." == lines[2]
    document = json.loads(run("backup", played.out, "--out", tmp_path / "again.zip", "--json")[1])
    assert ("alpha-2003", letters, 2 + letters) == tuple(document[key] for key in ("offer", "letters", "files"))
    assert document["books"]["head"] in lines[1]


def test_a_restore_says_loudly_what_happens_when_it_is_served(file, tmp_path):
    """Unsent letters, steps that fell due since, and what to do before; another database is warned of."""
    code, said = run("restore", file, tmp_path / "new", OPTEX_DATABASE_URL="postgresql://u:s3cret@h/d")
    assert (0, False) == (code, "s3cret" in said)
    told = [
        "IS NOT IN IT. Before you serve it:",
        "- unset OPTEX_DATABASE_URL",
        "- whoever serves this offer elsewhere must have stopped",
        "- 0 letters in it not sent yet will be",
        "close, extension-deadline, cancel",
        "- record once more what arrived since",
        f"Next: optex doctor {tmp_path / 'new'}",
    ]
    assert [] == [each for each in told if each not in said]
    document = json.loads(run("restore", file, tmp_path / "other", "--json")[1])
    assert (0, True) == (document["at_start"]["unsent"], "cancel" in document["at_start"]["due"])


def test_a_refusal_is_one_line(file, tmp_path):
    """A folder in use, a file that is no backup, a file that is not there: exit 1."""
    (tmp_path / "no.zip").write_text("no backup")
    for words in (
        ("restore", file, tmp_path),
        ("restore", tmp_path / "no.zip", tmp_path / "new"),
        ("restore", "none", "x"),
    ):
        code, said = run(*words)
        assert (1, 1) == (code, len(said.splitlines())), said
    assert {"alpha.zip", "no.zip"} == {path.name for path in tmp_path.iterdir()}
