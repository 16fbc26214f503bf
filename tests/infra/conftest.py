"""A good offer folder, any file of which a test may write anew, and databases of both kinds."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from infra.database.engine import connect, migrate, sqlite_url
from infra.folder.reader import FILES, Folder, read_folder
from optex.errors import BadData
from tests import postgres
from tests.infra.old_books import load_old_books

OFFER = """offer = "alpha-2003"
issuer = "Alpha"
commences = 2003-02-28
expires = 2003-03-31T17:00:00
[stock]
symbol = "ALPH"
exchange = "NASDAQ"
[plan]
name = "Plan"
shares_authorized = 2400000
[contact]
name = "Options"
email = "options@example.com"
"""
HOLDERS = "holder_id,name,email,jurisdiction,voting_percent\nH1,Ann Lee,ann@example.com,US,12.5\nH2,Bo Ray,,US,\n"
SERVICE = "holder_id,capacity,from,to\nH1,employee,1999-01-04,\nH2,director,1999-01-04,2003-06-30\n"
GRANTS = (
    "grant_id,holder_id,granted_on,shares,exercised,price,type,expires_on,vesting\n"
    "G1,H1,2000-01-03,1000,100,12.5,ISO,2010-01-03,2001-01-03:400;2002-01-03:600\n"
    "G2,H1,2000-02-01,500,0,0.3333,NSO,2010-02-01,\n"
    "G3,H2,2001-02-01,500,0,3.10,NSO,2006-02-01,\n"
)
FORM_COLUMNS = (
    "form_id,holder_id,kind,received_at,signed_on,signed_as,channel,title,authority,"
    "grant_id,shares,original_shares,granted_on,price,exercised\n"
)
ELECTIONS = FORM_COLUMNS + (
    "F1,H1,election,2003-03-10T10:30:00,2003-03-10,Ann Lee,fax,,,G1,900,1000,2000-01-03,12.50,100\n"
    "F1,H1,election,2003-03-10T10:30:00,2003-03-10,Ann Lee,fax,,,G2,500,500,2000-02-01,0.3333,0\n"
    "F2,H1,withdrawal,2003-04-14T10:30-04:00,2003-04-14,Ann Lee,hand,,,,,,,,\n"
)
PRICES = "date,close\n2003-10-03,1.05\n"


@dataclass(frozen=True)
class OfferFolder:
    """A folder on disk, and what reading it says."""

    path: Path

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def text(self, name: str) -> str:
        """The text of a file as it stands."""
        return (self.path / name).read_text()

    def add(self, name: str, *rows: str) -> None:
        """Add rows to a file."""
        with (self.path / name).open("a") as file:
            file.writelines(row + "\n" for row in rows)

    def read(self) -> Folder:
        return read_folder(self.path)

    def faults(self) -> list[str]:
        """The faults of the folder, which must have some."""
        with pytest.raises(BadData) as caught:
            read_folder(self.path)
        return [str(fault) for fault in caught.value.faults]

    def places(self) -> list[str]:
        """Its faults as file:line:column."""
        return [":".join(fault.split(": ")[:2]) for fault in self.faults()]


@pytest.fixture
def folder(tmp_path: Path) -> OfferFolder:
    """The good folder."""
    for name, text in zip(FILES, (OFFER, HOLDERS, SERVICE, GRANTS, ELECTIONS, PRICES), strict=False):
        (tmp_path / name).write_bytes(text.encode())
    return OfferFolder(tmp_path)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A running PostgreSQL, gone at the end of the session."""
    # The path of its socket must be short.
    with (
        tempfile.TemporaryDirectory(prefix="optex-pg-", ignore_cleanup_errors=True) as folder,
        postgres.running(Path(folder) / "data") as server,
    ):
        yield server


_NUMBER = count(1)


def _new_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        return sqlite_url(folder / "books" / "optex.db")
    return request.getfixturevalue("postgres_server").new_database(f"optex_{next(_NUMBER)}")


@contextmanager
def _migrated(url: str) -> Iterator[Engine]:
    engine = connect(url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new and empty database, of one kind and of the other."""
    return _new_database(request.param, tmp_path, request)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A new database with its schema up to date, of one kind and of the other."""
    with _migrated(database_url) as engine:
        yield engine


@pytest.fixture
def old_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """The URL of another database of the same kind, with the books of an offer as the first schema kept them."""
    url = _new_database(make_url(database_url).get_backend_name(), tmp_path / "old", request)
    load_old_books(url)
    return url


@pytest.fixture
def old_engine(old_url: str) -> Iterator[Engine]:
    """The database of the first schema."""
    engine = connect(old_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_and_postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Engine]]:
    """A new database of each kind."""
    urls = {kind: _new_database(kind, tmp_path, request) for kind in ("sqlite", "postgresql")}
    with _migrated(urls["sqlite"]) as sqlite, _migrated(urls["postgresql"]) as postgresql:
        yield {"sqlite": sqlite, "postgresql": postgresql}
