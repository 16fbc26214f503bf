"""New and upgraded databases have the schema that the code goes by, and guard by themselves what is append-only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from infra.database import tables as t
from infra.database.engine import HEAD, MIGRATIONS, REVISIONS, connect, engine_for, migrate
from infra.database.tables import metadata
from optex.errors import OptexError
from tests.infra.old_books import load_old_books

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
            "recorded_at": AT,
            "evidence": "",
            "hash": "0" * 64,
        },
    ),
    (
        t.decisions,
        {"kind": "tender", "subject": "G1", "revision": 1, "at": AT, "holder_id": "H1", "decision": "accepted"}
        | {"rule": "CAN-1", "section": "§6", "reason": "Accepted.", "remarks": [], "entry": 1},
    ),
    (
        t.actions,
        {"fact_id": "hold-1", "position": 1, "at": AT, "verb": "hold", "actor": "Board", "data": {}, "accepted": True}
        | {"rule": "CIC-1", "section": "§13", "reason": "Held.", "recorded_at": AT, "entry": 1},
    ),
    (t.evidence, {"sha256": "0" * 64, "name": "letter.pdf", "content": b"%PDF", "recorded_at": AT}),
]


def schema(engine):
    """All that a database says of its schema; the order of the keys within a table is of no account."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            made = connection.execute(text("SELECT type, name, sql FROM sqlite_master ORDER BY type, name"))
            texts = [
                (kind, name, sorted(line.strip(" ,\t") for line in (sql or "").splitlines()))
                for kind, name, sql in made
            ]
            return texts, [connection.execute(text(f"PRAGMA table_info({table})")).all() for table in metadata.tables]
        return [connection.execute(text(query)).all() for query in CATALOGUE]


CATALOGUE = [
    # The place of a column among those that are left: PostgreSQL gives the number of a dropped one to no other.
    "SELECT table_name, rank() OVER (PARTITION BY table_name ORDER BY ordinal_position), column_name, data_type,"
    " character_maximum_length, is_nullable, column_default, collation_name"
    " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    "SELECT CAST(CAST(conrelid AS regclass) AS text), conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE conrelid <> 0 AND connamespace = CAST('public' AS regnamespace) ORDER BY 1, 2",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
    " WHERE pronamespace = CAST('public' AS regnamespace) ORDER BY 1",
]


def test_a_new_database_has_the_schema_of_the_tables(engine):
    """Alembic finds no difference between a new database and the tables that the code uses, and nothing left to do."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert [] == compare_metadata(context, metadata)
        assert HEAD == context.get_current_revision()


def test_the_revisions_are_those_of_alembic():
    """The names of their files say in which order the migrations come, as Alembic has it from within them."""
    revisions = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert REVISIONS == [script.revision for script in revisions][::-1]


def test_the_schema_is_brought_up_to_date_once(engine):
    """Migrating a database that is up to date changes nothing and keeps what is in it."""
    with engine.begin() as connection:
        connection.execute(insert(t.offers).values(**OFFER))
    migrate(engine)
    with engine.connect() as connection:
        assert 1 == connection.execute(select(func.count()).select_from(t.offers)).scalar()


def test_an_upgraded_database_is_as_a_new_one(engine, old_engine):
    """Columns, keys, indexes, triggers and their functions are the same by name and content."""
    migrate(old_engine)
    assert schema(engine) == schema(old_engine)


def test_the_migrations_can_be_taken_back(engine, old_engine):
    """Downgraded to the first revision, a database is as the first version made it; and it can be upgraded again."""
    before = schema(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    assert schema(old_engine) == schema(engine)
    migrate(engine)
    assert before == schema(engine)


@pytest.mark.parametrize("kind", ["new", "old"])
def test_many_may_open_a_database_at_once(database_url, kind):
    """Of those who open a new or an old database at the same moment one makes its schema, and nobody fails."""
    if kind == "old":
        load_old_books(database_url)
    together = Barrier(4)

    def open_it(_):
        engine = connect(database_url)
        together.wait()
        migrate(engine)
        with engine.connect() as connection:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        engine.dispose()
        return version

    with ThreadPoolExecutor(4) as processes:
        assert [[HEAD]] * 4 == list(processes.map(open_it, range(4)))


def test_a_newer_database_is_refused(engine, database_url):
    """A schema that this code does not know is not written into: one line says why, and nothing is changed."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(OptexError) as refused:
        engine_for(database_url)
    assert str(refused.value) == (
        f"OPTEX_DATABASE_URL: the database's schema is of revision '0999', and this optex knows none after '{HEAD}': "
        "a newer optex made it, or another program; nothing was changed"
    )
    with engine.connect() as connection:
        assert "0999" == connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def test_the_tables_of_another_program_are_left_alone(database_url):
    """A database that holds a table of one of our names, which optex did not make, is refused and not touched."""
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE actions (id INTEGER)"))
    refusal = r"^OPTEX_DATABASE_URL: the database cannot be had: .*actions.* already exists$"
    with pytest.raises(OptexError, match=refusal):
        engine_for(database_url)
    assert ["actions"] == inspect(engine).get_table_names()
    engine.dispose()


@pytest.mark.parametrize(("table", "entry"), ENTRIES, ids=[table.name for table, _ in ENTRIES])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_what_is_append_only_cannot_be_changed(engine, table, entry, act):
    """The database itself refuses to change or delete what was told, shown or decided, or the audit's entry of it."""
    with engine.begin() as connection:
        connection.execute(insert(t.offers).values(**OFFER))
        connection.execute(insert(table).values(offer="alpha", **entry))
    column = table.c.rule if "rule" in table.c else table.c.name
    statement = update(table).values({column: "X"}) if act == "update" else delete(table)
    with pytest.raises(DBAPIError, match=f"{table.name} is append-only"), engine.begin() as connection:
        connection.execute(statement)
    with engine.connect() as connection:
        assert [entry[column.name]] == list(connection.execute(select(column)).scalars())


def test_every_append_only_table_is_tried():
    """So that a table that is declared so is one."""
    assert set(t.APPEND_ONLY) == {table for table, _ in ENTRIES}


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
