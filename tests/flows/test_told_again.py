"""The commands that are told something again, or late: what they answer, and how they exit (REC-1, REC-2)."""

import hashlib
import json

import pytest

from flows.cli.record import ensure_loaded, import_received
from tests.flows.test_cli import optex
from tests.offers import COLUMNS

FORM = ("--form", "F-1", "--received-at", "2003-03-10T10:00", "--signed-on", "2003-03-10", "--channel", "fax")
ANN = ("--holder", "H1", "--signed-as", "Ann Lee")
LATE = "Recorded after the deadline, without evidence: F-1."


@pytest.fixture
def folder(new_offer):
    """An offer of 2003: whatever is recorded today is recorded after its deadlines."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).holder("H2", "Bo Ray").grant("G2", 500)
    return offer.write()


def said(done):
    return done.returncode, done.stdout.splitlines()[:1], done.stderr.splitlines()[:1]


def option(grant, shares, original):
    return "--option", f"{grant}:{shares}:{original}:2000-05-16:12.50:0"


def test_a_form_is_told_again_by_command(folder, tmp_path):
    """Taken and marked, found already recorded, its evidence added as a file; of other content refused, exit 1."""
    whole = option("G1", 1000, 1000)
    done = optex("election", "record", folder, *FORM, *ANN, *whole)
    assert (0, [f"1 form received. {LATE}"]) == said(done)[:2]
    known = "Already recorded: form F-1 is on record, and nothing was changed."
    assert (0, [known]) == said(optex("election", "record", folder, *FORM, *ANN, *whole))[:2]
    refused = optex("election", "record", folder, *FORM, *ANN, *option("G1", 100, 1000))
    assert (1, "") == (refused.returncode, refused.stdout)
    assert refused.stderr.startswith("REC-2 (")
    assert "(shares of G1: 1000 on record, 100 told)" in refused.stderr
    bo = ("--holder", "H2", "--signed-as", "Bo Ray", *option("G2", 500, 500))
    other = optex("election", "record", folder, *FORM, *bo, "--json")
    document = json.loads(other.stdout)
    assert (1, False, "REC-2") == (other.returncode, document["accepted"], document["rule"])
    assert "holder_id: H1 on record, H2 told" in document["message"]

    journal = tmp_path / "journal.txt"
    journal.write_text("March 10, 2003, 10:00: 2 pages from Ann Lee\n")
    added = optex("election", "record", folder, *FORM, *ANN, *whole, "--evidence", journal, "--by", "Clerk")
    assert (0, ["Already recorded: form F-1. The evidence is added: F-1."]) == said(added)[:2]
    [late] = json.loads(optex("status", folder, "--json").stdout)["recorded_late"]
    sha256 = hashlib.sha256(journal.read_bytes()).hexdigest()
    assert ("F-1", f"journal.txt (SHA-256 {sha256})") == (late["form_id"], late["evidence"])


def test_a_file_of_forms_is_told_again(folder):
    """New and known forms are counted; one of other content refuses the file by line, and nothing of it is stored."""
    head, file = COLUMNS["elections.csv"], folder / "more.csv"
    first = "F-1,H1,election,2003-03-10T10:00:00,2003-03-10,Ann Lee,fax,,,G1,{},1000,2000-05-16,12.50,0"
    second = "F-2,H2,election,2003-03-11T10:00:00,2003-03-11,Bo Ray,fax,,,G2,500,500,2000-05-16,12.50,0"
    words = ("election", "import", folder, file)
    file.write_text("\n".join([head, first.format(1000)]) + "\n")
    done = optex(*words, "--evidence", "the journal of the fax", "--by", "Clerk")
    assert (0, ["1 form received. Recorded after the deadline: F-1."]) == said(done)[:2]
    file.write_text("\n".join([head, second, first.format(100)]) + "\n")
    refused = optex(*words)
    assert (1, "") == (refused.returncode, refused.stdout)
    assert refused.stderr.startswith(
        "more.csv:3: shares: form F-1 is on record with other content (shares of G1: 1000 "
    )
    file.write_text("\n".join([head, second, first.format(1000)]) + "\n")
    assert [
        "1 form received. Recorded after the deadline, without evidence: F-2. "
        "Already recorded: form F-1 is on record, and nothing was changed."
    ] == said(optex(*words))[1]


def test_a_close_is_told_again(folder):
    """The same is already recorded; another is refused with the way to correct it, by command and by file."""
    words = ("price", "set", folder, "--on", "2003-03-03", "--close")
    assert (0, ["The closing price of 2003-03-03 is $0.95."]) == said(optex(*words, "0.95"))[:2]
    assert (0, ["Already recorded: The closing price of 2003-03-03 is $0.95."]) == said(optex(*words, "0.95"))[:2]
    code, _, [error] = said(optex(*words, "0.96"))
    assert (1, True) == (code, error.startswith("REC-2 ("))
    assert "(close: 0.95 on record, 0.96 told). `optex correct price` corrects it." in error
    file = folder / "more.csv"
    file.write_text("date,close\n2003-03-04,0.89\n2003-03-03,0.96\n")
    code, _, [error] = said(optex("price", "import", folder, file))
    assert (1, True) == (code, error.startswith("more.csv:3: close: 0.96 told, but 0.95 is on record of 2003-03-03"))
    file.write_text("date,close\n2003-03-04,0.89\n2003-03-03,0.95\n")
    done = optex("price", "import", folder, file)
    assert (0, ["1 closing price recorded. Already recorded: 1 closing price."]) == said(done)[:2]
    assert (0, ["Already recorded: 2 closing prices."]) == said(optex("price", "import", folder, file))[:2]


def test_service_is_told_again(folder):
    """Another last day is a new statement that says what it replaces; the same one is already recorded."""
    words = ("service", "set", folder, "--holder", "H2", "--capacity", "employee", "--from", "1999-01-04")
    ended = "Service as employee from 1999-01-04 to 2003-06-30 is recorded"
    done = optex(*words, "--to", "2003-06-30")
    assert (0, [f"{ended}; it was recorded as still serving."]) == said(done)[:2]
    assert (0, [f"Already recorded: {ended}."]) == said(optex(*words, "--to", "2003-06-30"))[:2]
    taken_back = "Service as employee from 1999-01-04 is recorded; it was recorded to 2003-06-30."
    assert (0, [taken_back]) == said(optex(*words))[:2]
    assert (0, ["Already recorded: 2 spells."]) == said(optex("service", "import", folder))[:2]


def test_an_act_of_the_company_after_its_deadline_needs_a_name_and_evidence(folder):
    """Announced in time and recorded today: refused without both, taken with them; with another reason refused."""
    words = ("extend", folder, "--to", "2003-04-14T17:00", "--announced-at", "2003-03-31T10:00")
    code, _, [error] = said(optex(*words, "--by", "CFO"))
    assert (1, True) == (code, error.startswith("REC-1 ("))
    assert error.endswith("after the deadline of 2003-04-01 08:00:00 EST: state the evidence of it (--evidence)")
    named = (*words, "--by", "CFO", "--evidence", "the press release")
    code, [line], _ = said(optex(*named))
    assert (0, True) == (code, line.startswith("The offer is extended to 2003-04-14 17:00 EST."))
    code, [line], _ = said(optex(*named))
    assert (0, "Already recorded: The offer is extended to 2003-04-14 17:00 EST.") == (code, line)
    code, _, [error] = said(optex(*named, "--reason", "A second thought."))
    assert (1, True) == (code, "(reason: nothing on record, A second thought. told)" in error)


def test_the_folder_s_own_files_never_differ_in_silence(folder):
    """What `serve` and `schedule` read: new rows are taken in, rows that differ from the record are told each time."""
    form = "F-1,H1,election,2003-03-10T10:00:00,2003-03-10,Ann Lee,fax,,,G1,{},1000,2000-05-16,12.50,0"
    head, file = COLUMNS["elections.csv"], folder / "elections.csv"
    file.write_text("\n".join([head, form.format(1000)]) + "\n")
    (folder / "prices.csv").write_text("date,close\n2003-03-03,0.95\n")
    workspace = ensure_loaded(folder)
    assert [
        f"elections.csv: 1 form received. {LATE}",
        "prices.csv: 1 closing price recorded.",
    ] == import_received(folder, workspace).splitlines()
    assert "" == import_received(folder, workspace)
    file.write_text("\n".join([head, form.format(100)]) + "\n")
    (folder / "prices.csv").write_text("date,close\n2003-03-03,0.96\n2003-03-04,0.89\n")
    for new in (["prices.csv: 1 closing price recorded."], []):
        first, *recorded, last = import_received(folder, workspace).splitlines()
        assert first.startswith("elections.csv: REC-2: form F-1 is on record with other content (shares of G1: 1000 on")
        assert new == recorded
        assert last.startswith(
            "prices.csv: REC-2: the closing price of 2003-03-03 is on record with other content (clo"
        )
