"""Composed messages, read back with the standard library's own parser."""

import email
import re
from datetime import UTC, datetime, timedelta, timezone
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.mail.message import BadAddress, Enclosure, address, compose, message_id

SENT = datetime(2003, 3, 31, 17, 0, tzinfo=timezone(timedelta(hours=-5)))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def composed(**changes: object) -> bytes:
    fields = {
        "sender": "Stock Plan <plan@alpha.example>",
        "to_name": "Zoë O'Brien",
        "to_email": "zoe@x.example",
        "subject": "10 business days left",
        "text": "Dear Zoë:\n",
        "html": "<p>Dear Zoë:</p>\n",
        "message_id": "<abc@alpha.example>",
        "date": SENT,
        **changes,
    }
    return compose(**fields)


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def one_line(text: str) -> str:
    return re.sub(r"[\x00-\x20\x7f\x85\u2028\u2029]+", " ", text).strip()


def test_headers_say_who_what_and_when():
    """Sender, addressee, subject, the date with its zone, and that no person wrote it just now."""
    message = parsed(composed(kind="reminder", reply_to="J. P. <jp@alpha.example>"))
    assert message["From"] == "Stock Plan <plan@alpha.example>"
    assert message["Reply-To"].addresses[0].addr_spec == "jp@alpha.example"
    assert message["To"].addresses[0].display_name == "Zoë O'Brien"
    assert message["To"].addresses[0].addr_spec == "zoe@x.example"
    assert message["Subject"] == "10 business days left"
    assert message["Message-ID"] == "<abc@alpha.example>"
    assert message["Date"] == "Mon, 31 Mar 2003 17:00:00 -0500"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Optex-Kind"] == "reminder"


def test_text_and_html_are_alternatives():
    """One message carries both versions, text first, for the reader's program to choose."""
    message = parsed(composed())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content() == "Dear Zoë:\r\n"
    assert message.get_body(("html",)).get_content() == "<p>Dear Zoë:</p>\r\n"
    assert message.defects == []


def test_the_same_letter_is_the_same_bytes():
    """Nothing random and no clock goes into a message."""
    assert composed() == composed()


def test_what_is_enclosed_is_attached_beside_the_letter():
    """Letter and documents side by side, the letter still in both versions; the same bytes each time."""
    forms = [
        Enclosure(title="A", name="a.html", html="<p>Zoë</p>\n"),
        Enclosure(title="B", name="b.html", html="<p>=_</p>\n"),
    ]
    content = composed(enclosed=forms)
    message = parsed(content)
    assert content == composed(enclosed=forms)
    assert message.get_content_type() == "multipart/mixed"
    assert message.get_body(("plain",)).get_content() == "Dear Zoë:\r\n"
    assert message.get_body(("html",)).get_content() == "<p>Dear Zoë:</p>\r\n"
    assert [("a.html", "<p>Zoë</p>\r\n"), ("b.html", "<p>=_</p>\r\n")] == [
        (each.get_filename(), each.get_content()) for each in message.iter_attachments()
    ]
    assert [part.defects for part in message.walk()] == [[]] * 6


@given(text=TEXT, html=TEXT)
@example(text="x" * 75 + " \n" + "y" * 74 + "\t\n", html=" \n")
@example(text=".\n..\n.x\nFrom here\n", html="a " * 300 + "\n \n\t\n")
@example(text="", html="x" * 5_000)
def test_bodies_survive(text: str, html: str):
    """Whatever a letter says comes out as it went in, sent as short lines of ASCII that end in CRLF."""
    content = composed(text=text, html=html)
    message = parsed(content)
    assert max(map(len, content.split(b"\r\n"))) <= 76
    assert re.findall(rb"[^\r]\n|\r[^\n]|[\x80-\xff\x00]", content) == []
    for kind, sent in (("plain", text), ("html", html)):
        lines = re.split(r"\r\n|\r|\n", sent)
        whole = "\r\n".join(lines if lines[-1] == "" else [*lines, ""]) or "\r\n"
        assert whole.encode() == message.get_body((kind,)).get_payload(decode=True)


@given(subject=TEXT)
@example(subject="Options\r\nBcc: everyone@x.example")
@example(subject="=?utf-8?q?not_an_encoded_word?=")
@example(subject="word " * 60)
@example(subject="x" * 300)
@example(subject="Ünïcödé " * 30)
def test_subjects_survive(subject: str):
    """Any subject comes out as one line of the same words, and can start no header of its own."""
    content = composed(subject=subject)
    head = content.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
    expected = [b"Content-Type", b"MIME-Version", b"Date", b"From", b"To", b"Subject", b"Message-ID", b"Auto-Submitted"]
    assert expected == names
    raw = email.message_from_bytes(content, policy=policy.compat32)["Subject"]
    assert one_line(subject) == str(make_header(decode_header(re.sub(r"\r\n(?= )", "", raw))))
    assert max(map(len, head.split(b"\r\n"))) <= 76


@given(name=TEXT)
@example(name='Bobby "The Option" O\\Brien, Jr. <x@y.example>')
@example(name="Evil\r\nBcc: everyone@x.example")
@example(name="陳大文")
@example(name="=?utf-8?q?x?=")
@example(name="A name of a good many words that fill more than a line of a header field can hold")
def test_names_survive(name: str):
    """Any name comes out as it was, one line of it, and never changes whom the letter goes to."""
    content = composed(to_name=name)
    to = email.message_from_bytes(content, policy=policy.compat32)["To"]
    [(raw, wire)] = email.utils.getaddresses([re.sub(r"\r\n(?= )", "", to)])
    assert wire == "zoe@x.example"
    assert one_line(name) == str(make_header(decode_header(raw)))
    assert parsed(content)["Bcc"] is None
    assert [each.addr_spec for each in parsed(content)["To"].addresses] == ["zoe@x.example"]


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ("a.b+c@x.example", "a.b+c@x.example"),
        (" a@x.example ", "a@x.example"),
        ("zoe@bücher.example", "zoe@xn--bcher-kva.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_addresses_taken(given: str, wire: str):
    """An ordinary address is taken, a domain in another script in its ASCII form."""
    assert wire == address(given)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "zoe",
        "@x.example",
        "zoe@",
        "a@x\r\nRCPT TO:<b@y>",
        "a b@x.example",
        "a@x.example>",
        "zoë@x.example",
        "a@..b",
        f"{'a' * 65}@x.example",
        f"a@{'b' * 300}.example",
        '"ann lee"@x.example',
        "a..b@x.example",
        "a@-x.example",
        "zoe@straße.example",
    ],
)
def test_addresses_refused(given: str):
    """What SMTP could not carry, or would read as a command, is refused."""
    with pytest.raises(BadAddress):
        composed(to_email=given)


def test_a_date_without_a_zone_is_refused():
    """No naive datetime goes into a message (CAL-3)."""
    with pytest.raises(ValueError, match="zone"):
        composed(date=datetime(2003, 3, 31, 17))  # noqa: DTZ001 - that it is naive is what is refused


def test_message_ids_are_the_notices_own():
    """The same notice has the same Message-ID, another offer or notice a different one, and none shows its key."""
    own = message_id("alpha-2003", "grant:H-017", "alpha.example")
    assert own == message_id("alpha-2003", "grant:H-017", "alpha.example")
    others = {
        message_id("alpha-2004", "grant:H-017", "alpha.example"),
        message_id("alpha-2003", "grant:H-018", "alpha.example"),
    }
    assert own not in others
    assert re.fullmatch(r"<[0-9a-f]{40}@alpha\.example>", own)
    assert parsed(composed(message_id=own, date=datetime(2003, 4, 1, tzinfo=UTC)))["Message-ID"] == own
