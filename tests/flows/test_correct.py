"""`optex correct`: each verb, what it answers and how it exits; files and record, compared and taken over."""

import json

import pytest

from tests.flows.test_cli import optex

RUTH = ("--reason", "A slip.", "--by", "Ruth Counsel")
SHOWN = (*RUTH, "--evidence", "The plan's ledger.")


@pytest.fixture
def folder(new_offer):
    """An offer of 2003, recorded and not yet opened; its one form was received in time and keyed in today."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    path = offer.holder("H2", "Bo Ray").grant("G2", 500).closes_at("2003-10-03", "1.05").write()
    assert 0 == optex("election", "import", path).returncode
    assert 0 == optex("price", "import", path).returncode
    return path


def said(done):
    return done.returncode, done.stdout.strip(), done.stderr.splitlines()[:1]


def test_each_verb_corrects_what_it_names(folder):
    """Taken, found already recorded, of nothing on record, without a name, without evidence, in wrong usage."""
    holder = ("correct", "holder", folder, "--holder", "H1", "--email", "ann@new.example")
    sent = "1 letter had been sent to the earlier one. 1 letter of correction written."
    assert (0, f"e-mail: ann.lee@alpha.example → ann@new.example. {sent}") == said(optex(*holder, *RUTH))[:2]
    assert (0, "Already recorded: H1 stands so, and nothing was changed.") == said(optex(*holder, *RUTH))[:2]
    nobody = optex("correct", "holder", folder, "--holder", "H9", "--email", "ann@new.example", *RUTH, "--json")
    document = json.loads(nobody.stdout)
    assert (1, False, "REC-3") == (nobody.returncode, document["accepted"], document["rule"])
    grant = ("correct", "grant", folder, "--grant", "G2", "--exercised", "100", "--price", "12.00")
    unnamed = optex(*grant, "--reason", "A slip.")
    assert (1, "") == (unnamed.returncode, unnamed.stdout)
    assert unnamed.stderr.strip().endswith("): it must state who decided (--by)")
    assert (0, "shares exercised: 0 → 100; exercise price: 12.50 → 12.00.") == said(optex(*grant, *RUTH))[:2]
    service = ("correct", "service", folder, "--holder", "H2", "--capacity", "employee", "--from", "1999-01-04")
    assert (0, "service as employee from 1999-01-04: last day: blank → 2003-09-30.") == said(
        optex(*service, "--to", "2003-09-30", *RUTH)
    )[:2]
    assert (0, "service as employee from 1999-01-04: last day: 2003-09-30 → blank.") == said(
        optex(*service, "--to", "none", *RUTH)
    )[:2]
    price = ("correct", "price", folder, "--on", "2003-10-03", "--close", "1.06")
    assert (0, "closing price: 1.05 → 1.06.") == said(optex(*price, *RUTH))[:2]
    calendar = ("correct", "calendar", folder, "--on", "2003-04-01", "--calendar", "both")
    assert said(optex(*calendar, *RUTH))[1].startswith(
        "April 1, 2003 is neither a federal business day nor a trading day."
    )
    assert 2 == optex("correct", "holder", folder, "--holder", "H1").returncode


def test_a_form_is_corrected_with_evidence_after_the_expiration(folder, tmp_path):
    """The options that are stated take the place of all that were; the evidence may be a file, which is kept."""
    form = ("correct", "form", folder, "--form", "F1", "--option", "G1:800:1000:2000-05-16:12.50:0", *RUTH)
    refused = optex(*form)
    assert (1, "") == (refused.returncode, refused.stdout)
    assert "by the deadline of 2003-03-31 17:00:00 EST: state the evidence of it (--evidence)" in refused.stderr
    fax = tmp_path / "fax.txt"
    fax.write_text("800 shares\n")
    done = optex(*form, "--evidence", fax)
    assert done.stdout.startswith("options: G1:1000:1000:2000-05-16:12.50:0 → G1:800:1000:2000-05-16:12.50:0.")
    assert "1 letter of correction written." in done.stdout
    explained = optex("explain", folder, "H1").stdout
    assert "The record was corrected: options: G1:1000:1000:2000-05-16:12.50:0 → G1:800" in explained
    assert "Evidence: Fax.txt (SHA-256 431b21f7" in explained


def test_files_that_differ_are_said_shown_and_taken_over(folder):
    """`check`, `plan` and `status` say how many rows; `correct import` shows each, and takes them over when asked."""
    assert (0, "The files say what is on record.") == said(optex("correct", "import", folder))[:2]
    for name, was, now in (
        ("holders.csv", "ann.lee@alpha.example", "ann@new.example"),
        ("grants.csv", "G2,H2,2000-05-16,500,0,12.50", "G2,H2,2000-05-16,500,0,12.00"),
    ):
        (folder / name).write_text((folder / name).read_text().replace(was, now))
    with (folder / "holders.csv").open("a") as file:
        file.write("H3,Cy Fox,,US-NH,0\n")
    differ = f"3 rows of the folder's files differ from the record: `optex correct import {folder}` shows them."
    assert differ in optex("check", folder).stdout.splitlines()
    assert differ in optex("plan", folder).stdout.splitlines()
    assert differ == json.loads(optex("status", folder, "--json").stdout)["files_differ"]
    assert differ == json.loads(optex("plan", folder, "--json").stdout)["files_differ"]
    assert differ == json.loads(optex("check", folder, "--json").stdout)["files_differ"]
    shown = [
        "holders.csv:2: H1: e-mail: ann.lee@alpha.example → ann@new.example",
        "holders.csv:4: H3: not on record: name Cy Fox, jurisdiction US-NH, voting percentage 0",
        "grants.csv:3: G2: exercise price: 12.50 → 12.00",
        "3 rows of the files differ from the record. Nothing was changed.",
    ]
    assert (0, shown) == (0, optex("correct", "import", folder).stdout.splitlines())
    entry = json.loads(optex("correct", "import", folder, "--json").stdout)["differences"][2]
    assert ("grants.csv", 3, {"price": {"record": "12.50", "file": "12.00"}}) == (
        entry["file"],
        entry["line"],
        entry["changed"],
    )

    unnamed = optex("correct", "import", folder, "--yes")
    assert (1, "", "Nothing was taken over.") == (unnamed.returncode, unnamed.stdout, unnamed.stderr.splitlines()[-1])
    assert shown == optex("correct", "import", folder).stdout.splitlines()
    assert (0, "3 rows taken over.") == said(optex("correct", "import", folder, "--yes", "--by", "Ruth Counsel"))[:2]
    assert (0, "The files say what is on record.") == said(optex("correct", "import", folder))[:2]
    assert "" == json.loads(optex("status", folder, "--json").stdout)["files_differ"]


def test_the_newer_record_is_not_overwritten_unless_asked(folder):
    """Corrected by command after the folder was taken in: the file is the older, and --yes leaves it alone."""
    optex("correct", "holder", folder, "--holder", "H1", "--name", "Anne Lee", *RUTH)
    with (folder / "holders.csv").open("a") as file:
        file.write("H3,Cy Fox,,US-NH,0\n")
    shown = optex("correct", "import", folder).stdout.splitlines()
    assert "holders.csv:2: H1: name: Anne Lee → Ann Lee (told later than the file)" == shown[0]
    assert (
        "2 rows of the files differ from the record, 1 of which --yes does not take over. Nothing was changed."
        == shown[-1]
    )
    assert (0, "1 row taken over.") == said(optex("correct", "import", folder, "--yes", "--by", "Ruth Counsel"))[:2]
    assert "" == json.loads(optex("status", folder, "--json").stdout)["files_differ"]
    done = optex("correct", "import", folder, "--yes", "--all", "--by", "Ruth Counsel")
    assert (0, "1 row taken over.") == said(done)[:2]
    assert (0, "The files say what is on record.") == said(optex("correct", "import", folder))[:2]
