"""Prefect's books on SQLite while many write at once: nobody is refused, and each has his turn."""

import asyncio

import pytest
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from flows.serve.turns import InTurn

WRITERS = 20


async def counted(configuration, before=None):
    """So many who each read a number and then write a greater one, all at the same moment: what came of it."""
    engine = await configuration.engine()
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        await connection.execute(text("INSERT INTO counter VALUES (0)"))

    async def write():
        async with AsyncSession(engine) as session, configuration.begin_transaction(session):
            n = (await session.execute(text("SELECT n FROM counter"))).scalar_one()
            if before:
                await before(configuration, engine)
            await session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    told = await asyncio.gather(*(write() for _ in range(WRITERS)), return_exceptions=True)
    async with AsyncSession(engine) as session:
        n = (await session.execute(text("SELECT n FROM counter"))).scalar_one()
    await engine.dispose()
    return n, [error for error in told if error is not None]


def test_everybody_writes_in_turn(tmp_path):
    """Twenty who read and then write at the same moment all do so, and none of them on what another has changed."""
    assert (WRITERS, []) == asyncio.run(counted(InTurn(f"sqlite+aiosqlite:///{tmp_path / 'books.db'}")))


def test_prefects_own_way_refuses_some(tmp_path):
    """What it is there for: begun as readers, most of the twenty are told that the database is locked."""
    own = AioSqliteConfiguration(connection_url=f"sqlite+aiosqlite:///{tmp_path / 'own.db'}")
    _, errors = asyncio.run(counted(own))
    assert {OperationalError} == {type(error) for error in errors}
    assert "database is locked" in str(errors[0])


def test_one_within_another_waits_for_nobody(tmp_path):
    """Who looks elsewhere while he writes, in a transaction or in none, is let through: he would wait for himself."""

    async def look(configuration, engine):
        async with AsyncSession(engine) as session:
            await session.execute(text("SELECT n FROM counter"))
        async with AsyncSession(engine) as session, configuration.begin_transaction(session):
            await session.execute(text("SELECT n FROM counter"))

    configuration = InTurn(f"sqlite+aiosqlite:///{tmp_path / 'nested.db'}")
    assert (WRITERS, []) == asyncio.run(asyncio.wait_for(counted(configuration, look), 60))


@pytest.fixture(autouse=True)
def on_a_server():
    """No Prefect server is needed here."""
