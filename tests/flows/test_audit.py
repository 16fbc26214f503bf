"""`optex audit verify` tells whether the audit of an offer is as it was written, and changes nothing."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from infra.settings import DATABASE

COMMAND = Path(sys.executable).with_name("optex")


def verify(folder, *words, **environment):
    run = [COMMAND, "audit", "verify", folder, *words]
    done = subprocess.run(run, env=os.environ | environment, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def offer(new_offer):
    """One holder whose options are cancelled on April 1 and granted anew on October 3, 2003."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    return offer.closes_at("2003-10-03", "1.27")


@pytest.fixture
def played(offer, tmp_path):
    return offer.play(out=tmp_path / "out")


def test_a_play_that_stopped_and_went_on_has_the_head_of_one_that_did_not(offer, played, tmp_path):
    """Stopped on April 1 and in June, it ends with the same hash after as many entries; both are intact."""
    out = tmp_path / "stopped"
    for until in ("2003-04-01T23:59:59", "2003-06-30T12:00:00", None):
        offer.play(until, out=out)
        code, said = verify(out)
        assert (0, True) == (code, said.startswith("Intact: "))
    entries, last = len(played.ledger("audit")), played.ledger("audit")[-1]["hash"]
    assert f"Intact: {entries} entries. Hash of the last: {last}\n" == said == verify(played.out)[1]


def test_a_database_edited_by_hand_is_found_out(played):
    """The entry is told by its place, time, action and subject, and by what is wrong with it; exit 1."""
    entries = played.ledger("audit")
    n, done = next((n, each) for n, each in enumerate(entries, start=1) if each["action"] == "cancel done")
    with sqlite3.connect(played.out / DATABASE) as books:
        books.execute("DROP TRIGGER audit_no_update")
        books.execute("UPDATE audit SET detail = 'Accepted nothing' WHERE position = ?", [n])
    assert verify(played.out) == (
        1,
        f"Not intact: entry {n} of {len(entries)} is changed: 2003-04-01T14:00:00Z, cancel done, cancel (version 1): "
        "its hash is not that of its content after the entry before it.\n",
    )
    code, said = verify(played.out, "--json")
    document = json.loads(said)
    assert (1, False, n, "changed") == (code, document["intact"], *map(document["broken"].get, ("position", "fault")))
    assert (len(entries), entries[-1]["hash"]) == (document["entries"], document["head"])
    assert done["at"] == document["broken"]["at"]


def test_the_head_of_an_earlier_report_is_looked_for(played):
    """It is there with so many entries since; another is not (exit 1), and what is no hash is wrong usage (exit 2)."""
    entries = played.ledger("audit")
    earlier = entries[2]
    code, said = verify(played.out, "--head", earlier["hash"].upper())
    at, action, subject = (earlier[name] for name in ("at", "action", "subject"))
    told = f"{earlier['hash']} is the hash of entry 3, {at}, {action}, {subject}; entries since: {len(entries) - 3}."
    assert (0, told) == (code, said.splitlines()[1])
    code, said = verify(played.out, "--head", "f" * 64)
    gone = f"{'f' * 64} is the hash of no entry: what the audit ended with then was changed or is gone."
    assert (1, gone) == (code, said.splitlines()[1])
    code, said = verify(played.out, "--head", "f" * 64, "--json")
    assert (1, True, None) == (code, json.loads(said)["intact"], json.loads(said)["asked"]["found"])
    assert 2 == verify(played.out, "--head", "abc")[0]


def test_an_offer_of_which_nothing_is_on_record_has_no_audit(offer, tmp_path):
    """It is said so, with what would begin one; exit 1."""
    folder = offer.write(tmp_path / "offer")
    code, said = verify(folder, OPTEX_DATABASE_URL="")
    assert (1, True) == (code, "nothing of this offer is on record yet" in said)
    assert not (folder / ".optex").exists()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("UPDATE evidence SET content = X'00'", "the file minutes.txt is not the one handed in as evidence"),
        ("UPDATE evidence SET name = 'other.txt'", "the file that it names as evidence is called other.txt now"),
        ("DELETE FROM evidence", "the file that it names as evidence is kept no more"),
        ("DROP TABLE evidence", "Not intact: the audit cannot be read any more: no such table: evidence"),
    ],
)
def test_a_file_handed_in_as_evidence_is_vouched_for(played, tmp_path, edit, said):
    """A file is kept with the offer: whoever exchanges, renames or takes it out is found out."""
    minutes = tmp_path / "minutes.txt"
    minutes.write_text("Signed by Ann Lee on October 6, 2003.")
    signed = [
        COMMAND,
        "agreement",
        "signed",
        played.out,
        "--grant",
        "G1-N",
        "--on",
        "2003-10-06",
        "--evidence",
        minutes,
    ]
    assert 0 == subprocess.run(signed, capture_output=True, text=True, timeout=300).returncode
    assert 0 == verify(played.out)[0]
    with sqlite3.connect(played.out / DATABASE) as books:
        for act in ("update", "delete"):
            books.execute(f"DROP TRIGGER evidence_no_{act}")
        books.execute(edit)
    code, told = verify(played.out)
    assert (1, True) == (code, said in told)
