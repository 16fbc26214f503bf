"""`optex forms`: what is written for whom, from the folder's files and from the record."""

import json

import pytest
from click.testing import CliRunner

from flows.cli import cli
from tests.offers import Offer


def run(*arguments):
    """The command as a person gives it: exit code, output of both kinds, and what it was refused for."""
    result = CliRunner().invoke(cli, list(map(str, arguments)), standalone_mode=False)
    refused = result.exception if result.exception and not isinstance(result.exception, SystemExit) else ""
    ruling = getattr(refused, "ruling", None)
    return result.exit_code, f"{result.stdout}{result.stderr}{f'{ruling.rule}: {ruling.reason}' if ruling else refused}"


@pytest.fixture
def offer(tmp_path):
    """Ann and Bo may tender; Cy left before the offer, Di's option expired, and Ed lives where it is unlawful."""
    offer = Offer(tmp_path, excluded_jurisdictions=["FR"])
    offer.holder("H1", "Ann Lee").grant("G1", 1_000, exercised=250).holder("H2", "Bo Ray", email="").grant("G2", 500)
    offer.holder("H3", "Cy Poe", until="2003-01-31").grant("G3", 700)
    offer.holder("H4", "Di Fox").grant("G4", 800, on="1992-05-15")
    offer.holder("H5", "Ed Roy", place="FR").grant("G5", 900)
    return offer


def test_a_file_for_everyone_who_may_tender(offer, tmp_path):
    """Before anything is on record, from the folder's files; both forms in a file, each on a page of its own."""
    folder, out = offer.write(), tmp_path / "forms"
    assert (0, f"Forms of 2 holders in {out}, ready to be printed\n") == run("forms", folder, "--out", out)
    assert ["forms-H1.html", "forms-H2.html"] == sorted(each.name for each in out.iterdir())
    page = (out / "forms-H1.html").read_text()
    assert 2 == page.count('<section class="sheets">')
    assert (1, 1) == (page.count("<body>"), page.count("@page"))
    assert '<td class="l">G1</td><td class="l">May 16, 2000</td><td class="l">NSO</td><td>$12.50</td>' in page
    assert '<td>1,000</td><td>250</td><td>750</td><td class="pen"></td>' in page
    assert not (folder / ".optex").exists()


def test_the_forms_of_one_holder_and_of_nobody(offer, tmp_path):
    """By part of the name; who may not tender is refused by the rule, and an unknown name is guessed at."""
    folder, out = offer.write(), tmp_path / "forms"
    code, said = run("forms", folder, "--out", out, "--holder", "bo", "--json")
    assert (0, [{"file": str(out / "forms-H2.html"), "holder_id": "H2", "name": "Bo Ray"}]) == (
        code,
        json.loads(said)["files"],
    )
    refused = {
        "Cy Poe": "ELG-1: Not in service on February 28, 2003, the day the offer commenced.",
        "H4": "Di Fox holds no option that may be tendered",
        "H5": "ELG-4: The offer is not made to holders residing in FR.",
        "Bo Rai": "alpha-2003 has no holder 'Bo Rai', neither by id nor by name; did you mean H2 Bo Ray?",
    }
    assert {name: (1, why) for name, why in refused.items()} == {
        name: run("forms", folder, "--out", out, "--holder", name) for name in refused
    }
    assert ["forms-H2.html"] == [each.name for each in out.iterdir()]


def test_an_earlier_round_leaves_no_form_of_whom_the_offer_is_not_made_to(offer, tmp_path):
    """Bo left before the opening, as HR tells now: his form is gone; a file of somebody else's stays."""
    folder, out = offer.write(), tmp_path / "forms"
    run("forms", folder, "--out", out)
    (out / "notes.html").write_text("<p>Mine.</p>")
    service = folder / "service.csv"
    service.write_text(service.read_text().replace("H2,employee,1999-01-04,", "H2,employee,1999-01-04,2003-02-27"))
    assert (0, f"Forms of 1 holder in {out}, ready to be printed\n") == run("forms", folder, "--out", out)
    assert ["forms-H1.html", "notes.html"] == sorted(each.name for each in out.iterdir())


def test_after_an_extension_the_forms_state_the_new_expiration(offer, tmp_path):
    """From the record; once the tenders are accepted there is nothing to fill in any more."""
    offer.happens("2003-03-25T10:00:00", "extend", to="2003-04-14T17:00:00", by="Board", reason="more time")
    extended = offer.play(until="2003-03-26T12:00:00").out
    assert 0 == run("forms", extended, "--out", tmp_path / "forms")[0]
    page = (tmp_path / "forms" / "forms-H1.html").read_text()
    assert 2 == page.count("before Monday, April 14, 2003 at 5:00 p.m. Eastern Standard Time (6:00 p.m. Eastern")
    assert "March 31, 2003" not in page


def test_once_the_tenders_are_accepted_no_form_is_written(tmp_path):
    """Nothing can be tendered or withdrawn any more."""
    offer = Offer(tmp_path).holder("H1", "Ann Lee").grant("G1", 1_000).tenders("F1", "2003-03-10T10:00:00", G1=1_000)
    over = offer.play(until="2003-04-02T12:00:00").out
    said = "The offer is over: what was tendered has been accepted. No form can be delivered any more"
    assert (1, said) == run("forms", over, "--out", tmp_path / "forms")
    assert not (tmp_path / "forms").exists()
