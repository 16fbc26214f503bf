"""The bare insert: rows that are in memory already, written into an empty database of the same schema."""

import json
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select

from benchmarks.measuring import Meter, Taken
from infra.database.tables import metadata


def rows_of(engine: Engine) -> dict[str, int]:
    """How many rows are in each table."""
    with engine.connect() as connection:
        counts = {each.name: select(func.count()).select_from(each) for each in metadata.sorted_tables}
        return {name: connection.execute(count).scalar() or 0 for name, count in counts.items()}


def bare(full: Engine, empty: Engine, postmaster: int) -> dict[str, Taken]:
    """What a row takes, table by table, to be written as it is by the fastest way of the driver, and committed."""
    taken = {}
    with full.connect() as source:
        for table in metadata.sorted_tables:
            rows = [
                [json.dumps(cell) if isinstance(cell, dict | list) else cell for cell in row]
                for row in source.connection.cursor().execute(f"SELECT * FROM {table.name}").fetchall()
            ]
            meter = Meter(postmaster, shown=False)
            with meter.measure(table.name), empty.begin() as target:
                _insert(target, table, rows)
            taken[table.name] = meter.took[table.name] * (1 / max(len(rows), 1))
    return taken


def _insert(target: Connection, table: Table, rows: list[Any]) -> None:
    if target.dialect.name == "postgresql":
        with target.connection.cursor().copy(f"COPY {table.name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif rows:
        target.exec_driver_sql(
            f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(rows[0]))})", [*map(tuple, rows)]
        )
