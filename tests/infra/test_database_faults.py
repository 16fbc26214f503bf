"""What falls over under the books: each told in one line, nothing half done, and the next run does what was due."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, make_url, text

from flows.simulate import Runs, play_through
from infra.database import engine as engines
from infra.database import tables as t
from infra.database.engine import bulk_insert, connect, engine_for, sqlite_url
from infra.database.trouble import DatabaseTrouble
from infra.folder.arrivals import ArrivalQueue
from infra.folder.reader import read_folder
from infra.handlers.intake import load_folder
from infra.mail.sink import Sink
from infra.workspace import Workspace, using
from optex.errors import OptexError
from tests import postgres
from tests.driver import run_body, send, take_in_due
from tests.kills import CountingPost, snapshot
from tests.offers import local

HOLDERS = 40
_NUMBER = count(1)


@dataclass(frozen=True)
class Books:
    """The books of an offer that is closed, and whose acceptance is due on April 1 at 9."""

    workspace: Workspace

    @property
    def url(self) -> str:
        return self.workspace.database_url

    @property
    def file(self) -> Path:
        return Path(make_url(self.url).database)

    def engine(self) -> Engine:
        return self.workspace.engine

    def close(self) -> None:
        """As if this process had ended: the next one opens the database anew."""
        engine = vars(self.workspace).pop("engine", None)  # where it was opened, the workspace keeps it
        if engine is not None:
            engine.dispose()
        engine_for.cache_clear()

    def cancel(self) -> str:
        """The step that accepts and cancels, by the body of its flow, with its letters; what it says."""
        with using(self.workspace):
            with self.workspace.read() as db:
                step = db.step("cancel")
            return asyncio.run(run_body(self.workspace.offer, step, step.due)).message

    def told(self) -> str:
        """In what words the step fails: one line, with neither a statement nor what was to be written."""
        with pytest.raises(DatabaseTrouble) as caught:
            self.cancel()
        said = str(caught.value)
        assert 1 == len(said.splitlines())
        assert not [word for word in ("[SQL", "INSERT INTO", "FROM", "Ann Lee", "@alpha") if word in said]
        return said

    def all(self) -> dict[str, list[str]]:
        return snapshot(self.engine())


@pytest.fixture(scope="module")
def closed(new_offer, tmp_path_factory):
    """How to make such books in a database."""
    offer = new_offer(offer="closed", reminders=[])
    for n in range(1, HOLDERS + 1):
        offer.holder(f"H{n}", f"Ann Lee {n}").grant(f"G{n}", 1000)
        offer.tenders(f"F{n}", "2003-03-10T10:00:00", **{f"G{n}": 600})
    folder = read_folder(offer.write())
    mail = tmp_path_factory.mktemp("mail")

    def make(url: str) -> Books:
        arrivals = ArrivalQueue(folder)
        workspace = Workspace(offer="closed", database_url=url, mail_dir=mail, arrivals=arrivals)
        known = arrivals.known_service(folder.terms.commences, folder.service_periods)

        async def play() -> None:
            runs = Runs(step=run_body, take_in=take_in_due, send=send)
            await play_through(workspace, local("2003-04-01T08:30:00"), runs)

        with Sink(mail) as sink, using(replace(workspace, smtp=sink.smtp)) as workspace:
            load_folder(workspace.engine, folder, folder.terms.opens, known)
            asyncio.run(play())
        workspace.engine.dispose()
        engine_for.cache_clear()
        return Books(replace(workspace, smtp=None))

    return make


@pytest.fixture(scope="module")
def file_of_closed(closed, tmp_path_factory):
    """Such books in a file, and what is in them after an undisturbed acceptance."""
    books = closed(sqlite_url(tmp_path_factory.mktemp("closed") / "optex.db"))
    books.close()
    kept = books.file.with_name("kept.db")
    shutil.copyfile(books.file, kept)
    books.cancel()
    after = books.all()
    books.close()
    return kept, after, books.workspace


@pytest.fixture
def in_a_file(file_of_closed, tmp_path):
    """Such books in a file of a directory of its own, which is called as an offer's is."""
    directory = tmp_path / "books"
    directory.mkdir(mode=0o700)
    kept, _, workspace = file_of_closed
    shutil.copyfile(kept, directory / "optex.db")
    books = Books(replace(workspace, database_url=sqlite_url(directory / "optex.db")))
    yield books
    books.close()


@pytest.fixture
def undisturbed(file_of_closed):
    return file_of_closed[1]


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL that these tests may kill; the path of its socket must be short."""
    with (
        tempfile.TemporaryDirectory(prefix="optex-pg-", ignore_cleanup_errors=True) as folder,
        postgres.running(Path(folder) / "data") as server,
    ):
        yield server


@pytest.fixture(scope="module")
def template(closed, server):
    """Such books in a database, to be copied."""
    books = closed(server.new_database("closed"))
    books.close()
    return books


@pytest.fixture
def in_postgresql(template, server):
    name = f"closed-{next(_NUMBER)}"
    server.execute(f'CREATE DATABASE "{name}" TEMPLATE closed')
    url = make_url(template.url).set(database=name).render_as_string(hide_password=False)
    books = Books(replace(template.workspace, database_url=url))
    yield books
    books.close()


@contextmanager
def somebody(directory: Path) -> Iterator[None]:
    """Who runs the tests may be root, whom no mode keeps out: as somebody else, whose directory it is."""
    user = os.geteuid()
    if user == 0:
        for each in (directory, *directory.iterdir()):
            os.chown(each, 65534, -1)
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def open_to_all(path: Path) -> None:
    """Let somebody else come as far as this directory."""
    for each in (path, *path.parents):
        if each.stat().st_uid == os.geteuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o011)


@pytest.mark.skipif(os.name == "nt", reason="no such modes")
@pytest.mark.parametrize("which", ["file", "directory"])
def test_books_that_may_not_be_written(in_a_file, undisturbed, which):
    """The file, or the directory in which SQLite keeps its log: it is said which, and afterwards the step is done."""
    before = in_a_file.all()
    in_a_file.close()
    directory = in_a_file.file.parent
    open_to_all(directory.parent)
    path = in_a_file.file if which == "file" else directory
    mode = path.stat().st_mode
    with somebody(directory):
        path.chmod(mode & ~0o222)
        said = in_a_file.told()
        in_a_file.close()
        path.chmod(mode)
        assert str(in_a_file.file) in said
        assert "takes no writes" in said or "cannot be opened" in said
        assert before == in_a_file.all()
        in_a_file.close()
    assert in_a_file.cancel().startswith("Accepted and cancelled 40 options")
    assert undisturbed == in_a_file.all()


def test_a_server_that_is_read_only(in_postgresql, undisturbed, server):
    """As a standby is: it is told, and once it takes writes again the step is done."""
    before, name = in_postgresql.all(), make_url(in_postgresql.url).database
    server.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    in_postgresql.close()
    assert "takes no writes (cannot execute" in in_postgresql.told()
    assert before == in_postgresql.all()
    server.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    in_postgresql.close()
    in_postgresql.cancel()
    assert undisturbed == in_postgresql.all()


@pytest.mark.parametrize("kind", ["in_a_file", "in_postgresql"])
def test_books_that_another_keeps_locked(request, monkeypatch, undisturbed, kind):
    """For longer than is waited for, here a second: then it is told, and done when the other has ended."""
    monkeypatch.setattr(engines, "PATIENCE", 1)
    books = request.getfixturevalue(kind)
    books.close()
    before = books.all()
    other = connect(books.url)
    with other.begin() as connection:
        connection.execute(t.offers.select().with_for_update()).all()
        assert "is kept locked by another program that writes" in books.told()
    other.dispose()
    assert before == books.all()
    books.cancel()
    assert undisturbed == books.all()


def test_books_that_grow_no_more(in_a_file, undisturbed):
    """A disk that is full by the measure of SQLite, in the middle of the acceptance."""
    before = in_a_file.all()

    def no_room(connection, _record):
        connection.execute("PRAGMA max_page_count = 1")  # as many as there are: it shrinks no file

    event.listen(in_a_file.engine(), "connect", no_room)
    in_a_file.engine().dispose()
    assert "has no room left on its disk (database or disk is full): make room there" in in_a_file.told()
    in_a_file.close()
    assert before == in_a_file.all()
    in_a_file.cancel()
    assert undisturbed == in_a_file.all()


@contextmanager
def small_disk(path: Path, size: str) -> Iterator[Path]:
    """A file system of so many bytes; skipped where none may be mounted."""
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], capture_output=True)
    if mounted.returncode:
        pytest.skip("nothing may be mounted here")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def fill(path: Path) -> Path:
    """Leave no byte of a disk free."""
    file = path / "filling"
    with file.open("wb", buffering=0) as filling:
        try:
            while filling.write(bytes(4096)):
                pass
        except OSError:
            return file
    return file


needs_mount = pytest.mark.skipif(shutil.which("mount") is None or os.geteuid() != 0, reason="only root may mount")


@needs_mount
def test_a_disk_that_is_full(in_a_file, undisturbed, tmp_path):
    """For real: not a byte is free while the step writes; with room it is done."""
    with small_disk(tmp_path / "disk", "4m") as disk:
        books = Books(replace(in_a_file.workspace, database_url=sqlite_url(disk / "optex.db")))
        shutil.copyfile(in_a_file.file, books.file)
        before = books.all()
        filling = fill(disk)
        said = books.told()
        assert "has no room left on its disk" in said or "cannot be read from its disk, or written to it" in said
        books.close()
        filling.unlink()
        assert before == books.all()
        books.cancel()
        assert undisturbed == books.all()
        books.close()


@needs_mount
def test_a_disk_of_the_server_that_is_full(template, server, undisturbed, tmp_path_factory):
    """For real: the database lies in a table space on a disk without a free byte; with room the step is done."""
    with (
        tempfile.TemporaryDirectory(prefix="optex-disk-") as place,
        small_disk(Path(place) / "disk", "40m") as disk,
    ):
        owner = Path(make_url(template.url).query["host"]).stat()
        Path(place).chmod(0o755)
        os.chown(disk, owner.st_uid, owner.st_gid)
        server.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
        server.execute("CREATE DATABASE tight TEMPLATE closed TABLESPACE small")
        url = make_url(template.url).set(database="tight").render_as_string(hide_password=False)
        books = Books(replace(template.workspace, database_url=url))
        before = books.all()
        filling = fill(disk)
        assert "has no room left on its disk (" in books.told()
        filling.unlink()
        assert before == books.all()
        books.cancel()
        assert undisturbed == books.all()
        books.close()
        server.execute("DROP DATABASE tight", "DROP TABLESPACE small")


def broken_header(file: Path) -> None:
    file.write_bytes(b"\x55" * 100 + file.read_bytes()[100:])


def broken_middle(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096 * 3 : -4096] = b"\x55" * (len(content) - 4096 * 4)
    file.write_bytes(content)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 // 4096 * 4096)


@pytest.mark.parametrize("damage", [broken_header, broken_middle, cut])
def test_books_that_are_damaged(in_a_file, damage):
    """In the header, in the middle, or cut off: told with what to do, and the file stays as it is found."""
    in_a_file.close()
    damage(in_a_file.file)
    found = in_a_file.file.read_bytes()
    said = in_a_file.told()
    assert said.startswith(f"{in_a_file.file} is damaged (")
    assert "stop `optex serve`" in said
    assert "`optex restore` the last backup" in said
    in_a_file.close()
    assert found == in_a_file.file.read_bytes()


def test_books_without_a_byte_are_not_begun_anew(in_a_file):
    """SQLite would take such a file for a new one, and the offer be opened again to everybody."""
    in_a_file.close()
    in_a_file.file.write_bytes(b"")
    os.utime(in_a_file.file, (1_000_000_000, 1_000_000_000))
    with pytest.raises(OptexError, match=r"optex\.db is empty: whatever books were in it are gone"):
        in_a_file.cancel()
    assert b"" == in_a_file.file.read_bytes()


def test_a_log_that_is_damaged_loses_whole_transactions_only(in_a_file, undisturbed):
    """What was committed last is not half there: as if the step had not been done, which the next run does."""
    before = in_a_file.all()
    with closing(sqlite3.connect(in_a_file.file)) as reader:
        reader.execute("SELECT count(*) FROM audit").fetchone()  # as long as it is open, the log is not written back
        in_a_file.cancel()
        copied = in_a_file.file.parent / "copied"
        copied.mkdir()
        for name in ("optex.db", "optex.db-wal"):
            shutil.copyfile(in_a_file.file.with_name(name), copied / name)
    log = copied / "optex.db-wal"
    content = bytearray(log.read_bytes())
    assert len(content) > 32 + 4096
    content[100:200] = b"\x55" * 100
    log.write_bytes(content)
    books = Books(replace(in_a_file.workspace, database_url=sqlite_url(copied / "optex.db")))
    assert before == books.all()
    books.cancel()
    assert undisturbed == books.all()
    books.close()


def wait_for(server: postgres.Server) -> None:
    """Until a server that lost a process has put itself right."""
    for _ in range(1000):
        try:
            server.execute("SELECT pg_sleep(0.05)")
            return
        except Exception:
            continue
    raise AssertionError("the server did not come back")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_server_that_is_killed_and_comes_back(in_postgresql, undisturbed, server, share):
    """Its process for the step is killed after a part of the statements: told, undone, and done by the next run."""
    before = in_postgresql.all()
    engine = in_postgresql.engine()
    statements = count_statements(in_postgresql, server)
    left = int(statements * share)

    def kill(connection, *_):
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(connection.connection.dbapi_connection.info.backend_pid, signal.SIGKILL)

    event.listen(engine, "after_cursor_execute", kill)
    said = in_postgresql.told()
    assert "does not answer (" in said
    assert "see that the server is up" in said
    event.remove(engine, "after_cursor_execute", kill)
    wait_for(server)
    assert before == in_postgresql.all()
    in_postgresql.cancel()
    assert undisturbed == in_postgresql.all()


def test_a_server_that_is_killed_as_it_is_told_what_was_sent(in_postgresql):
    """It is told again when it is back: of the letters of the acceptance none goes out a second time."""
    post = CountingPost()
    books = Books(replace(in_postgresql.workspace, smtp=post.smtp))
    killed = []

    def kill(connection, _cursor, statement, *_):
        if not killed and statement.startswith("UPDATE notices SET") and "sent_at" in statement.partition("WHERE")[0]:
            killed.append(connection.connection.dbapi_connection.info.backend_pid)
            os.kill(killed[0], signal.SIGKILL)

    event.listen(books.engine(), "before_cursor_execute", kill)
    books.cancel()
    post.close()
    assert 1 == len(killed)
    assert {1} == set(post.taken.values())
    assert HOLDERS == len(post.taken)
    with books.workspace.read() as db:
        assert [] == [row.notice_id for row in db.rows(t.notices) if row.sent_at is None]
    books.close()


def count_statements(books: Books, server: postgres.Server) -> int:
    """How many statements the transaction of the step has, by doing it and taking it back."""
    statements = 0

    def counted(*_):
        nonlocal statements
        statements += 1

    def broken_off(_connection):
        if statements > 8:  # the first transactions only read
            raise OptexError("broken off")

    engine = books.engine()
    event.listen(engine, "after_cursor_execute", counted)
    event.listen(engine, "commit", broken_off)
    with pytest.raises(OptexError, match="broken off"):
        books.cancel()
    event.remove(engine, "after_cursor_execute", counted)
    event.remove(engine, "commit", broken_off)
    engine.dispose()
    return statements


def test_a_server_that_goes_away_while_it_is_sent_many_rows(in_postgresql, server):
    """What goes to the driver itself, past SQLAlchemy, is told in the same words."""
    engine = connect(in_postgresql.url)
    row = {"offer": "closed", "holder_id": "H1", "name": "Ann", "email": "", "jurisdiction": "", "voting_percent": 0}
    rows = [{**row, "holder_id": f"X{n}"} for n in range(1000)]
    connection = engine.connect()
    backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    server.execute(f"SELECT pg_terminate_backend({backend}, 5000)")
    with pytest.raises(DatabaseTrouble, match=r"does not answer"):
        bulk_insert(connection, t.holders, rows)
    connection.invalidate()
    connection.close()
    engine.dispose()


def test_a_user_and_a_database_that_are_not_there(in_postgresql):
    """Told in one line without a password; nothing is waited for."""
    url = make_url(in_postgresql.url)
    for other in (url.set(database="nowhere"), url.set(username="nobody", password="s3cret")):
        with pytest.raises(OptexError) as caught:
            engine_for(other.render_as_string(hide_password=False))
        said = str(caught.value)
        assert ("does not answer" in said, "s3cret" in said, len(said.splitlines())) == (True, False, 1)
