"""A mail server that takes every letter and keeps none, as far away as it is told, in a process of its own."""

import asyncio
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from infra.mail.smtp import SmtpSettings


@contextmanager
def relay(away: float = 0.0) -> Iterator[SmtpSettings]:
    """`away` is the time of a round trip to it, in seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = multiprocessing.Process(target=_serve, args=(listening, away), daemon=True)
        server.start()
        port = listening.getsockname()[1]
    try:
        yield SmtpSettings(host="127.0.0.1", port=port, tls="none")
    finally:
        server.terminate()
        server.join()


def _serve(listening: socket.socket, away: float) -> None:
    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def answer(line: str) -> None:
            if away:
                await asyncio.sleep(away)
            writer.write(f"{line}\r\n".encode())

        await answer("220 relay")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                await answer("354 Go on")
                await reader.readuntil(b"\r\n.\r\n")
            await answer("221 Bye" if verb == b"QUIT" else "250 OK")
            if verb == b"QUIT":
                break
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(hear, sock=listening, limit=2**20)
        await server.serve_forever()

    asyncio.run(serve())
