"""Letters over real SMTP on loopback: to the sink, and to servers that refuse, stall, hang up or want a password."""

import asyncio
import email
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.mail.message import compose
from infra.mail.pool import SmtpPool, send
from infra.mail.sink import Sink
from infra.mail.smtp import OutgoingMessage, SendStatus, SmtpSettings, Unsendable, WrongSettings

SENDER = "plan@alpha.example"


def letter(number: int, recipient: str = "zoe@x.example", name: str = "Zoë O'Brien", day: int = 31) -> OutgoingMessage:
    content = compose(
        sender=f"Stock Plan <{SENDER}>",
        to_name=name,
        to_email=recipient,
        subject=f"Reminder {number}",
        text=f"Dear Zoë:\n.\n..two dots\nNumber {number}\n",
        html=f"<p>Dear Zoë: {number}</p>\n",
        message_id=f"<{number}@alpha.example>",
        date=datetime(2003, 3, day, 22, tzinfo=UTC),
        kind="reminder",
    )
    return OutgoingMessage(notice_id=f"reminder:{number}", sender=SENDER, recipient=recipient, compose=lambda: content)


class Server:
    """A mail server that answers as the recipient's name tells it to."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.seen: list[str] = []

    async def handle_RCPT(self, server, session, envelope, recipient, options):
        self.seen.append(recipient)
        if recipient.startswith("nobody"):
            return "550 5.1.1 No such user"
        if recipient.startswith("busy"):
            return "451 4.7.1 Greylisted, try again"
        if recipient.startswith("hangup") or (recipient.startswith("once") and self.seen.count(recipient) == 1):
            server.transport.abort()
        if recipient.startswith("tired") and self.seen.count(recipient) == 1:
            return "421 4.3.2 Closing"
        envelope.rcpt_tos.append(recipient)
        return "250 OK"

    async def handle_MAIL(self, server, session, envelope, sender, options):
        if sender.startswith("stranger"):
            return "553 5.7.1 Not your address"
        envelope.mail_from = sender
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if b"Subject: Reminder 13\r\n" in envelope.content:
            return "554 5.6.0 Not this content"
        self.taken.append(envelope)
        return "250 2.0.0 Queued"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def serving(handler: Server, **settings) -> Iterator[Controller]:
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **settings)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def plain(controller: Controller, **settings) -> SmtpSettings:
    return SmtpSettings(host="127.0.0.1", port=controller.port, **{"tls": "none", "timeout": 5.0, **settings})


def delivered(
    letters: list[OutgoingMessage], smtp: SmtpSettings, connections: int = 2
) -> list[tuple[str, SendStatus, str]]:
    outcomes = asyncio.run(send(letters, smtp, connections=connections))
    return [(outcome.notice_id, outcome.status, outcome.answer) for outcome in outcomes]


def test_the_sink_keeps_every_message_as_it_was_sent(tmp_path: Path):
    """What lies in mail/ is byte for byte what was composed, dots at the start of lines included."""
    letters = [letter(n) for n in range(20)]
    with Sink(tmp_path / "mail") as sink:
        outcomes = asyncio.run(send(letters, sink.smtp))
    assert [SendStatus.ACCEPTED] * 20 == [outcome.status for outcome in outcomes]
    assert [each.notice_id for each in letters] == [outcome.notice_id for outcome in outcomes]
    kept = {path.read_bytes() for path in (tmp_path / "mail").iterdir()}
    assert {each.compose() for each in letters} == kept
    [first] = (path for path in (tmp_path / "mail").glob("*.eml") if b"<0@alpha.example>" in path.read_bytes())
    message = email.message_from_bytes(first.read_bytes(), policy=policy.default)
    assert message.get_body(("plain",)).get_content() == "Dear Zoë:\r\n.\r\n..two dots\r\nNumber 0\r\n"


def test_the_files_are_named_for_people(tmp_path: Path):
    """A file name tells date, kind and addressee, whatever script the name is in, and leaves no drafts behind."""
    letters = [
        letter(1),
        letter(2, name="陳大文", recipient="chan.t@x.example"),
        letter(3, name='A "quoted", /../ name'),
        letter(4, name="Zoë " * 40),
    ]
    with Sink(tmp_path) as sink:
        asyncio.run(send(letters, sink.smtp, connections=1))
    names = sorted(path.name.rpartition("-")[0] for path in tmp_path.iterdir())
    assert [
        "2003-03-31-reminder-a-quoted-name",
        "2003-03-31-reminder-chan-t",
        "2003-03-31-reminder-zoe-o-brien",
        "2003-03-31-reminder-zoe-zoe-zoe-zoe-zoe-zoe-zoe-zoe-zoe-zoe",
    ] == names


def test_a_resend_leaves_one_file(tmp_path: Path):
    """The same Message-ID sent again, on another day and to a sink opened anew, takes the place of its file."""
    with Sink(tmp_path) as sink:
        asyncio.run(send([letter(1), letter(1), letter(2)], sink.smtp))
    with Sink(tmp_path) as sink:
        asyncio.run(send([letter(1, day=30)], sink.smtp))
    names = sorted(path.name.rpartition("-")[0] for path in tmp_path.iterdir())
    assert ["2003-03-30-reminder-zoe-o-brien", "2003-03-31-reminder-zoe-o-brien"] == names


def test_a_sink_that_cannot_keep_says_try_later(tmp_path: Path):
    """When the folder is gone the message is not acknowledged: it stays in the outbox."""
    with Sink(tmp_path / "mail") as sink:
        (tmp_path / "mail").rmdir()
        [(_, status, answer)] = delivered([letter(1)], sink.smtp)
    assert status is SendStatus.LATER
    assert answer == "451 4.3.0 Not kept: No such file or directory"


def test_the_sink_opens_in_async_code_too(tmp_path: Path):
    """`async with` works as `with` does, and a closed sink has no address."""

    async def play() -> list[SendStatus]:
        async with Sink(tmp_path) as sink:
            return [outcome.status for outcome in await send([letter(1)], sink.smtp)]

    assert [SendStatus.ACCEPTED] == asyncio.run(play())
    with pytest.raises(RuntimeError, match="not open"):
        _ = Sink(tmp_path).smtp


def test_one_bad_recipient_stops_nobody():
    """Each letter has its own outcome with the server's answer, in the order of the letters."""
    server = Server()
    letters = [letter(1), letter(2, "nobody@x.example"), letter(3, "busy@x.example"), letter(13), letter(5)]
    with serving(server) as controller:
        outcomes = delivered(letters, plain(controller))
    assert [
        ("reminder:1", SendStatus.ACCEPTED, "250 2.0.0 Queued"),
        ("reminder:2", SendStatus.REFUSED, "550 5.1.1 No such user"),
        ("reminder:3", SendStatus.LATER, "451 4.7.1 Greylisted, try again"),
        ("reminder:13", SendStatus.REFUSED, "554 5.6.0 Not this content"),
        ("reminder:5", SendStatus.ACCEPTED, "250 2.0.0 Queued"),
    ] == outcomes
    assert [SENDER] * 2 == [envelope.mail_from for envelope in server.taken]


def test_recipients_reach_the_server_as_addresses_only():
    """A domain in another script goes out in its ASCII form; what is no address never reaches the server."""
    server = Server()
    good, bad = letter(1, "zoe@bücher.example"), letter(2)
    bad = OutgoingMessage(
        notice_id="x", sender=SENDER, recipient="a@x.example>\r\nRCPT TO:<b@y.example", compose=bad.compose
    )
    with serving(server) as controller:
        outcomes = delivered([bad, good], plain(controller), connections=1)
    assert [SendStatus.REFUSED, SendStatus.ACCEPTED] == [status for _, status, _ in outcomes]
    assert ["zoe@xn--bcher-kva.example"] == server.seen


def test_a_letter_that_cannot_be_composed_keeps_no_other_waiting():
    """What is wrong with it is its answer, and the letters after it go."""

    def compose() -> bytes:
        raise Unsendable("the template reminder.j2: 'x' is undefined")

    wrong = OutgoingMessage(notice_id="x", sender=SENDER, recipient="zoe@x.example", compose=compose)
    with serving(Server()) as controller:
        outcomes = delivered([wrong, letter(1)], plain(controller), connections=1)
    assert [
        ("x", SendStatus.REFUSED, "the template reminder.j2: 'x' is undefined"),
        ("reminder:1", SendStatus.ACCEPTED, "250 2.0.0 Queued"),
    ] == outcomes


def test_a_mistake_of_ours_hides_nothing_that_was_sent():
    """Composing fails as nobody foresaw: the error is told, and the letters that the server took are known."""
    wrong = OutgoingMessage(notice_id="x", sender=SENDER, recipient="zoe@x.example", compose=lambda: bytes(1 // 0))

    async def broken_off(smtp: SmtpSettings) -> dict[str, SendStatus]:
        async with SmtpPool(smtp, connections=2) as post:
            with pytest.raises(ZeroDivisionError):
                await post.send([letter(1), wrong, letter(2)])
            return {notice_id: outcome.status for notice_id, outcome in post.outcomes.items()}

    with serving(Server()) as controller:
        outcomes = asyncio.run(broken_off(plain(controller)))
    assert {"reminder:1": SendStatus.ACCEPTED, "x": SendStatus.LATER, "reminder:2": SendStatus.ACCEPTED} == outcomes


def test_a_sender_refused_is_not_the_holders_fault():
    """A server that does not take our sender refuses nobody for good: the letter may go once that is set right."""
    wrong = OutgoingMessage(
        notice_id="x", sender="stranger@y.example", recipient="zoe@x.example", compose=letter(1).compose
    )
    with serving(Server()) as controller:
        assert [("x", SendStatus.LATER, "553 5.7.1 Not your address")] == delivered([wrong], plain(controller))


@pytest.mark.parametrize("recipient", ["once@x.example", "tired@x.example"])
def test_a_lost_connection_is_opened_again(recipient: str):
    """Hung up on, or told 421, the sender connects once more and the letter goes."""
    server = Server()
    with serving(server) as controller:
        outcomes = delivered([letter(1), letter(2, recipient), letter(3)], plain(controller), connections=1)
    assert [SendStatus.ACCEPTED] * 3 == [status for _, status, _ in outcomes]
    assert ["zoe@x.example", recipient, recipient, "zoe@x.example"] == server.seen


def test_a_letter_that_costs_the_connection_twice_waits():
    """The letter on which the server hangs up each time is left for later; the next ones go."""
    with serving(Server()) as controller:
        outcomes = delivered([letter(1, "hangup@x.example"), letter(2)], plain(controller), connections=1)
    assert [SendStatus.LATER, SendStatus.ACCEPTED] == [status for _, status, _ in outcomes]


def test_connections_are_kept_and_reused():
    """Forty letters in two rounds go over two connections, not forty."""
    server = Server()
    peers = set()

    async def rounds(smtp: SmtpSettings) -> None:
        async with SmtpPool(smtp, connections=2) as post:
            for _ in range(2):
                outcomes = await post.send([letter(n) for n in range(100, 120)])
                assert {SendStatus.ACCEPTED} == {outcome.status for outcome in outcomes}

    original = server.handle_DATA

    async def remember(smtp_server, session, envelope):
        peers.add(session.peer)
        return await original(smtp_server, session, envelope)

    server.handle_DATA = remember
    with serving(server) as controller:
        asyncio.run(rounds(plain(controller)))
    assert len(server.taken) == 40
    assert len(peers) == 2


def test_no_server_means_later():
    """Where nothing listens every letter waits, with the reason, and nothing is raised."""
    smtp = SmtpSettings(host="127.0.0.1", port=free_port(), tls="none", timeout=5.0)
    outcomes = delivered([letter(1), letter(2)], smtp)
    assert [SendStatus.LATER] * 2 == [status for _, status, _ in outcomes]
    assert outcomes[0][2].startswith(f"127.0.0.1:{smtp.port} takes no mail now")
    assert [] == delivered([], smtp)


def test_a_silent_server_means_later():
    """A server that accepts the connection and says nothing costs the timeout, not the offer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        smtp = SmtpSettings(host="127.0.0.1", port=silent.getsockname()[1], tls="none", timeout=0.2)
        assert [SendStatus.LATER] == [status for _, status, _ in delivered([letter(1)], smtp)]


def test_mail_in_the_clear_is_for_loopback_only():
    """`none` to another machine is refused before anything is opened."""
    with pytest.raises(WrongSettings, match="in the clear"):
        delivered([letter(1)], SmtpSettings(host="mail.alpha.example", port=25, tls="none"))


def test_starttls_is_required_where_set():
    """A server that does not offer encryption gets no letter: the settings are wrong, and say so."""
    with serving(Server()) as controller, pytest.raises(WrongSettings, match="OPTEX_SMTP_TLS=starttls"):
        delivered([letter(1)], plain(controller, tls="starttls"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for `localhost`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


class Guard:
    """Knows one user."""

    def __call__(self, server, session, envelope, mechanism, data) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"optex", b"s3cret")
        return AuthResult(success=known, handled=False)


def test_login_over_starttls(certificate: Path, monkeypatch: pytest.MonkeyPatch):
    """Encrypted first, then logged in; a wrong password is a matter of settings, and is not shown."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = Server()
    settings = {"tls_context": _context(certificate), "authenticator": Guard(), "auth_required": True}
    with serving(server, **settings) as controller:
        smtp = SmtpSettings(host="localhost", port=controller.port, user="optex", password="s3cret", timeout=5.0)
        assert [SendStatus.ACCEPTED] == [status for _, status, _ in delivered([letter(1)], smtp)]
        wrong = SmtpSettings(host="localhost", port=controller.port, user="optex", password="guess-w0rk", timeout=5.0)
        with pytest.raises(WrongSettings, match="OPTEX_SMTP_PASSWORD") as caught:
            delivered([letter(2)], wrong)
    assert "guess-w0rk" not in f"{caught.value!r} {wrong!r}"
    assert len(server.taken) == 1


def test_tls_from_the_first_byte(certificate: Path, monkeypatch: pytest.MonkeyPatch):
    """`tls` speaks to a server that is encrypted from the start."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = Server()
    with serving(server, ssl_context=_context(certificate)) as controller:
        smtp = SmtpSettings(host="localhost", port=controller.port, tls="tls", timeout=5.0)
        assert [SendStatus.ACCEPTED] == [status for _, status, _ in delivered([letter(1)], smtp)]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_an_unknown_certificate_is_refused(certificate: Path, tls: str):
    """A server that cannot prove who it is gets no letter and no password."""
    server = Server()
    settings = {"tls_context": _context(certificate)} if tls == "starttls" else {"ssl_context": _context(certificate)}
    with serving(server, **settings) as controller:
        smtp = SmtpSettings(host="localhost", port=controller.port, tls=tls, timeout=5.0)
        with pytest.raises(WrongSettings, match="no safe connection"):
            delivered([letter(1)], smtp)
    assert server.taken == []
