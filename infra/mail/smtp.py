"""SMTP: a connection to the server is opened, encrypted and logged in; a letter is handed over and has its outcome."""

import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTP

from infra.settings import is_loopback
from optex.errors import OptexError


class MailError(OptexError):
    """The mail could not go out."""


class WrongSettings(MailError):
    """Correct the OPTEX_SMTP_* settings: as they are, trying again will not help. Nothing was sent."""


class ServerUnavailable(MailError):
    """Try again later: the server cannot be reached, or takes no mail now."""


class ConnectionGone(ServerUnavailable):
    """The letter was not handed over, that is certain: try it over another connection."""


class TooMuch(ConnectionGone):
    """The server takes no letters over this connection now; those over others it may take."""


class Unsendable(MailError):
    """This letter cannot be composed: correct what it is made of. The others can go."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpSettings:
    """The server that takes our mail; `none` sends in the clear and is for loopback only.

    `timeout` and `acceptance` are in seconds: how long each answer is waited for, and the one that the letter is taken.
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    timeout: float = 30.0
    # A server may look through a letter before it takes it, and has it twice from whoever does not wait (RFC 5321).
    acceptance: float = 300.0
    connections: int = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingMessage:
    """A message with its envelope: the addresses that SMTP is told.

    `compose` is called when its turn comes, so that the work on one letter is done while the server answers to others.
    It may raise Unsendable or BadAddress.
    """

    notice_id: str
    sender: str
    recipient: str
    compose: Callable[[], bytes]


class SendStatus(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"  # for good: a person must correct the address or the letter
    LATER = "later"  # the server was busy, out of reach, or does not take our sender: try again
    UNCERTAIN = "uncertain"  # the letter was handed over and nothing came back: it may have arrived


@dataclass(frozen=True, kw_only=True, slots=True)
class SendResult:
    """What became of one letter, with the server's own answer; put off `alone`, it says nothing of the others."""

    notice_id: str
    status: SendStatus
    answer: str
    alone: bool = False


async def greet(smtp: SmtpSettings) -> None:
    """Connect, encrypt and log in as for a letter, and take leave without one; WrongSettings or ServerUnavailable."""
    connection = await connect(smtp)
    try:
        await connection.noop()
        await connection.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise ServerUnavailable(f"{smtp.host}:{smtp.port} takes no mail now: {error}") from error
    finally:
        connection.close()


async def connect(smtp: SmtpSettings) -> SMTP:
    """An open connection, encrypted and logged in as the settings say; WrongSettings or ServerUnavailable."""
    connection = SMTP(
        hostname=smtp.host,
        port=smtp.port,
        username=smtp.user or None,
        password=smtp.password or None,
        # The name of this machine may take DNS seconds to find; a server of our own does not ask for it.
        local_hostname="localhost" if is_loopback(smtp.host) else None,
        timeout=smtp.timeout,
        use_tls=smtp.tls == "tls",
        start_tls=smtp.tls == "starttls",
    )
    try:
        await connection.connect()
        if connection.is_ehlo_or_helo_needed:
            await connection.ehlo()
    except (aiosmtplib.SMTPException, OSError) as error:
        connection.close()
        at = f"{smtp.host}:{smtp.port}"
        code = getattr(error, "code", None)
        if isinstance(error, aiosmtplib.SMTPAuthenticationError) and code and code >= 500:
            raise WrongSettings(f"{at} does not take OPTEX_SMTP_USER and OPTEX_SMTP_PASSWORD: {code}") from error
        # aiosmtplib says in its plain base error that the server offers no STARTTLS, no AUTH, or none that it knows.
        if type(error) in (aiosmtplib.SMTPException, aiosmtplib.SMTPNotSupported):
            raise WrongSettings(
                f"{at} does not offer what OPTEX_SMTP_TLS={smtp.tls} and OPTEX_SMTP_USER need: {error}"
            ) from error
        unsafe = error if isinstance(error, ssl.SSLError) else error.__cause__
        if isinstance(unsafe, ssl.SSLError) and not isinstance(unsafe, ssl.SSLEOFError):
            raise WrongSettings(f"no safe connection to {at}: {error}") from error
        raise ServerUnavailable(f"{at} takes no mail now: {_said(error)}") from error
    return connection


def _said(error: Exception) -> str:
    """What a server answered, with its code; what else befell a connection, in its own words."""
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return str(error) or type(error).__name__
    return f"{error.code} {error.message}" if error.code > 0 else error.message


NO_ANSWER = "no answer after the letter was handed over, so that it may have arrived"


async def hand_over(
    connection: SMTP, letter: OutgoingMessage, recipient: str, content: bytes, acceptance: float
) -> SendResult:
    """Bring one letter to the server and hear what it says of it; ConnectionGone where it was not handed over."""
    try:
        size = [f"SIZE={len(content)}"] if connection.supports_extension("size") else []
        await connection.mail(letter.sender, options=size)
        await connection.rcpt(recipient)
    except aiosmtplib.SMTPTimeoutError:
        return outcome_of(letter, SendStatus.LATER, "the server did not answer in time")
    except aiosmtplib.SMTPResponseException as error:
        return await _answered(connection, letter, error)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise ConnectionGone(f"the connection was lost: {error}") from error
    try:
        taken = await connection.data(content, timeout=acceptance)
    except aiosmtplib.SMTPResponseException as error:
        if error.code > 0:  # an answer, not a babble
            return await _answered(connection, letter, error)
        connection.close()
    except (aiosmtplib.SMTPException, OSError):
        pass
    else:
        return outcome_of(letter, SendStatus.ACCEPTED, f"{taken.code} {taken.message}")
    return outcome_of(letter, SendStatus.UNCERTAIN, NO_ANSWER)


# As its closing of the connection, so the limit of connections of some servers comes at any command.
_TOO_MUCH = frozenset({421, 432})
# It wants a login, or encryption, before it takes anything; and the letter is too big, as it may say to MAIL already.
_LOG_IN_FIRST, _TOO_BIG = 530, 552


async def _answered(connection: SMTP, letter: OutgoingMessage, error: aiosmtplib.SMTPResponseException) -> SendResult:
    """What a server's No means for the letter, and for the others."""
    answer = _said(error)
    to_sender = isinstance(error, aiosmtplib.SMTPSenderRefused)
    if error.code < 400 or error.code in _TOO_MUCH or (to_sender and error.code < 500):
        connection.close()
        raise (ConnectionGone if error.code < 400 else TooMuch)(answer)
    with suppress(aiosmtplib.SMTPException, OSError):
        await connection.rset()
    # A sender refused is a fault of ours, not of the holder's address: it must not count as refused for good.
    ours = error.code == _LOG_IN_FIRST or (to_sender and error.code != _TOO_BIG)
    if error.code >= 500 and not ours:
        return outcome_of(letter, SendStatus.REFUSED, answer)
    return outcome_of(letter, SendStatus.LATER, answer, alone=not ours)


def outcome_of(letter: OutgoingMessage, status: SendStatus, answer: str, *, alone: bool = False) -> SendResult:
    """The outcome of a letter; of an answer what people can read, for a server may say anything, of any length."""
    readable = "".join(sign if sign.isprintable() else " " for sign in answer[:2_000])
    said = " ".join(readable.split())[:500]
    return SendResult(notice_id=letter.notice_id, status=status, answer=said, alone=alone)
