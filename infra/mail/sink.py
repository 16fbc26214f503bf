"""The sink: an SMTP server of our own on loopback that keeps every message as a file, exactly as it was sent."""

import asyncio
import hashlib
import re
import socket
import unicodedata
from collections.abc import Coroutine
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.mail.smtp import SmtpSettings
from infra.private import private_directory, private_file

HOST = "127.0.0.1"


class Sink:
    """Takes mail for as long as it is open, `with` or `async with`; the files are named for people to find.

    The same message to the same recipient, sent again, takes the place of its own file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._controller: _Controller | None = None

    @property
    def smtp(self) -> SmtpSettings:
        """How to reach the open sink."""
        if self._controller is None:
            raise RuntimeError("the sink is not open")
        return SmtpSettings(host=HOST, port=self._controller.port, tls="none")

    def __enter__(self) -> Self:
        private_directory(self.folder)
        self._controller = _Controller(_Keeper(self.folder))
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, error, trace)


class _Controller(Controller):
    """A server in a thread of its own, on a port that the system chose: aiosmtpd by itself wants to be told one."""

    def __init__(self, keeper: "_Keeper") -> None:
        self._socket = socket.create_server((HOST, 0))
        super().__init__(keeper, hostname=HOST, port=self._socket.getsockname()[1])

    def _create_server(self) -> Coroutine[Any, Any, asyncio.Server]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)


class _Keeper:
    """Writes messages into a folder, and knows by their keys which ones it has."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept = {path.stem.rpartition("-")[2]: path.name for path in folder.glob("*.eml")}

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        try:
            name = self._keep(content, envelope.rcpt_tos)
        except OSError as error:
            return f"451 4.3.0 Not kept: {error.strerror}"
        return f"250 2.0.0 Kept as {name}"

    def _keep(self, content: bytes, recipients: list[str]) -> str:
        headers = BytesHeaderParser(policy=compat32).parsebytes(content.partition(b"\r\n\r\n")[0])
        identity = str(headers["Message-ID"]).encode() if headers["Message-ID"] else content
        key = hashlib.sha256(b"\n".join([identity, *(each.encode() for each in recipients)])).hexdigest()[:12]
        name = f"{_readable(headers, recipients)}-{key}.eml"
        draft = self._folder / f".{key}.part"
        private_file(draft).write_bytes(content)
        draft.replace(self._folder / name)
        before = self._kept.get(key)
        self._kept[key] = name
        if before and before != name:
            (self._folder / before).unlink(missing_ok=True)
        return name


def _readable(headers: Message, recipients: list[str]) -> str:
    """Date, kind and addressee of a message, such as 2003-03-31-reminder-lawrence-butler."""
    try:
        day = f"{parsedate_to_datetime(str(headers['Date'])):%Y-%m-%d}"
    except ValueError:
        day = "undated"
    name = parseaddr(str(headers["To"] or "").replace("\r\n", ""))[0]
    local = recipients[0].partition("@")[0] if recipients else ""
    who = _slug(str(make_header(decode_header(name)))) or _slug(local) or "somebody"
    return f"{day}-{_slug(str(headers['X-Optex-Kind'] or 'message'))}-{who}"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-")
