"""Prefect's own books on SQLite: whoever writes them waits for his turn, where Prefect would answer 503.

Prefect begins most transactions as if they only read. One that then writes, after another wrote meanwhile, is refused
at once, however long SQLite may wait ("database is locked"): a click in the UI while a run reports is lost. Begun as a
writer's it waits, as Prefect itself has it where it met this already.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prefect.server.database import provide_database_interface
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


class InTurn(AioSqliteConfiguration):
    """Prefect's configuration of SQLite, in which every transaction begins as a writer's."""

    @asynccontextmanager
    async def begin_transaction(
        self, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncGenerator[AsyncSessionTransaction]:
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction


def write_in_turn() -> None:
    """Let a server of this process write in turn; on PostgreSQL, where many may write at once, nothing is changed."""
    used = provide_database_interface().database_config
    if isinstance(used, AioSqliteConfiguration):
        set_database_config(InTurn(connection_url=used.connection_url))
