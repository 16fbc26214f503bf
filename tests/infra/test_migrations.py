"""The migrations make the schema that the code goes by, and the database itself guards what is append-only."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from infra.books import tables as t
from infra.books.database import HEAD, connect, migrate
from infra.books.tables import metadata

OFFER = {"offer": "alpha", "digest": "0", "taken_in_at": datetime(2003, 2, 28, tzinfo=UTC), "version": 0}
AT = datetime(2003, 4, 1, 14, tzinfo=UTC)
ENTRIES = [
    (
        t.audit,
        {
            "position": 1,
            "at": AT,
            "actor": "optex",
            "action": "a",
            "subject": "s",
            "rule": "",
            "section": "",
            "detail": "",
        },
    ),
    (
        t.decisions,
        {"kind": "tender", "subject": "G1", "revision": 1, "at": AT, "holder_id": "H1", "decision": "accepted"}
        | {"rule": "CAN-1", "section": "§6", "reason": "Accepted.", "remarks": []},
    ),
]


def test_the_migrations_make_the_schema_of_the_tables(engine):
    """Alembic finds no difference between the migrated database and the tables that the code uses."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert [] == compare_metadata(context, metadata)
        assert HEAD == context.get_current_revision()


def test_the_schema_is_brought_up_to_date_once(engine):
    """Migrating a database that is up to date changes nothing and keeps what is in it."""
    with engine.begin() as connection:
        connection.execute(insert(t.offers).values(**OFFER))
    migrate(engine)
    with engine.connect() as connection:
        assert 1 == connection.execute(select(func.count()).select_from(t.offers)).scalar()


def test_the_migrations_can_be_taken_back(engine):
    """Downgrading leaves nothing behind but Alembic's own table, so that the migrations can be run again."""
    from alembic import command
    from alembic.config import Config

    from infra.books.database import MIGRATIONS

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert ["alembic_version"] == inspect(connection).get_table_names()
    migrate(engine)
    with engine.connect() as connection:
        assert {*metadata.tables, "alembic_version"} == set(inspect(connection).get_table_names())


@pytest.mark.parametrize(("table", "entry"), ENTRIES, ids=["audit", "decisions"])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_what_is_append_only_cannot_be_changed(engine, table, entry, act):
    """The database itself refuses to change or delete an entry of the audit or a decision, and keeps it."""
    with engine.begin() as connection:
        connection.execute(insert(t.offers).values(**OFFER))
        connection.execute(insert(table).values(offer="alpha", **entry))
    statement = update(table).values(rule="X") if act == "update" else delete(table)
    with pytest.raises(DBAPIError, match=f"{table.name} is append-only"), engine.begin() as connection:
        connection.execute(statement)
    with engine.connect() as connection:
        assert [entry["rule"]] == list(connection.execute(select(table.c.rule)).scalars())


def test_the_append_only_tables_cannot_be_emptied(engine):
    """Nor can they be truncated, where the database knows how."""
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE: it deletes, which is refused")
    for table in t.APPEND_ONLY:
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {table.name}"))


def test_a_plain_postgresql_url_will_do(postgres_server):
    """The URL as a host hands it out, without the name of a driver, is understood."""
    url = postgres_server.new_database("plain").replace("postgresql+psycopg://", "postgresql://")
    engine = connect(url)
    with engine.connect() as connection:
        assert 1 == connection.execute(text("SELECT 1")).scalar()
    engine.dispose()
