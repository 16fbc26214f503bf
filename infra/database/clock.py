"""The clock of a database's server, which may be another machine's."""

from datetime import datetime

from sqlalchemy import Connection, func, select


def server_clock(connection: Connection) -> datetime | None:
    """The instant by the clock of the server; None where the database is a file on this machine."""
    if connection.dialect.name != "postgresql":
        return None
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now
