"""The pool: letters go out over as many kept connections as the slowness of the server asks for."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import aiosmtplib
from aiosmtplib import SMTP

from infra.mail.message import BadAddress, address
from infra.mail.smtp import (
    ConnectionGone,
    MailError,
    OutgoingMessage,
    SendResult,
    SendStatus,
    ServerUnavailable,
    SmtpSettings,
    TooMuch,
    Unsendable,
    WrongSettings,
    connect,
    hand_over,
    outcome_of,
)
from infra.settings import is_loopback

# Where so many letters in a row cost it the connection, it is not the letters: the server is left alone.
_PATIENCE = 2
More = Callable[[], Sequence[OutgoingMessage]]
_NOT_TAKEN = frozenset({SendStatus.LATER, SendStatus.UNCERTAIN})


async def send(letters: Sequence[OutgoingMessage], smtp: SmtpSettings, *, connections: int = 4) -> list[SendResult]:
    """Send the letters over a few connections; one outcome per letter, in their order. WrongSettings if none can go."""
    async with SmtpPool(smtp, connections=connections) as post:
        return await post.send(letters)


class SmtpPool:
    """Connections to one server, opened as they are needed and kept open until the end; `connections` at most."""

    def __init__(self, smtp: SmtpSettings, *, connections: int | None = None) -> None:
        if smtp.tls == "none" and not is_loopback(smtp.host):
            raise WrongSettings(f"OPTEX_SMTP_TLS=none would send letters in the clear to {smtp.host}")
        self._smtp = smtp
        self._most = connections or smtp.connections
        self._pace = _Pace()
        self._idle: list[SMTP] = []
        self._waiting: deque[OutgoingMessage] = deque()
        self._more: More | None = None
        self._under_way: dict[str, OutgoingMessage] = {}
        self._tried: set[str] = set()
        self._workers: set[asyncio.Task[str]] = set()
        self._connected = 0
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

    async def send(self, letters: Sequence[OutgoingMessage], more: More | None = None) -> list[SendResult]:
        """Send the letters; one outcome per letter, in their order. WrongSettings if none of them can go.

        Where a connection is lost before a letter is handed over, it is tried once more over another. When few are
        left, `more` is asked for others, until it has none.
        """
        self.outcomes, self._under_way = {}, {}
        self._waiting, self._more = deque(letters), more
        self._tried = set()
        try:
            await self._send_waiting()
        finally:
            # If we were stopped in the middle of one, it is for the next round to say so.
            for letter in self._under_way.values():
                self.outcomes[letter.notice_id] = outcome_of(letter, SendStatus.LATER, "the server was lost")
        return [self.outcomes[letter.notice_id] for letter in letters if letter.notice_id in self.outcomes]

    async def _send_waiting(self) -> None:
        why = ""
        if self._waiting and not self._idle:
            try:  # one by itself: wrong settings show here, before anything is sent
                self._idle.append(await connect(self._smtp))
            except ServerUnavailable as error:
                why = str(error)
            except WrongSettings as error:
                self._put_off(str(error))
                raise
        if self._idle:
            for _ in range(min(len(self._idle), len(self._waiting))):
                self._begin()
            why = await self._ended()
        self._put_off(why)

    def _refill(self) -> None:
        if self._more is not None and len(self._waiting) < self._most:
            more, self._more = self._more, None
            if letters := more():
                self._waiting.extend(letters)
                self._more = more

    def _put_off(self, why: str) -> None:
        """What was not brought to the server waits, and says why."""
        for letter in self._waiting:
            self.outcomes[letter.notice_id] = outcome_of(letter, SendStatus.LATER, why)

    def _begin(self) -> None:
        self._workers.add(asyncio.create_task(self._work()))

    async def _ended(self) -> str:
        """Wait until all have ended their work, also where one failed; why the first of them did before its time.

        Broken off, none is left at work; a cancelled task may not hear of it, for `asyncio.wait_for` forgets it where
        the answer comes in that instant, and so it is told again.
        """
        try:
            while at_work := [task for task in self._workers if not task.done()]:
                await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            while deaf := [task for task in self._workers if not task.done()]:
                for task in deaf:
                    task.cancel()
                await asyncio.wait(deaf, timeout=0.1)
            ended, self._workers = self._workers, set()
        for failed in filter(None, [task.exception() for task in ended]):
            raise failed
        return next(filter(None, [task.result() for task in ended]), "")

    async def _work(self) -> str:
        """Send what is waiting over one connection until nothing is; else why the connection is no more."""
        connection = self._idle.pop() if self._idle else None
        try:
            if connection is None:
                connection = await connect(self._smtp)
        except MailError as error:
            self._most = max(1, self._connected)  # the server takes no more of them, or none at all
            return str(error)
        self._connected += 1
        try:
            return await self._send_over(connection)
        except MailError as error:
            return str(error)
        finally:
            self._connected -= 1

    async def _send_over(self, connection: SMTP) -> str:
        lost, why = 0, ""
        try:
            while lost < _PATIENCE:
                self._refill()
                if not self._waiting:
                    break
                if not connection.is_connected:
                    connection = await connect(self._smtp)
                    continue  # meanwhile others may have taken the last letter
                letter = self._waiting.popleft()
                self._under_way[letter.notice_id] = letter
                outcome = await self._bring(connection, letter)
                if outcome is None:
                    continue
                self.outcomes[letter.notice_id] = outcome
                del self._under_way[letter.notice_id]
                why = outcome.answer
                lost = lost + 1 if outcome.status in _NOT_TAKEN and not connection.is_connected else 0
                self._grow()
        finally:
            if connection.is_connected:
                self._idle.append(connection)
        return why if lost else ""

    async def _bring(self, connection: SMTP, letter: OutgoingMessage) -> SendResult | None:
        """Compose a letter and bring it to the server; None where it is to be tried over another connection."""
        began = time.perf_counter()
        try:
            recipient, content = address(letter.recipient), letter.compose()
        except (BadAddress, Unsendable) as error:
            return outcome_of(letter, SendStatus.REFUSED, str(error))
        except MailError:
            self._again(letter)
            raise
        composed = time.perf_counter()
        try:
            outcome = await hand_over(connection, letter, recipient, content, self._smtp.acceptance)
        except ConnectionGone as error:
            if isinstance(error, TooMuch) and self._connected > 1:
                self._again(letter)
                self._most = self._connected - 1
                raise
            if letter.notice_id in self._tried:
                return outcome_of(letter, SendStatus.LATER, str(error))
            self._tried.add(letter.notice_id)
            self._again(letter)
            return None
        self._pace.add(composed - began, time.perf_counter() - composed)
        return outcome

    def _again(self, letter: OutgoingMessage) -> None:
        del self._under_way[letter.notice_id]
        self._waiting.appendleft(letter)

    def _grow(self) -> None:
        """Open as many more connections as would have something to do."""
        at_work = sum(not task.done() for task in self._workers)
        for _ in range(min(self._most, self._pace.connections, at_work + len(self._waiting)) - at_work):
            self._begin()


class _Pace:
    """How long the last letters took to compose, and were under way: a far or a slow server keeps us waiting."""

    def __init__(self) -> None:
        self._composing: deque[float] = deque(maxlen=20)
        self._under_way: deque[float] = deque(maxlen=20)

    def add(self, composing: float, under_way: float) -> None:
        self._composing.append(max(composing, 1e-6))
        self._under_way.append(under_way)

    @property
    def connections(self) -> int:
        """As many as there are letters composed while one is under way. By the quickest, whom nothing else kept up."""
        return 1 + int(min(self._under_way, default=0.0) / min(self._composing, default=1.0))
