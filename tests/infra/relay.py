"""A mail server of the tests that misbehaves as it is told, command by command, and knows what it has taken."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from infra.mail.smtp import SmtpSettings

HANG, CUT, TAKES_AND_CUTS = "it says nothing more", "it cuts the connection", "it takes the letter and cuts"
SLOWLY = "it takes its time"
GREETING, HALF, CONTENT = "GREETING", "HALF", "CONTENT"
"""What a fault may befall besides the commands: the first answer, half of a letter, and the answer that it is taken."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A command as the server hears it: on which connection, and how often it came at all, there, and for whom."""

    verb: str
    line: str = ""
    connection: int = 1
    times: int = 1
    on_connection: int = 1
    recipient: str = ""
    for_recipient: int = 1


Fault = Callable[[Said], str | None]
"""The answer to a command: None where it is the usual one."""


@dataclass
class Relay:
    """Answers as `fault` says, and counts the letters that it has taken by their Message-IDs."""

    fault: Fault = lambda said: None
    features: tuple[str, ...] = ()
    taken: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    _recipients: Counter[tuple[str, str]] = field(default_factory=Counter)

    @contextmanager
    def serving(self, **settings) -> Iterator[SmtpSettings]:
        """How to reach it, while it serves in a thread of its own."""
        loop, ready, ports = asyncio.new_event_loop(), threading.Event(), []

        async def serve() -> None:
            server = await asyncio.start_server(self._hear, "127.0.0.1", 0)
            ports.append(server.sockets[0].getsockname()[1])
            ready.set()
            await ended.wait()
            server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        ended = asyncio.Event()
        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
        thread.start()
        ready.wait(10)
        try:
            plain = {"tls": "none", "timeout": 0.5, "acceptance": 0.5, "connections": 1}
            yield SmtpSettings(host="127.0.0.1", port=ports[0], **{**plain, **settings})
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join()
            loop.close()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection, recipient = self.heard[GREETING] + 1, ""
        here: Counter[str] = Counter()

        async def answer(verb: str, usual: str, line: str = "") -> bool:
            self.heard[verb] += 1
            self._recipients[verb, recipient] += 1
            here[verb] += 1
            said = self.fault(
                Said(
                    verb=verb,
                    line=line,
                    connection=connection,
                    times=self.heard[verb],
                    on_connection=here[verb],
                    recipient=recipient,
                    for_recipient=self._recipients[verb, recipient],
                )
            )
            if said == HANG:
                await reader.read()
            if said == SLOWLY:
                await asyncio.sleep(0.7)
                said = None
            if said in (HANG, CUT, TAKES_AND_CUTS):
                writer.transport.abort()
                return said == TAKES_AND_CUTS
            answered = said or usual
            writer.write(f"{answered}\r\n".encode("latin-1"))
            if answered.startswith("421"):
                writer.close()
            return answered[0] == usual[0]

        try:
            await answer(GREETING, "220 relay")
            while not writer.is_closing() and (line := (await reader.readline()).decode().strip()):
                verb = line.split()[0].upper()
                if verb == "RCPT":
                    recipient = line.partition("<")[2].partition(">")[0]
                if verb == "EHLO":
                    offered = ["relay", *self.features]
                    await answer(verb, "\r\n".join(f"250-{each}" for each in offered) + "\r\n250 8BITMIME", line)
                elif verb != "DATA":
                    await answer(verb, "221 Bye" if verb == "QUIT" else "250 OK", line)
                    if verb == "QUIT":
                        writer.close()
                elif await answer(verb, "354 Go on"):
                    letter = await reader.readexactly(500)
                    if self.fault(Said(verb=HALF)) == CUT:
                        return
                    letter += await reader.readuntil(b"\r\n.\r\n")
                    message_id = letter.partition(b"Message-ID: ")[2].split()[0].decode()
                    self.taken[message_id] += await answer(CONTENT, "250 2.0.0 Queued")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
