"""What a person reads who gives a command while something is wrong with the books: one line, and the file as it was."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from infra.database.engine import HEAD

COMMANDS = [
    ("status",),
    ("export", "--out", "ledgers"),
    ("backup", "--out", "backup.zip"),
    ("audit", "verify"),
    ("price", "set", "--on", "2003-10-06", "--close", "1.30", "--by", "Ruth Counsel"),
]


@pytest.fixture(scope="module")
def played(new_offer):
    offer = new_offer(reminders=[]).holder("H1", "Ann Lee").grant("G1", 1000)
    return offer.tenders("F1", "2003-03-10T10:00:00", G1=1000).closes_at("2003-10-03", "1.27").play().out


@pytest.fixture
def folder(played, tmp_path):
    shutil.copytree(played, tmp_path / "offer")
    with closing(sqlite3.connect(books(tmp_path / "offer"))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what was copied of its log too
    return tmp_path / "offer"


def run(folder, *words, cwd):
    """Run a command on a folder, which is named after its first words."""
    at = 2 if words[0] in ("audit", "price") else 1
    command = [str(Path(sys.executable).with_name("optex")), *words[:at], str(folder), *words[at:]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=cwd)
    assert "Traceback" not in done.stderr
    return done


def books(folder):
    return folder / ".optex" / "optex.db"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_damaged_books_are_told_in_one_line(folder, tmp_path, words):
    """Every command that needs them says which file it is and what to do, and leaves it as it found it."""
    file = books(folder)
    content = bytearray(file.read_bytes())
    content[4096 * 3 :] = b"\x55" * (len(content) - 4096 * 3)
    file.write_bytes(content)
    done = run(folder, *words, cwd=tmp_path)
    assert (1, 1) == (done.returncode, len(done.stderr.splitlines())), done.stderr
    assert str(file.resolve()) in done.stderr or "the audit cannot be read" in done.stderr
    assert content == file.read_bytes()


def test_the_doctor_finds_the_damage(folder, tmp_path):
    """In whichever page of the file it is; with the same advice."""
    file = books(folder)
    content = bytearray(file.read_bytes())
    content[-4096 * 2 :] = b"\x55" * 4096 * 2
    file.write_bytes(content)
    done = run(folder, "doctor", cwd=tmp_path)
    [said] = [line for line in done.stdout.splitlines() if line.startswith("stop    database")]
    assert (1, True, True) == (done.returncode, "is damaged (" in said, "`optex restore` the last backup" in said)


@pytest.mark.parametrize("words", COMMANDS[:1], ids=" ".join)
def test_books_of_a_newer_optex_are_told_in_one_line(folder, tmp_path, words):
    """They are not written into, and it is said which revision they have and which is known here."""
    with closing(sqlite3.connect(books(folder))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    done = run(folder, *words, cwd=tmp_path)
    assert (1, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert f"'0999', and this optex knows none after '{HEAD}'" in done.stderr


def test_books_without_a_byte_are_told_and_not_begun_anew(folder, tmp_path):
    """What to do is said, also that the file may be deleted if it never held anything."""
    books(folder).write_bytes(b"")
    os.utime(books(folder), (1_000_000_000, 1_000_000_000))
    done = run(folder, "status", cwd=tmp_path)
    assert (1, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert "is empty: whatever books were in it are gone" in done.stderr
    assert 0 == books(folder).stat().st_size


def test_books_that_are_gone_are_not_begun_anew(new_offer, tmp_path):
    """Where letters of the offer were kept, its folder is not taken in a second time: everybody would be told again."""
    folder = new_offer(reminders=[]).holder("H1", "Ann Lee").grant("G1", 1000).write()
    mail = folder / ".optex" / "mail"
    mail.mkdir(parents=True)
    (mail / "2003-02-28-offer-opened-ann-lee-0123456789ab.eml").write_text("Subject: The offer\n")
    done = run(folder, *COMMANDS[-1], cwd=tmp_path)
    assert (1, 1) == (done.returncode, len(done.stderr.splitlines())), done.stderr
    assert "the books of this offer are gone, for 1 letter in " in done.stderr
    assert "optex restore" in done.stderr
