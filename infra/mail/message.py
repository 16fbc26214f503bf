"""Composition: a letter becomes the bytes of a message with text and HTML side by side, the same every time."""

import hashlib
import re
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import Message
from email.policy import Compat32
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from typing import Any

from optex.errors import OptexError
from optex.mail_address import on_the_wire

_CONTROLS = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
_BLANK_BEYOND = re.compile("^(.{74,})(=20|=09)$", re.MULTILINE)


class _Wire(Compat32):
    """Lines as SMTP has them; a header that fits its line is not folded, which the library takes long to find out."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if isinstance(value, str) and value.isascii() and value.isprintable() and len(name) + len(value) < 74:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Wire(linesep="\r\n", max_line_length=76)


class BadAddress(OptexError):
    """No letter can be sent to or from this address: correct it in holders.csv, or in OPTEX_MAIL_FROM."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Enclosure:
    """A document that goes with a letter, as HTML; `name` is that of a file, in plain ASCII."""

    title: str
    name: str
    html: str


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
    enclosed: Sequence[Enclosure] = (),
) -> bytes:
    """One message with the text and the HTML as alternatives: CRLF and ASCII only, so that any server takes it.

    What is `enclosed` is attached to them. Names and subjects may hold anything: line breaks and control characters
    become spaces. `kind` goes into X-Optex-Kind. BadAddress for an address that SMTP cannot carry; ValueError for a
    naive date.
    """
    if date.tzinfo is None:
        raise ValueError("the date of a message must know its zone")
    message = _together("alternative", message_id, [_part("plain", text), _part("html", html)])
    if enclosed:
        message = _together("mixed", f"{message_id}\nenclosed", [message, *map(_attached, enclosed)])
    message["MIME-Version"] = "1.0"
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


def _together(subtype: str, key: str, parts: "Sequence[Message[Any, Any]]") -> "Message[Any, Any]":
    """Parts as one message, or as one part of another."""
    # Not random, so that a letter is the same bytes each time; quoted-printable writes no `=_`, so no part holds it.
    boundary = f"=_{hashlib.sha256(key.encode()).hexdigest()[:32]}"
    together: Message[Any, Any] = Message(policy=_POLICY)
    together["Content-Type"] = f'multipart/{subtype}; boundary="{boundary}"'
    for part in parts:
        together.attach(part)
    return together


def _part(subtype: str, content: str) -> "Message[Any, Any]":
    """Text in quoted-printable, so that it can be read in its source, too."""
    lines = re.sub(r"\r\n?", "\n", content) if "\r" in content else content
    whole = lines if lines.endswith("\n") else f"{lines}\n"
    encoded = b2a_qp(whole.encode()).decode("ascii")
    if "=20\n" in encoded or "=09\n" in encoded:
        # It does not count the blank at the end of a line that it writes as =20, and so may run beyond 76 columns.
        encoded = _BLANK_BEYOND.sub(r"\1=\n\2", encoded)
    part: Message[Any, Any] = Message(policy=_POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(encoded)
    return part


def _attached(enclosure: Enclosure) -> "Message[Any, Any]":
    part = _part("html", enclosure.html)
    part["Content-Disposition"] = f'attachment; filename="{enclosure.name}"'
    return part


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
