"""`optex mail`: letters as they will look, and a test message by the server of the settings."""

import email
import json
import socket
from contextlib import contextmanager
from email import policy

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner

from flows.cli import cli
from optex.notices import Kind
from tests.offers import Offer

TO = "operations@alpha.example"


def run(*arguments, **settings):
    """The command as a person gives it: exit code, and what it says or is refused for."""
    result = CliRunner().invoke(cli, list(map(str, arguments)), standalone_mode=False, env=settings)
    refused = result.exception if result.exception and not isinstance(result.exception, SystemExit) else ""
    return getattr(refused, "exit_code", result.exit_code), f"{result.stdout}{result.stderr}{refused}"


@pytest.fixture
def offer(tmp_path):
    """Ann tenders 600 of 1,000 on March 10; Cy is not in service when the offer commences."""
    offer = Offer(tmp_path).holder("H1", "Ann Lee").grant("G1", 1_000).tenders("F1", "2003-03-10T10:00:00", G1=600)
    return offer.holder("H2", "Bo Ray").grant("G2", 500).holder("H3", "Cy Poe", until="2003-01-31").grant("G3", 700)


def preview(folder, out, *more):
    code, said = run("mail", "preview", folder, "--out", out, "--json", *more)
    assert 0 == code, said
    return {each["kind"]: each for each in json.loads(said)["letters"]}


def test_every_letter_is_previewed_and_nothing_is_begun(offer, tmp_path):
    """HTML and text of each kind, the forms, and an index that leads to all of them; no books, no mail."""
    folder, out = offer.write(), tmp_path / "preview"
    shown = preview(folder, out)
    assert list(Kind) == list(shown)
    files = {file for each in shown.values() for file in each["files"]}
    assert {f"{kind}.{form}" for kind in Kind for form in ("html", "txt")} < files
    assert {"election-form.html", "notice-to-change-election.html"} < files
    assert files | {"index.html"} == {each.name for each in out.iterdir()}
    index = (out / "index.html").read_text()
    assert [] == [file for file in files if f'href="{file}"' not in index]
    assert {True} == {each["specimen"] for each in shown.values()}
    assert not (folder / ".optex").exists()


def test_a_preview_has_the_holder_s_own_options_and_form(offer, tmp_path):
    """Ann's from the folder's files: 600 of G1; what else is supposed is said, and stands in the index."""
    out = tmp_path / "preview"
    shown = preview(offer.write(), out, "--holder", "ann")
    assert "Dear Ann Lee:" in (out / "acceptance-and-promise.txt").read_text()
    assert "600 shares" in (out / "acceptance-and-promise.txt").read_text()
    assert ("the options of Ann Lee", "", False) == tuple(
        shown["confirmation-of-receipt"][key] for key in ("of", "supposes", "specimen")
    )
    assert "Made of the options of Ann Lee; supposes acceptance on the planned day." in (out / "index.html").read_text()
    assert "To Ann Lee (H1), from the folder&#39;s files." in (out / "index.html").read_text()


def test_a_preview_of_an_offer_on_record_is_made_from_the_record(offer, tmp_path):
    """The expiration as extended, not as the file has it; and nothing is queued by it."""
    offer.happens("2003-03-12T10:00:00", "extend", to="2003-04-14T17:00:00", by="Board", reason="more time")
    played = offer.play(until="2003-03-13T12:00:00")
    before = played.bytes(), sorted(path.name for path in (played.out / "mail").iterdir())
    code, said = run("mail", "preview", played.out, "--holder", "Bo", "--kind", "reminder", "--out", tmp_path / "p")
    assert (0, ["To Bo Ray (H2), from the record.", "reminder: the options of Bo Ray"]) == (
        code,
        said.splitlines()[:2],
    )
    assert "April 14, 2003" in (tmp_path / "p" / "reminder.txt").read_text()
    assert {"index.html", "reminder.html", "reminder.txt"} == {each.name for each in (tmp_path / "p").iterdir()}
    assert before == (played.bytes(), sorted(path.name for path in (played.out / "mail").iterdir()))


def test_whom_no_letter_goes_to_gets_specimens(offer, tmp_path):
    """Cy may not tender: the output says so of each letter."""
    shown = preview(offer.write(), tmp_path / "preview", "--holder", "H3")
    assert {
        "made-up options of nobody in particular, for Cy Poe may not tender: Not in service on February 28, 2003, the "
        "day the offer commenced."
    } == {each["of"] for each in shown.values()}


def test_an_unknown_holder_or_kind(offer, tmp_path):
    """Whoever comes close is named (exit 1); the kinds are listed (exit 2)."""
    folder = offer.write()
    code, said = run("mail", "preview", folder, "--holder", "Ann Leigh", "--out", tmp_path / "p")
    assert (1, "alpha-2003 has no holder 'Ann Leigh', neither by id nor by name; did you mean H1 Ann Lee?") == (
        code,
        said,
    )
    code, said = run("mail", "preview", folder, "--kind", "remainder", "--out", tmp_path / "p")
    assert 2 == code
    assert "'offer-opened', 'reminder', 'confirmation-of-receipt'" in said
    assert not (tmp_path / "p").exists()


def test_a_preview_in_the_offer_s_own_words(offer, tmp_path):
    """The folder's templates are used; one that cannot be written is named, and the others are there (exit 1)."""
    folder = offer.write()
    (folder / "templates").mkdir()
    (folder / "templates" / "termination.j2").write_text("Ended, dear {{ holder.name }}")
    (folder / "templates" / "grant.j2").write_text("{{ nothing_of_that_name }}")
    code, said = run("mail", "preview", folder, "--holder", "H1", "--out", tmp_path / "p")
    assert 1 == code
    assert (
        "Not written: the templates of grant: 'nothing_of_that_name' is undefined (templates/grant.j2, line 1)" in said
    )
    assert "Ended, dear Ann Lee\n" == (tmp_path / "p" / "termination.html").read_text()
    assert "Not written" in (tmp_path / "p" / "index.html").read_text()


class Server:
    """A mail server that takes what it is sent, but not to nobody."""

    def __init__(self):
        self.taken = []

    async def handle_RCPT(self, server, session, envelope, recipient, options):
        if recipient.startswith("nobody"):
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(recipient)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 2.0.0 Queued as 4711"


@contextmanager
def serving():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server, {"OPTEX_SMTP_HOST": "127.0.0.1", "OPTEX_SMTP_PORT": str(port), "OPTEX_SMTP_TLS": "none"}
    finally:
        controller.stop()


def test_a_test_message_goes_by_the_server_of_the_settings(offer):
    """One message with its subject, from the contact of the offer; the server's answer is told; no books are begun."""
    folder = offer.write()
    with serving() as (server, settings):
        code, said = run("mail", "test", folder, "--to", TO, **settings)
    where = f"127.0.0.1:{settings['OPTEX_SMTP_PORT']}"
    assert (0, True) == (code, said.startswith(f"{where} took the test message to {TO}, from ")), said
    assert said.endswith("It answered: 250 2.0.0 Queued as 4711\n")
    [message] = server.taken
    assert ("Test of the mail of alpha-2003", TO) == (message["Subject"], message["To"])
    assert "James Polakiewicz <options@alpha.example>" == message["From"]
    assert "nothing is asked of you" in " ".join(message.get_body(("plain",)).get_content().split())
    assert not (folder / ".optex").exists()


def test_a_test_message_that_is_refused_says_why(offer):
    """A recipient that the server does not know, and no server at all: exit 1. No address: exit 2."""
    folder = offer.write()
    with serving() as (_, settings):
        where = f"127.0.0.1:{settings['OPTEX_SMTP_PORT']}"
        assert (1, f"{where} did not take the test message, for good: 550 5.1.1 No such user") == run(
            "mail", "test", folder, "--to", "nobody@alpha.example", **settings
        )
    code, said = run("mail", "test", folder, "--to", TO, **settings)
    assert (1, True) == (code, said.startswith(f"{where} did not take the test message, for now: {where} takes no"))
    code, said = run("mail", "test", folder, "--to", "operations@", **settings)
    assert (2, True) == (code, said.startswith("'operations@' is not an e-mail address"))


def test_without_a_server_the_test_message_is_kept_and_that_is_said(offer):
    """Nothing leaves the machine; the record has no letter of it."""
    played = offer.play(until="2003-03-12T12:00:00")
    before = played.ledger("notices")
    code, said = run("mail", "test", played.out, "--to", TO)
    assert (0, True) == (code, said.startswith("OPTEX_SMTP_HOST is not set: nothing left this machine."))
    [kept] = (played.out / "mail").glob("*-mail-test-operations-*.eml")
    assert f"Kept as {kept.name}" in said
    run("export", played.out, "--out", played.out)
    assert before == played.ledger("notices")
