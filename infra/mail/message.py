"""Composition: a letter becomes the bytes of a message with text and HTML side by side, the same every time."""

import hashlib
import re
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from typing import Any

from optex.errors import OptexError
from optex.mail_address import on_the_wire

_CONTROLS = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
_POLICY = compat32.clone(linesep="\r\n", max_line_length=76)
_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP  # a letter can be read in its source, too


class BadAddress(OptexError):
    """No letter can be sent to or from this address: correct it in holders.csv, or in OPTEX_MAIL_FROM."""


def message_id(offer: str, notice_id: str, domain: str) -> str:
    """The Message-ID of a notice: the same whenever it is sent, and nothing of its key can be read from it."""
    digest = hashlib.sha256(f"{offer}\n{notice_id}".encode()).hexdigest()
    return f"<{digest[:40]}@{domain}>"


@lru_cache(maxsize=64)
def mailbox(text: str) -> tuple[str, str]:
    """Name and address of a sender written as `Stock Plan <plan@issuer.example>` or as the address alone."""
    name, found = parseaddr(text)
    return name, address(found or text)


def address(text: str) -> str:
    """The address as it goes onto the wire, its domain in ASCII; BadAddress where SMTP could not carry it."""
    wire = on_the_wire(text.strip())
    if not wire:
        raise BadAddress(f"{text!r} is not an e-mail address that a letter can be sent to")
    return wire


def compose(
    *,
    sender: str,
    to_name: str,
    to_email: str,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    date: datetime,
    kind: str = "",
    reply_to: str = "",
) -> bytes:
    """One message with the text and the HTML as alternatives: CRLF and ASCII only, so that any server takes it.

    Names and subjects may hold anything: line breaks and control characters become spaces. `kind` goes into
    X-Optex-Kind. BadAddress for an address that SMTP cannot carry; ValueError for a naive date.
    """
    if date.tzinfo is None:
        raise ValueError("the date of a message must know its zone")
    # Not random, so that a letter is the same bytes each time; quoted-printable writes no `=_`, so no part holds it.
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
    parts = [_part(text, "plain"), _part(html, "html")]
    message: Message[Any, Any] = MIMEMultipart("alternative", boundary, parts, policy=_POLICY)
    message["Date"] = format_datetime(date)
    message["From"] = _person("From", *mailbox(sender))
    if reply_to:
        message["Reply-To"] = _person("Reply-To", *mailbox(reply_to))
    message["To"] = _person("To", to_name, address(to_email))
    message["Subject"] = _words("Subject", subject)
    message["Message-ID"] = _one_line(message_id)
    message["Auto-Submitted"] = "auto-generated"
    if kind:
        message["X-Optex-Kind"] = _words("X-Optex-Kind", kind)
    return message.as_bytes()


def _part(content: str, subtype: str) -> MIMEText:
    lines = re.sub(r"\r\n?", "\n", content)
    whole = lines if lines.endswith("\n") else f"{lines}\n"
    return MIMEText(whole, subtype, _UTF8, policy=_POLICY)  # type: ignore[arg-type] # a Charset does as well as its name


def _person(header: str, name: str, wire: str) -> Header:
    name = _one_line(name)
    if _is_plain(name):
        return Header(formataddr((name, wire)), header_name=header)
    person = Header(name, "utf-8", header_name=header)
    person.append(f"<{wire}>", "us-ascii")
    return person


def _words(header: str, text: str) -> Header:
    text = _one_line(text)
    return Header(text, None if _is_plain(text) else "utf-8", header_name=header)


def _is_plain(text: str) -> bool:
    """Whether a header can say it as it is: nothing that reads as an encoded word, nothing too long for a line."""
    return text.isascii() and "=?" not in text and max(map(len, text.split(" "))) <= 60


def _one_line(text: str) -> str:
    return _CONTROLS.sub(" ", text).strip()
