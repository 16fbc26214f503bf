"""Prefect's own books on SQLite: whoever writes them waits for his turn, where Prefect would answer 503.

Prefect begins most transactions as if they only read. One that then writes, after another wrote meanwhile, is refused
at once, however long SQLite may wait ("database is locked"): a click in the UI while a run reports is lost. Begun as a
writer's it waits, as Prefect itself has it where it met this already; and it waits in a queue, for SQLite lets in
whoever happens to ask at the right moment.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from contextvars import ContextVar

from prefect.server.database import provide_database_interface
from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

# So many seconds a transaction stands in the queue; after that it asks SQLite itself, which waits a minute.
PATIENCE = 30.0
_WRITES: ContextVar[bool] = ContextVar("writes", default=False)


class InTurn(AioSqliteConfiguration):
    """Prefect's configuration of SQLite, in which every transaction begins as a writer's, one after the other."""

    def __init__(self, connection_url: str) -> None:
        super().__init__(connection_url=connection_url)
        self._queues: dict[asyncio.AbstractEventLoop, asyncio.Lock] = {}

    @asynccontextmanager
    async def begin_transaction(
        self, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncGenerator[AsyncSessionTransaction]:
        if _WRITES.get():  # one within another would wait for itself
            async with super().begin_transaction(session, with_for_update) as transaction:
                yield transaction
            return
        async with AsyncExitStack() as held:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await held.enter_async_context(self._queue())
            transaction = await held.enter_async_context(super().begin_transaction(session, with_for_update=True))
            await session.connection()
            # It has begun. Whoever only reads meanwhile, for this one, begins nothing and waits for nobody.
            reads, writes = SQLITE_BEGIN_MODE.set(None), _WRITES.set(True)
            try:
                yield transaction
            finally:
                _WRITES.reset(writes)
                SQLITE_BEGIN_MODE.reset(reads)

    def _queue(self) -> asyncio.Lock:
        return self._queues.setdefault(asyncio.get_running_loop(), asyncio.Lock())


def write_in_turn() -> None:
    """Let a server of this process write in turn; on PostgreSQL, where many may write at once, nothing is changed."""
    used = provide_database_interface().database_config
    if isinstance(used, AioSqliteConfiguration):
        set_database_config(InTurn(connection_url=used.connection_url))
