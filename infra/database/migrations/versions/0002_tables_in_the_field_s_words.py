"""tables in the field's words"""

from collections.abc import Iterable

from alembic import op
from sqlalchemy import inspect, text

revision = "0002"
down_revision = "0001"

RENAMED = [("spells", "service_periods"), ("facts", "actions"), ("options", "issued_options")]


def upgrade() -> None:
    _rename(RENAMED)


def downgrade() -> None:
    _rename((new, old) for old, new in RENAMED)


def _rename(names: Iterable[tuple[str, str]]) -> None:
    """Rename tables with the keys and indexes that bear their names, so that they are as if newly made."""
    for old, new in names:
        if op.get_bind().dialect.name == "sqlite":
            _make_again(old, new)
        else:
            _rename_in_place(old, new)


def _make_again(old: str, new: str) -> None:
    """SQLite keeps the names of keys in the text of CREATE TABLE only, and renames no index."""
    bind = op.get_bind()
    found = text("SELECT sql FROM sqlite_master WHERE tbl_name = :old AND sql IS NOT NULL ORDER BY type DESC")
    table, *indexes = bind.execute(found, {"old": old}).scalars().all()
    bind.exec_driver_sql(table.replace(old, new))
    bind.exec_driver_sql(f"INSERT INTO {new} SELECT * FROM {old} ORDER BY rowid")
    bind.exec_driver_sql(f"DROP TABLE {old}")
    for index in indexes:
        bind.exec_driver_sql(index.replace(old, new))


def _rename_in_place(old: str, new: str) -> None:
    bind = op.get_bind()
    keys = bind.execute(text("SELECT conname FROM pg_constraint WHERE conrelid = CAST(:old AS regclass)"), {"old": old})
    for key in keys.scalars().all():
        bind.exec_driver_sql(f'ALTER TABLE {old} RENAME CONSTRAINT "{key}" TO "{key.replace(old, new)}"')
    for index in [str(index["name"]) for index in inspect(bind).get_indexes(old)]:
        bind.exec_driver_sql(f'ALTER INDEX "{index}" RENAME TO "{index.replace(old, new)}"')
    bind.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
