"""Compensating decisions by command, on the books that a play has left: told, approved by another, settled."""

import json

import pytest

from tests.flows.test_cli import optex

AT = "1999-01-04"


@pytest.fixture
def played(new_offer):
    """Two holders accepted on April 1, 2003; played to a day in June, or to the end where a test goes on."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
    return offer.closes_at("2003-10-03", "1.27")


def said(*words):
    done = optex(*words)
    return done.returncode, (done.stdout or done.stderr).strip()


def left(books, holder, to, by="Hana Reed"):
    spell = ("--holder", holder, "--capacity", "employee", "--from", AT)
    return said("service", "set", books, *spell, "--to", to, "--by", by)


def test_a_late_leaver_is_voided_by_another_person(played):
    """Told by Hana Reed, refused to her and to Bo Ray himself, approved by Ruth Counsel; the audit stays a chain."""
    books = played.play(until="2003-06-02T12:00:00").out
    code, answer = left(books, "H2", "2003-03-20")
    assert (0, True) == (code, "It waits for approval by another person than Hana Reed" in answer)
    void = ("approve", books, "--step", "void", "--holder", "H2")
    her_own = "Hana Reed recorded the fact on which it rests: another person must approve it"
    assert (1, f"REC-4 (§1, §2, §6): {her_own}") == said(*void, "--by", "Hana Reed")
    assert (1, "REC-4 (§1, §2, §6): it favours Bo Ray: another person must approve it") == said(*void, "--by", "Bo Ray")
    assert 0 == said(*void, "--by", "Ruth Counsel")[0]
    document = json.loads(optex("status", books, "--json").stdout)
    assert ([], 500) == (document["compensations"], document["totals"]["voided"]["shares"])
    assert (0, True) == (said("audit", "verify", books)[0], said("audit", "verify", books)[1].startswith("Intact: "))


def test_what_was_granted_to_a_leaver_is_settled(played):
    """Told after the grant: an alarm until a person settles it, with a reason and evidence."""
    books = played.play().out
    assert 0 == left(books, "H2", "2003-09-30")[0]
    [alarm] = json.loads(optex("status", books, "--json").stdout)["contradictions"]
    assert "G2-N" == alarm["grant_id"]
    settle = ("settle", books, "--grant", "G2-N", "--as", "stand", "--reason", "Too small to matter.", "--by", "Ruth")
    assert (1, "REC-4 (§1, §2, §6): it must state the evidence of it (--evidence)") == said(*settle)
    assert 0 == said(*settle, "--evidence", "the minutes of October 20")[0]
    assert [] == json.loads(optex("status", books, "--json").stdout)["contradictions"]


def test_a_final_lapse_is_reinstated_by_another_person(played):
    """Lapsed at the re-check and found to serve after all: reinstated on approval, and granted on a day of its own."""
    gone = {"holder": "H2", "capacity": "employee", "from_": AT, "to": "2003-05-30"}
    played.happens("2003-06-02T10:00:00", "service-set", by="Hana Reed", **gone)
    books = played.play().out
    back = ("service", "set", books, "--holder", "H2", "--capacity", "employee", "--from", AT, "--by", "Hana Reed")
    assert 0 == said(*back)[0]
    approve = ("approve", books, "--step", "reinstate", "--holder", "H2", "--by")
    assert (1, 0) == (said(*approve, "hana reed")[0], said(*approve, "Ruth Counsel")[0])
    assert ["regrant"] == [step["name"] for step in json.loads(optex("status", books, "--json").stdout)["next"]]
