"""The books of a small offer in databases as commit cd31a2d made them, when the schema had its first revision.

Dumped after that commit had opened and closed the offer of the `folder` fixture, cancelled what F1 tenders, refused an
extension, and recorded a 3-for-2 split and the last day of a director.
"""

import sqlite3
from pathlib import Path

from sqlalchemy import make_url

from infra.database.engine import connect

DUMPS = Path(__file__).parent / "books_of_0001"


def load_old_books(url: str) -> None:
    """Fill a new and empty database."""
    parsed = make_url(url)
    script = (DUMPS / f"{parsed.get_backend_name()}.sql").read_text(encoding="utf-8")
    if parsed.database and parsed.get_backend_name() == "sqlite":
        Path(parsed.database).parent.mkdir(parents=True)
        connection = sqlite3.connect(parsed.database)
        connection.executescript(script)
        connection.close()
        return
    engine = connect(url)
    with engine.begin() as connection:
        connection.connection.cursor().execute(script)
    engine.dispose()
