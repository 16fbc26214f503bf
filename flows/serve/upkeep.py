"""Server and worker kept up: whichever ends by itself is started again, and what it was at is run again."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import click
import httpx

from flows.serve.processes import (
    ManagedProcess,
    StopFlag,
    end_orphans,
    require_free_port,
    wait_until_healthy,
)
from optex.errors import OptexError

# What ends so many times in a row, each within so many seconds after all was up, is not started again.
TRIES, CALM = 6, 5.0


class Ended(OptexError):
    """Server or worker ended by itself, or cannot be started."""


@dataclass(kw_only=True)
class Upkeep:
    """The server and the worker of these offers; `prepare` tells a server that has just started what it must know."""

    server: ManagedProcess
    worker: ManagedProcess
    api: str
    port: int
    mark: str
    stopped: StopFlag
    prepare: Callable[[], Coroutine[None, None, None]]
    announce: Callable[[], None]
    announced: bool = False
    up_since: float | None = None
    in_a_row: int = 0

    def last(self) -> None:
        """Run both until stopped; OptexError where one of them ends again and again."""
        try:
            while not self.stopped.is_set():
                self.up_since = None
                try:
                    self._stand_up()
                    self._until_one_ends()
                except Ended as error:
                    self._again_or_give_up(error)
                finally:
                    if self.stopped.is_set():
                        click.echo("\nStopping…")
                    self._end_work()
        finally:
            self.server.end()
            end_orphans(self.mark)

    def _stand_up(self) -> None:
        """Start what is not running: the server, and once it knows of the offers, a worker."""
        if not self.server.is_up:
            try:
                require_free_port(self.port)
                self.server.start()
                wait_until_healthy(self.api, self.server, self.stopped)
            except OptexError as error:
                raise Ended(str(error)) from error
        if self.stopped.is_set():
            return
        try:
            asyncio.run(self.prepare())
        except Exception as error:  # a server that is down fails in as many ways as its client has layers
            if not self.server.is_up:
                raise self._ended(self.server) from error
            if not isinstance(error, (httpx.HTTPError, OSError)):
                raise
            said = str(error).partition("\n")[0] or type(error).__name__
            raise Ended(f"Prefect's server could not be told of the offers: {said}") from error
        self.worker.start()
        self.up_since = time.monotonic()
        if self.announced:
            click.echo("Prefect is up again, and runs again what was left in the middle.", err=True)
        else:
            self.announce()
            self.announced = True

    def _until_one_ends(self) -> None:
        while not self.stopped.is_set():
            for each in (self.server, self.worker):  # without the server the worker ends as well
                if not each.is_up:
                    raise self._ended(each)
            self.stopped.rest()

    def _end_work(self) -> None:
        """End the worker and its runs, each in a session of its own; unless all is stopped, they are to be run again.

        While the server answers, one that is asked to end says that it has crashed, and would stay so.
        """
        spared = [self.server.process.pid] if self.server.is_up else []
        if self.stopped.is_set():
            self.worker.end()
            end_orphans(self.mark, spared)
        else:
            self.worker.kill()
            end_orphans(self.mark, spared, unheard=True)

    def _ended(self, process: ManagedProcess) -> Ended:
        return Ended(f"Prefect's {process.name} ended with {process.ended}; its log is {process.log}")

    def _again_or_give_up(self, why: Ended) -> None:
        """Say why there is another start, and rest before it, longer each time; OptexError after too many in a row."""
        calm = self.up_since is not None and time.monotonic() - self.up_since > CALM
        self.in_a_row = 1 if calm else self.in_a_row + 1
        if self.in_a_row >= TRIES:
            raise OptexError(f"{why}. That was the {TRIES}th time in a row: optex serve gives up") from why
        click.echo(f"{why}. It is started again.", err=True)
        until = time.monotonic() + 2 ** (self.in_a_row - 1)
        while time.monotonic() < until and not self.stopped.is_set():
            self.stopped.rest()
