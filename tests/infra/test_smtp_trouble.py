"""Trouble with a mail server over more than one round, over several connections, and before a letter is shown to it."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.doctor.mail import check_mail
from infra.mail import delivery
from infra.mail.delivery import DeliveryReport
from infra.mail.outbox import retry_refused
from infra.mail.pool import SmtpPool
from infra.mail.smtp import NO_ANSWER, SendStatus, SmtpSettings, WrongSettings
from infra.workspace import Workspace
from tests.infra.relay import CONTENT, CUT, GREETING, TAKES_AND_CUTS, Relay, Said
from tests.infra.test_delivery import outbox_of, send
from tests.infra.test_smtp import free_port, letter, serving
from tests.infra.test_smtp_faults import BO, answers, at, told, waiting, workspace

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
assert workspace  # the fixture


def test_a_letter_of_which_nobody_knows_twice_waits_for_a_person(workspace):
    """Handed over in two rounds, and no answer either time: it goes a third time only when a person asks for it."""
    relay = Relay(fault=at(CONTENT, TAKES_AND_CUTS, recipient=BO))
    with relay.serving() as smtp:
        here = replace(workspace, smtp=smtp)
        assert DeliveryReport(sent=2, put_off=1, why=NO_ANSWER) == send(here, smtp)
        assert DeliveryReport(refused=1, why=f"twice {NO_ANSWER}") == send(here, smtp)
        assert DeliveryReport() == send(here, smtp)
        assert [f"1 letter refused: offer-opened to M00 (twice {NO_ANSWER})."] == told(here)
        assert [1, 1, 2] == sorted(relay.taken.values())
        relay.fault = lambda said: None
        with here.write() as db:
            assert 1 == retry_refused(db)
        assert DeliveryReport(sent=1) == send(here, smtp)
    assert [1, 1, 3] == sorted(relay.taken.values())


def test_a_relay_that_is_gone_for_an_hour(workspace):
    """Twenty rounds find nobody there and say so; when it is back every letter goes, once."""
    smtp = SmtpSettings(host="127.0.0.1", port=free_port(), tls="none")
    here = replace(workspace, smtp=smtp)
    gone = f"127.0.0.1:{smtp.port} takes no mail now: Error connecting to 127.0.0.1 on port {smtp.port}"
    for _ in range(20):
        round_ = send(here, smtp)
        assert (0, 3, True) == (round_.sent, round_.put_off, round_.why.startswith(gone))
    [said] = told(here)
    assert said.startswith(f"3 letters written and not sent yet, the oldest since TODAY ({gone}")
    assert "stop" == check_mail(here).level
    relay = Relay()
    with relay.serving() as smtp:
        assert DeliveryReport(sent=3) == send(here, smtp)
    assert [1, 1, 1] == list(relay.taken.values())
    assert [] == told(here)


def test_a_relay_that_greylists_everybody_is_shown_everybody(workspace, monkeypatch):
    """Put off because it is new, none ends the round; put off again, they do."""
    monkeypatch.setattr(delivery, "BATCH", 1)
    relay = Relay(fault=at("RCPT", "451 4.7.1 Greylisted"))
    with relay.serving() as smtp:
        assert DeliveryReport(put_off=3, why="451 4.7.1 Greylisted") == send(workspace, smtp)
        assert DeliveryReport(put_off=1, why="451 4.7.1 Greylisted") == send(workspace, smtp)
        relay.fault = lambda said: None
        assert DeliveryReport(sent=3) == send(workspace, smtp)


def over_connections(relay: Relay, most: int = 8) -> list[SendStatus]:
    """What becomes of forty letters over so many connections at most."""

    async def forty() -> list[SendStatus]:
        with relay.serving() as smtp:
            async with SmtpPool(smtp, connections=most) as post:
                return [each.status for each in await post.send([letter(n) for n in range(40)])]

    return asyncio.run(forty())


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        (GREETING, "421 4.7.0 Too many connections"),
        (GREETING, CUT),
        ("EHLO", "421 4.7.0 Too many connections"),
        ("MAIL", "450 4.7.1 Too many connections"),
        ("RCPT", "421 4.7.0 Too many connections"),
        (CONTENT, "432 4.3.2 Concurrent connections limit exceeded"),
    ],
)
def test_a_server_that_takes_few_connections_has_few(database_url, verb: str, answer: str):
    """It answers to three and turns away whoever comes beyond: all letters go over these three, each once."""

    def fault(said: Said) -> str | None:
        return answer if said.verb == verb and said.connection > 3 else None

    relay = Relay(fault=fault)
    assert [SendStatus.ACCEPTED] * 40 == over_connections(relay)
    assert [1] * 40 == list(relay.taken.values())
    assert 4 <= relay.heard[GREETING] <= 8


def test_a_server_is_not_given_more_connections_than_are_set(database_url):
    """Two, however long it takes."""
    relay = Relay()
    assert [SendStatus.ACCEPTED] * 40 == over_connections(relay, most=2)
    assert 2 == relay.heard[GREETING]


@pytest.mark.parametrize("user", ["", "optex"])
def test_a_server_without_starttls_hears_of_no_letter(workspace, user: str):
    """Neither a letter nor a password goes in the clear; the letters say what is wrong."""
    relay = Relay(features=("AUTH PLAIN LOGIN",))
    with relay.serving(tls="starttls", user=user, password="s3cret") as smtp:
        assert wrong(workspace, smtp).startswith(f"127.0.0.1:{smtp.port} does not offer what OPTEX_SMTP_TLS=starttls")
    assert {GREETING, "EHLO"} >= set(relay.heard)


def wrong(workspace: Workspace, smtp: SmtpSettings) -> str:
    """Why the settings cannot work, as the round, every letter, the status and the doctor say."""
    here = replace(workspace, smtp=smtp)
    with pytest.raises(WrongSettings) as caught:
        send(here, smtp)
    why = str(caught.value)
    assert [why] * 3 == answers(here)
    assert list(waiting(3, why)) == told(here)
    doctor = check_mail(here)
    assert ("stop", why, "correct the OPTEX_SMTP_* settings") == (doctor.level, doctor.said, doctor.do)
    assert {None} == {row.claimed_at for row in outbox_of(here).values()}
    return why


def test_a_login_that_fails(workspace):
    """For good, it is the settings; for now, it is the server. No letter is shown to it."""
    relay = Relay(features=("AUTH PLAIN LOGIN",), fault=at("AUTH", "535 5.7.8 Bad credentials"))
    with relay.serving(user="optex", password="guess-w0rk") as smtp:
        where = f"127.0.0.1:{smtp.port}"
        assert f"{where} does not take OPTEX_SMTP_USER and OPTEX_SMTP_PASSWORD: 535" == wrong(workspace, smtp)
        relay.fault = at("AUTH", "454 4.7.0 Temporary failure")
        why = f"{where} takes no mail now: 454 4.7.0 Temporary failure"
        assert DeliveryReport(put_off=3, why=why) == send(workspace, smtp)
        assert 0 == relay.heard["MAIL"]
        relay.fault = at("AUTH", "235 2.7.0 Welcome")
        assert DeliveryReport(sent=3) == send(workspace, smtp)


def certificate(folder: Path, name: str = "localhost", valid: timedelta = timedelta(days=1)) -> Path:
    """A key and a certificate of a name, signed by itself, from two days ago."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + valid)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


class Heard:
    """Keeps the commands that come after encryption, and the letters."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.heard.append(address)
        envelope.mail_from = address
        return "250 OK"


@contextmanager
def encrypted(file: Path, tls: str) -> Iterator[tuple[Heard, SmtpSettings]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    how = {"tls_context" if tls == "starttls" else "ssl_context": context}
    with serving(handler := Heard(), **how) as controller:
        yield handler, SmtpSettings(host="localhost", port=controller.port, tls=tls, timeout=5.0)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("made", "trusted", "why"),
    [
        (lambda folder: certificate(folder), False, "self-signed certificate"),
        (lambda folder: certificate(folder, valid=-timedelta(days=1)), True, "certificate has expired"),
        (lambda folder: certificate(folder, "mail.alpha.example"), True, "certificate is not valid for 'localhost'"),
    ],
    ids=["self-signed", "expired", "of another name"],
)
def test_a_certificate_that_proves_nothing(
    workspace, tmp_path, monkeypatch, tls: str, made: Callable[[Path], Path], trusted: bool, why: str
):
    """A server that cannot prove who it is hears of no letter: round, letters, status and doctor say why."""
    file = made(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with encrypted(file, tls) as (server, smtp):
        said = wrong(workspace, smtp)
    assert (True, True) == (said.startswith(f"no safe connection to localhost:{smtp.port}: "), why in said), said
    assert [] == server.heard
