"""Composition: a letter becomes the bytes of an RFC 5322 message, fast and the same every time.

The standard library's `EmailMessage.as_bytes` makes 630 of these a second. Ours are of one shape, text and HTML side by
side, and are put together here from the same library's base64 and quoted-printable.
"""

import hashlib
import re
from base64 import b64encode
from binascii import b2a_qp
from datetime import datetime
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from optex.errors import OptexError

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_CONTROLS = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")
_LINE = 76
_WORD_BYTES = 39  # of UTF-8 in one encoded word: with its frame and a header before it, at most 76 (RFC 2047)


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
    local, _, domain = text.strip().rpartition("@")
    try:
        wire = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        wire = ""
    if not _ADDRESS.fullmatch(wire) or len(wire) > 254:
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

    Names and subjects may hold anything: line breaks and control characters become spaces. Blanks at line ends go. The
    boundary is derived from the Message-ID, and cannot occur in a part, as quoted-printable writes no `=_`. `kind` goes
    into X-Optex-Kind. BadAddress for an address that SMTP cannot carry; ValueError for a naive date.
    """
    if date.tzinfo is None:
        raise ValueError("the date of a message must know its zone")
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
    headers = [
        f"Date: {format_datetime(date)}",
        _person("From", *mailbox(sender)),
        _person("To", to_name, address(to_email)),
        _unstructured("Subject", subject),
        f"Message-ID: {_one_line(message_id)}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
    ]
    if reply_to:
        headers.insert(2, _person("Reply-To", *mailbox(reply_to)))
    if kind:
        headers.insert(-2, _unstructured("X-Optex-Kind", kind))
    return b"".join(
        [
            "\r\n".join(headers).encode("ascii"),
            b"\r\n\r\n",
            _part(boundary, "plain", text),
            _part(boundary, "html", html),
            f"--{boundary}--\r\n".encode("ascii"),
        ]
    )


def _part(boundary: str, subtype: str, content: str) -> bytes:
    # b2a_qp takes its line ends from the first one it meets, so there must be one, and all must be alike; for a blank
    # before a line end it would need a column too many.
    lines = [line.rstrip(" \t") for line in content.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    body = "\r\n".join(lines if lines[-1] == "" else [*lines, ""]) or "\r\n"
    head = (
        f"--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    # The line end before a boundary belongs to the boundary: one more keeps the letter's own last one.
    return head.encode("ascii") + b2a_qp(body.encode("utf-8", "replace"), istext=True) + b"\r\n"


def _one_line(text: str) -> str:
    return _CONTROLS.sub(" ", text).strip()


def _person(header: str, name: str, wire: str) -> str:
    name = _one_line(name)
    if not name:
        return f"{header}: {wire}"
    if not name.isascii() or "=?" in name or len(name) > _LINE - len(header) - 6:
        phrase = "\r\n ".join(_encoded_words(name))
    elif _PLAIN_NAME.fullmatch(name):
        phrase = name
    else:
        phrase = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    line = f"{header}: {phrase} <{wire}>"
    return line if "\r\n" not in phrase and len(line) <= _LINE else f"{header}: {phrase}\r\n <{wire}>"


def _unstructured(header: str, text: str) -> str:
    """A header of free text: as it is if that is ASCII and can be folded at its spaces, else in encoded words."""
    text = _one_line(text)
    words = text.split(" ")
    if not text.isascii() or "=?" in text or max(map(len, words)) > _LINE - len(header) - 2:
        return f"{header}: " + "\r\n ".join(_encoded_words(text))
    lines, line = [], f"{header}:"
    for word in words:
        if len(line) + 1 + len(word) > _LINE:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line])


def _encoded_words(text: str) -> list[str]:
    """RFC 2047: words of at most 64 characters, none of which splits a character of the text."""
    words, chunk = [], b""
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(chunk) + len(encoded) > _WORD_BYTES:
            words.append(chunk)
            chunk = b""
        chunk += encoded
    return [f"=?utf-8?b?{b64encode(word).decode()}?=" for word in [*words, chunk]]
