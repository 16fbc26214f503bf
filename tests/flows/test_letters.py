"""`optex letters` and `optex notice`: what is printed for whom, and what became of it, as a person tells it."""

import json

import pytest
from click.testing import CliRunner

from flows.cli import cli
from tests.offers import Offer


def run(*arguments):
    """The command as a person gives it: exit code and output, of both kinds."""
    result = CliRunner().invoke(cli, list(map(str, arguments)), standalone_mode=False)
    code = result.exit_code if result.exception is None or isinstance(result.exception, SystemExit) else 1
    return code, f"{result.stdout}{result.stderr}"


@pytest.fixture
def played(tmp_path):
    """Bo, who has no e-mail address, tendered on March 10; played up to March 12."""
    offer = Offer(tmp_path).holder("H1", "Ann Lee").grant("G1", 1000)
    offer.holder("H2", "Bo Ray", email="").grant("G2", 500).tenders("F2", "2003-03-10T11:00:00", G2=500)
    return offer.play(until="2003-03-12T20:00:00").out


def correspondence(folder):
    return json.loads(run("status", folder, "--json")[1])["correspondence"]


def test_letters_are_printed_delivered_and_not_printed_again(played, tmp_path):
    """Two letters for Bo; one is handed over; the other is left. Told twice is already recorded."""
    out = tmp_path / "print"
    assert (0, f"2 letters to 1 holder in {out}, ready to be printed\n") == run(
        "letters", played, "--unsent", "--out", out
    )
    assert [2] == [each["letters"] for each in correspondence(played)["to_be_printed"]]
    told = ("notice", "delivered", played, "--notice", "offer-opened:H2", "--on", "2003-03-03", "--how", "hand")
    assert (0, "Letter offer-opened:H2 was delivered by hand on 2003-03-03.\n") == run(*told)
    assert (0, "Already recorded: Letter offer-opened:H2 was delivered by hand on 2003-03-03.\n") == run(*told)
    mail = correspondence(played)
    assert (1, 1, 1) == (mail["sent"], mail["delivered_on_paper"], mail["to_be_printed"][0]["letters"])
    printed = json.loads(run("letters", played, "--unsent", "--out", out, "--json")[1])
    assert [
        {"file": str(out / "letters-H2.html"), "holder_id": "H2", "name": "Bo Ray", "notices": ["confirmation:F2"]}
    ] == (printed["files"])
    assert (0, f"3 letters to 2 holders in {out}, ready to be printed\n") == run("letters", played, "--out", out)


def test_a_letter_that_came_back_is_printed(played, tmp_path):
    """Ann's opening was mailed and came back; a day that has not come and a letter that is not there are refused."""
    assert 0 == run("notice", "bounced", played, "--notice", "offer-opened:H1", "--reason", "550 No such user")[0]
    assert [("offer-opened:H1", "550 No such user")] == [
        (each["notice_id"], each["reason"]) for each in correspondence(played)["bounced"]
    ]
    assert run("letters", played, "--unsent", "--out", tmp_path)[1].startswith("3 letters to 2 holders")
    code, said = run("notice", "bounced", played, "--notice", "offer-opened:H9")
    assert (1, True) == (
        code,
        said.endswith("there is no letter offer-opened:H9: `optex letters` prints their numbers\n"),
    )
    code, said = run(
        "notice", "delivered", played, "--notice", "offer-opened:H1", "--on", "2199-01-01", "--how", "mail"
    )
    assert (1, True) == (code, said.endswith("January 1, 2199 has not come yet\n"))


def test_nothing_to_print_is_said(tmp_path):
    """All were mailed: no file, exit 0."""
    played = Offer(tmp_path).holder("H1", "Ann Lee").grant("G1", 1000).play(until="2003-03-12T20:00:00").out
    assert (0, "No letter to be printed.\n") == run("letters", played, "--unsent", "--out", tmp_path / "print")
