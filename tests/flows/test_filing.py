"""`optex filing`: the pack for the issuer's counsel, from a played offer."""

import json
import re

import pytest
from click.testing import CliRunner

from flows.cli import cli
from optex.notices import Kind
from tests.offers import Offer


def run(*arguments):
    """The command as a person gives it: exit code and output."""
    result = CliRunner().invoke(cli, list(map(str, arguments)), standalone_mode=False)
    return 1 if result.exception else result.exit_code, result.output


def flat(page):
    """The words of a page, without its style and tags."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S).split())


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """Two of three holders tender, one of them too late to be in service; extended on April 1 at 7:30 a.m."""
    offer = Offer(tmp_path_factory.mktemp("filing"))
    offer.holder("H1", "Ann One").grant("G1", 1_000).tenders("F1", "2003-03-10T10:00:00", G1=777)
    offer.holder("H2", "Bob Two", until="2003-04-10").grant("G2", 500).tenders("F2", "2003-03-11T10:00:00", G2=500)
    offer.holder("H3", "Cy Three", capacity="director").grant("G3", 300)
    offer.happens("2003-04-01T07:30:00", "extend", to="2003-04-14T17:00:00", by="Board", reason="more time to decide")
    return offer.play(until="2003-04-16T12:00:00")


@pytest.fixture(scope="module")
def pack(extended, tmp_path_factory):
    out = tmp_path_factory.mktemp("pack")
    code, said = run("filing", extended.out, "--out", out)
    assert 0 == code, said
    return out


def test_the_pack_has_a_draft_for_each_filing_and_every_form_of_letter(pack):
    """The offer, the extension, the results, an index, and each kind of letter; each marked as a draft."""
    pages = {path.name: path.read_text() for path in pack.glob("*.html")}
    assert {"index.html", "schedule-to.html", "amendment-1-extend.html", "final-amendment.html"} == pages.keys()
    exhibits = {*(f"{kind}.html" for kind in Kind), "election-form.html", "notice-to-change-election.html"}
    assert exhibits == {path.name for path in (pack / "exhibits").iterdir()}
    assert [] == [name for name in exhibits if f'href="exhibits/{name}"' not in pages["index.html"]]
    assert all("DRAFT: facts from the record" in page for page in pages.values())


def test_no_holder_is_named(pack):
    """Nothing that is filed names a holder or states an address of one."""
    said = "".join(path.read_text() for path in pack.rglob("*.html"))
    assert [] == re.findall(r"Ann One|Bob Two|Cy Three|ann\.one@", said)


def test_the_extension_states_what_was_announced(pack):
    """The tally as holders were told it, both expirations, and the press text (Rule 14e-1(d))."""
    said = flat((pack / "amendment-1-extend.html").read_text())
    assert "options to purchase approximately 1,277 shares of common stock have been tendered and not withdrawn" in said
    assert (
        "had been scheduled to expire on Monday, March 31, 2003 at 5:00 p.m. Eastern Standard Time, will now expire on "
        "Monday, April 14, 2003 at 5:00 p.m. Eastern Standard Time (6:00 p.m. Eastern Daylight Time)" in said
    )
    assert "Acceptance and cancellation, expected Tuesday, April 1, 2003 Tuesday, April 15, 2003" in said
    assert "More time to decide." in said


def test_the_results_are_those_of_the_ledgers(pack, extended):
    """Accepted, rejected and promised by class, as the ledgers have them (Rule 13e-4(c)(4))."""
    said = flat((pack / "final-amendment.html").read_text())
    assert "Employees 2 1,500 2 1,277 777 500" in said
    assert "Directors, not employees 1 300 0 0 0 0" in said
    assert "accepted for exchange and cancelled options to purchase 777 shares of common stock" in said
    assert "representing 43.2% of the 1,800 option shares that were eligible" in said
    assert "1 promise for 777 shares, not before October 17, 2003" in said
    assert "§1 ELG-1 1 500" in said
    assert [777] == [int(row["shares"]) for row in extended.ledger("promises")]


def test_the_same_record_gives_the_same_pack(pack, extended, tmp_path):
    assert 0 == run("filing", extended.out, "--out", tmp_path)[0]
    first = {path.relative_to(pack): path.read_bytes() for path in pack.rglob("*.html")}
    assert first == {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.html")}


def test_results_that_are_not_known_yet_are_not_drafted(tmp_path):
    """Before the acceptance there is no final amendment; the list says that it is to come."""
    offer = Offer(tmp_path / "early").holder("H1", "Ann One").grant("G1", 1_000)
    played = offer.play(until="2003-03-10T12:00:00")
    code, said = run("filing", played.out, "--out", tmp_path / "pack", "--json")
    assert 0 == code
    assert [("schedule-to", "schedule-to.html"), ("final-amendment", None)] == [
        (each["name"], each["file"]) for each in json.loads(said)["filings"]
    ]
    assert not (tmp_path / "pack" / "final-amendment.html").exists()


def test_a_folder_that_is_not_taken_in_has_no_pack(tmp_path):
    """Nothing is on record of it, and nothing is written."""
    folder = Offer(tmp_path).write()
    assert 1 == run("filing", folder, "--out", tmp_path / "pack")[0]
    assert not (tmp_path / "pack").exists()


def test_the_plan_states_the_filings(tmp_path):
    """In JSON beside the milestones, before and with an extension; in the calendar file as days."""
    folder = Offer(tmp_path).write()
    plan = json.loads(run("plan", folder, "--json")[1])
    assert ["2003-02-28", "2003-04-01"] == [each["due"] for each in plan["filings"]]
    assert "filings" not in {milestone["name"] for milestone in plan["milestones"]}
    later = ("--extend-to", "2003-04-14T17:00", "--announced-at", "2003-04-01T07:30")
    plan = json.loads(run("plan", folder, "--json", "--ics", tmp_path / "plan.ics", *later)[1])
    assert ["2003-02-28", "2003-04-01", "2003-04-15"] == [each["due"] for each in plan["filings"]]
    days = (tmp_path / "plan.ics").read_text()
    assert "DTSTART;VALUE=DATE:20030415" in days
    assert "file SC TO-I/A" in days


def test_an_amendment_states_each_term_before_and_after(tmp_path):
    """The terms and the dates that follow from them: a waiting period of a year from March 3 on."""
    offer = Offer(tmp_path).holder("H1", "Ann One").grant("G1", 1_000)
    offer.happens("2003-03-03T10:00:00", "amend", change="consideration", reason="They wait a year.", by="Board",
                  terms="waiting = {months = 12}")  # fmt: skip
    out = tmp_path / "pack"
    code, said = run("filing", offer.play(until="2003-03-04T12:00:00").out, "--out", out)
    assert 0 == code, said
    page = flat((out / "amendment-1-amend.html").read_text())
    assert "The terms, before and after Before After Waiting: months 6 12 The dates, before and after" in page
    assert "New options granted, at the earliest Friday, October 3, 2003 Monday, April 5, 2004" in page
