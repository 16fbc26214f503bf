"""Sending: composed letters go out by SMTP over a few connections that are kept open, each with its own outcome."""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Literal, Self

import aiosmtplib
from aiosmtplib import SMTP

from infra.mail.message import BadAddress, address
from infra.settings import is_loopback
from optex.errors import OptexError


class MailError(OptexError):
    """The mail could not go out."""


class WrongSettings(MailError):
    """Correct the OPTEX_SMTP_* settings: as they are, trying again will not help. Nothing was sent."""


class ServerUnavailable(MailError):
    """Try again later: the server cannot be reached, or takes no mail now."""


class Unsendable(MailError):
    """This letter cannot be composed: correct what it is made of. The others can go."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpSettings:
    """The server that takes our mail; `none` sends in the clear and is for loopback only. `timeout` in seconds."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    timeout: float = 30.0


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


@dataclass(frozen=True, kw_only=True, slots=True)
class SendResult:
    """What became of one letter, with the server's own answer."""

    notice_id: str
    status: SendStatus
    answer: str


async def send(letters: Sequence[OutgoingMessage], smtp: SmtpSettings, *, connections: int = 4) -> list[SendResult]:
    """Send the letters over a few connections; one outcome per letter, in their order. WrongSettings if none can go."""
    async with SmtpPool(smtp, connections=connections) as post:
        return await post.send(letters)


async def greet(smtp: SmtpSettings) -> None:
    """Connect, encrypt and log in as for a letter, and take leave without one; WrongSettings or ServerUnavailable."""
    connection = await _connect(smtp)
    try:
        await connection.noop()
        await connection.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise ServerUnavailable(f"{smtp.host}:{smtp.port} takes no mail now: {error}") from error
    finally:
        connection.close()


class SmtpPool:
    """A few connections to one server, opened when there is something to send and kept open until the end."""

    def __init__(self, smtp: SmtpSettings, *, connections: int = 4) -> None:
        if smtp.tls == "none" and not is_loopback(smtp.host):
            raise WrongSettings(f"OPTEX_SMTP_TLS=none would send letters in the clear to {smtp.host}")
        self._smtp = smtp
        self._connections = connections
        self._idle: list[SMTP] = []
        # What became of the letters given last, by their notices: it is there even if sending them was broken off.
        self.outcomes: dict[str, SendResult] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._idle:
            if kind is None:  # who was broken off takes no leave: the server may be what it was waiting for
                with suppress(aiosmtplib.SMTPException, OSError):
                    await connection.quit()
            connection.close()
        self._idle.clear()

    async def send(self, letters: Sequence[OutgoingMessage]) -> list[SendResult]:
        """Send the letters; one outcome per letter, in their order. WrongSettings if none of them can go.

        A lost connection is opened again and the letter tried once more: it may arrive twice, with one Message-ID.
        """
        self.outcomes = {}
        waiting = deque(letters)
        why = ""
        if letters and not self._idle:
            try:  # one by itself: wrong settings show here, before anything is sent
                self._idle.append(await _connect(self._smtp))
            except ServerUnavailable as error:
                why = str(error)
        if self._idle:
            workers = min(self._connections, len(letters))
            for end in await _ended([asyncio.create_task(self._work(waiting)) for _ in range(workers)]):
                if isinstance(end, BaseException):
                    raise end
                why = why or end
        for letter in waiting:
            self.outcomes[letter.notice_id] = _outcome(letter, SendStatus.LATER, why)
        return [self.outcomes[letter.notice_id] for letter in letters]

    async def _work(self, waiting: "deque[OutgoingMessage]") -> str:
        """Send what is waiting over one connection until nothing is; else why the connection is no more."""
        connection: SMTP | None = None
        try:
            connection = self._idle.pop() if self._idle else await _connect(self._smtp)
            while waiting:
                letter = waiting.popleft()
                # If we are stopped in the middle of this one, it is for the next round to say so.
                self.outcomes[letter.notice_id] = _outcome(letter, SendStatus.LATER, "the server was lost")
                connection, self.outcomes[letter.notice_id] = await self._deliver(connection, letter)
        except MailError as error:
            return str(error)
        finally:
            if connection is not None:
                self._idle.append(connection)
        return ""

    async def _deliver(self, connection: SMTP, letter: OutgoingMessage) -> tuple[SMTP, SendResult]:
        try:
            recipient, content = address(letter.recipient), letter.compose()
        except (BadAddress, Unsendable) as error:
            return connection, _outcome(letter, SendStatus.REFUSED, str(error))
        for last_try in (False, True):
            if not connection.is_connected:
                connection = await _connect(self._smtp)
            try:
                _, answer = await connection.sendmail(letter.sender, [recipient], content)
            except (aiosmtplib.SMTPException, OSError) as error:
                if connection.is_connected or last_try:
                    return connection, _failure(letter, error)
            else:
                return connection, _outcome(letter, SendStatus.ACCEPTED, f"250 {answer}")
        raise AssertionError("unreachable: the last try returns")


async def _ended(tasks: Sequence[asyncio.Task[str]]) -> list[str | BaseException]:
    """How each task ended, also where one failed: what the server has taken by then must be known.

    Broken off, none is left at work; a cancelled task may not hear of it, for `asyncio.wait_for` forgets it where the
    answer comes in that instant, and so it is told again.
    """
    try:
        await asyncio.wait(tasks)
    finally:
        while deaf := [task for task in tasks if not task.done()]:
            for task in deaf:
                task.cancel()
            await asyncio.wait(deaf, timeout=0.1)
    return [task.exception() or task.result() for task in tasks]


async def _connect(smtp: SmtpSettings) -> SMTP:
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
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            raise WrongSettings(f"no safe connection to {at}: {error}") from error
        raise ServerUnavailable(f"{at} takes no mail now: {error}") from error
    return connection


def _failure(letter: OutgoingMessage, error: Exception) -> SendResult:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return _outcome(letter, SendStatus.LATER, str(error) or type(error).__name__)
    # A sender refused is a fault of ours, not of the holder's address: it must not count as refused for good.
    refused = error.code >= 500 and not isinstance(error, aiosmtplib.SMTPSenderRefused)
    return _outcome(letter, SendStatus.REFUSED if refused else SendStatus.LATER, f"{error.code} {error.message}")


def _outcome(letter: OutgoingMessage, status: SendStatus, answer: str) -> SendResult:
    return SendResult(notice_id=letter.notice_id, status=status, answer=" ".join(answer.split()))
