"""A backup holds an offer as it was at one instant, also while others write, and is restored whole or not at all."""

import asyncio
import hashlib
import json
import socket
import sqlite3
import stat
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import make_url, text

from infra.backup.archive import DamagedBackup
from infra.backup.backup import back_up, pg_dump
from infra.backup.restore import restore
from infra.database.engine import HEAD, connect, engine_for, sqlite_url
from infra.database.writer import open_reader, open_writer
from infra.folder.reader import FILES
from infra.handlers.intake import load_folder
from infra.ledgers.export import export
from infra.mail.delivery import deliver
from infra.mail.smtp import SmtpSettings
from infra.settings import DATABASE
from infra.workspace import Workspace, workspace_in
from optex import notices
from optex.errors import OptexError
from tests.infra.old_books import load_old_books

AT = datetime(2003, 3, 3, 14, tzinfo=UTC)
OFFER = "alpha-2003"
ROOT = Path(__file__).parents[2]
# A process that writes an entry of the audit at a time until it is ended.
WRITER = """
import sys
from datetime import UTC, datetime
from infra.database.engine import engine_for
from infra.database.writer import open_writer
engine = engine_for(sys.argv[1])
for n in range(10**9):
    with open_writer(engine, "alpha-2003") as db:
        db.audit(datetime.now(UTC), "Ann Lee", [("price", f"S{n}", "GRT-1", "x" * 200)])
    if n == 0:
        print("writing", flush=True)
"""


@pytest.fixture
def offer(folder):
    """A folder whose offer was taken in on March 3, 2003: with wording of its own, a letter as a file, and secrets."""
    (folder / "templates").mkdir()
    (folder / "templates" / "reminder.j2").write_text("Words of our own.\n")
    (folder / ".env").write_text("OPTEX_SMTP_PASSWORD=s3cret\n")
    (folder / "notes.txt").write_text("nobody's business\n")
    workspace = workspace_in(folder.path)
    workspace.mail_dir.mkdir(parents=True)
    (workspace.mail_dir / "2003-03-03-offer-opened-ann-lee-0123456789ab.eml").write_bytes(b"Subject: x\r\n\r\ny\r\n")
    (workspace.mail_dir / ".0123456789ab.part").write_bytes(b"a draft")
    (folder / ".optex" / "server.log").write_text("a log\n")
    load_folder(workspace.engine, folder.read(), AT)
    return workspace


@pytest.fixture
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("backups") / "alpha.zip"


def head(url):
    engine = connect(url)
    with open_reader(engine, OFFER) as db:
        found = db.audit_head()
    engine.dispose()
    return found.entries, found.hash


def ledgers(url, out):
    engine = connect(url)
    with open_reader(engine, OFFER) as db:
        export(db, out)
    engine.dispose()
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_what_is_in_a_backup(offer, file):
    """Books, letters and the offer's own files, for this user only; no secrets, drafts, logs or files of others."""
    manifest = back_up(offer.folder, offer, file)
    letter = ".optex/mail/2003-03-03-offer-opened-ann-lee-0123456789ab.eml"
    present = [name for name in FILES if name != "script.toml"]
    expected = {".optex/optex.db", letter, "templates/reminder.j2", *present}
    with zipfile.ZipFile(file) as archive:
        assert expected | {"backup.json"} == set(archive.namelist())
        assert {each.name: each.sha256 for each in manifest.files} == {
            name: hashlib.sha256(archive.read(name)).hexdigest() for name in expected
        }
        stated = json.loads(archive.read("backup.json"))
    assert (OFFER, HEAD) == (stated["offer"], stated["books"]["revision"])
    assert head(offer.database_url) == (stated["books"]["entries"], stated["books"]["head"])
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert [file] == list(file.parent.iterdir())


def test_what_is_restored_is_what_was_backed_up(offer, file, tmp_path_factory):
    """Every ledger byte for byte, every file, and none that others can read."""
    back_up(offer.folder, offer, file)
    place = tmp_path_factory.mktemp("restored")
    restored = restore(file, place / "new" / "alpha", AT)
    new = place / "new" / "alpha"
    assert ledgers(offer.database_url, place / "one") == ledgers(sqlite_url(new / DATABASE), place / "two")
    for path in (path for path in new.rglob("*") if path.is_file() and path.name != "optex.db"):
        assert (offer.folder / path.relative_to(new)).read_bytes() == path.read_bytes()
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (new, *new.rglob("*"))}
    assert {True: 0o700, False: 0o600} == modes
    assert ("", OFFER) == (restored.manifest.books.broken, workspace_in(new).offer)
    assert ["new", "one", "two"] == sorted(path.name for path in place.iterdir())


def test_a_backup_while_another_process_writes(offer, file, tmp_path_factory):
    """Each of three holds an intact audit, and more of it than the one before; so does one after the writer's death."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, offer.database_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert "writing\n" == writer.stdout.readline()
        books = [back_up(offer.folder, offer, file.with_name(f"{n}.zip")).books for n in range(3)]
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.communicate()
    books.append(back_up(offer.folder, offer, file).books)
    assert [""] * 4 == [each.broken for each in books]
    assert 2 <= books[0].entries < books[1].entries < books[2].entries < books[3].entries
    new = tmp_path_factory.mktemp("restored") / "alpha"
    restore(file.with_name("1.zip"), new, AT)
    assert (books[1].entries, books[1].head) == head(sqlite_url(new / DATABASE))


def test_nothing_is_overwritten(offer, file, tmp_path):
    """Neither a backup by another nor an offer by a backup; an empty folder may be there."""
    file.write_text("an earlier backup")
    with pytest.raises(OptexError, match="is there already"):
        back_up(offer.folder, offer, file)
    assert "an earlier backup" == file.read_text()
    file.unlink()
    back_up(offer.folder, offer, file)
    before = {path: path.read_bytes() for path in offer.folder.rglob("*") if path.is_file()}
    with pytest.raises(OptexError, match="never overwritten"):
        restore(file, offer.folder, AT)
    assert before == {path: path.read_bytes() for path in offer.folder.rglob("*") if path.is_file()}
    empty = file.parent / "empty"
    empty.mkdir()
    restore(file, empty, AT)
    assert head(offer.database_url) == head(sqlite_url(empty / DATABASE))


def changed(file, **contents):
    """A backup with other contents: by name, None for one that is taken out; the manifest by what it states."""
    new = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(new, "w") as archive:
        kept = {name: old.read(name) for name in old.namelist()}
        manifest = {**json.loads(kept["backup.json"]), **contents.pop("manifest", {})}
        kept |= {"backup.json": json.dumps(manifest).encode(), **contents}
        for name, content in kept.items():
            if content is not None:
                archive.writestr(name, content)
    return new


def stated(name, content):
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ({"holders.csv": b"holder_id,name\n"}, "holders.csv is not as it was backed up"),
        ({"grants.csv": None}, "are not those that its manifest names"),
        ({"more.csv": b"x"}, "are not those that its manifest names"),
        ({"../../evil.csv": b"x"}, "are not those that its manifest names"),
        ({"backup.json": None}, "has no backup.json"),
        ({"backup.json": b"{}"}, "is not as this optex writes one"),
        ({"manifest": {"format": 2}}, "format: Input should be 1; a newer optex made it"),
        ({"manifest": {"offer": "beta"}}, "holds no offer 'beta'"),
    ],
)
def test_a_backup_that_was_changed_is_refused(offer, file, contents, said):
    """It is said what is wrong, and nothing is written."""
    back_up(offer.folder, offer, file)
    new = file.parent / "new"
    with pytest.raises(OptexError) as caught:
        restore(changed(file, **contents), new, AT)
    assert said in str(caught.value)
    assert {"alpha.zip", "changed.zip"} == {path.name for path in file.parent.iterdir()}


@pytest.mark.parametrize(
    "name",
    ["../evil.csv", "/evil.csv", "templates/../../x", ".env", ".optex/prefect/prefect.db", "C:x", "templates\\x", "a"],
)
def test_no_file_is_written_that_is_not_an_offers(offer, file, name):
    """However whole the backup is that holds it."""
    back_up(offer.folder, offer, file)
    with zipfile.ZipFile(file) as archive:
        files = json.loads(archive.read("backup.json"))["files"]
    evil = changed(file, manifest={"files": [*files, stated(name, b"evil")]}, **{name: b"evil"})
    with pytest.raises(DamagedBackup, match="is no file of an offer"):
        restore(evil, file.parent / "new", AT)
    assert {"alpha.zip", "changed.zip"} == {path.name for path in file.parent.iterdir()}


def test_books_that_are_not_those_of_the_manifest_are_refused(offer, file):
    """A manifest that names another head of the audit than the books end with is not believed."""
    back_up(offer.folder, offer, file)
    books = {"revision": HEAD, "entries": 7, "head": "0" * 64}
    with pytest.raises(DamagedBackup, match=r"and not with entry 7, 0{64}, as the backup says: nothing was restored"):
        restore(changed(file, manifest={"books": books}), file.parent / "new", AT)
    assert not (file.parent / "new").exists()


@pytest.mark.parametrize("cut", [100, 5_000, 30_000])
def test_a_backup_that_is_damaged_is_refused(offer, file, cut):
    """Cut off, or with a byte that is another."""
    back_up(offer.folder, offer, file)
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    with pytest.raises(DamagedBackup, match="is no backup, or damaged"):
        restore(file, file.parent / "new", AT)
    file.write_bytes(whole[:cut] + bytes([whole[cut] ^ 1]) + whole[cut + 1 :] if cut < len(whole) else b"")
    with pytest.raises(DamagedBackup):
        restore(file, file.parent / "new", AT)
    assert [file] == list(file.parent.iterdir())


def test_a_newer_schema_is_refused(offer, file):
    """Books of an optex that is newer than this one cannot be served by it."""
    back_up(offer.folder, offer, file)
    books = {"revision": "9999", "entries": 1, "head": "0" * 64}
    with pytest.raises(OptexError, match="'9999', and this optex knows none after"):
        restore(changed(file, manifest={"books": books}), file.parent / "new", AT)
    assert not (file.parent / "new").exists()


def test_books_of_an_older_schema_stay_as_they_are(folder, file):
    """A backup before an upgrade is one of the old books; restored they are served, and brought up to date then."""
    books = folder / DATABASE
    load_old_books(sqlite_url(books))
    content = books.read_bytes()
    manifest = back_up(folder.path, workspace_in(folder.path), file)
    assert ("0001", "", content) == (manifest.books.revision, manifest.books.broken, books.read_bytes())
    new = file.parent / "new"
    restore(file, new, AT)
    with sqlite3.connect(new / DATABASE) as restored:
        assert [("0001",)] == restored.execute("SELECT version_num FROM alembic_version").fetchall()
    with workspace_in(new).read() as db:
        assert (manifest.books.entries, manifest.books.head) == (db.audit_head().entries, db.audit_head().hash)


def test_books_that_are_damaged_are_not_backed_up(offer, file):
    """A database of which a page is lost: it is said, and no file is left that would be trusted."""
    offer.engine.dispose()
    engine_for.cache_clear()
    books = offer.folder / DATABASE
    content = bytearray(books.read_bytes())
    content[4096 * 3 : 4096 * 40] = b"\x55" * 4096 * 37
    books.write_bytes(content)
    with pytest.raises(OptexError, match=r"books cannot be copied|books are damaged"):
        back_up(offer.folder, offer, file)
    assert [] == list(file.parent.iterdir())


def test_an_audit_that_is_not_intact_is_backed_up_as_it_is(offer, file):
    """It is evidence: the backup says so, and so does what is restored from it."""
    with offer.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET detail = 'nothing' WHERE position = 1"))
    broken = f"entry 1 is changed: offer taken in, {OFFER}"
    assert broken == back_up(offer.folder, offer, file).books.broken
    assert broken == restore(file, file.parent / "new", AT).books.books.broken


def test_an_offer_that_is_not_on_record_yet(folder, file):
    """Its files are in the backup, and no books; restored there are none either."""
    manifest = back_up(folder.path, workspace_in(folder.path), file)
    assert (None, False) == (manifest.books, manifest.books_elsewhere)
    assert restore(file, file.parent / "new", AT).books is None
    assert sorted(path.name for path in folder.path.iterdir()) == sorted(
        path.name for path in (file.parent / "new").iterdir()
    )


class Server:
    """A mail server that counts the Message-IDs of what it takes."""

    def __init__(self):
        self.taken = Counter()

    async def handle_DATA(self, server, session, envelope):
        self.taken[next(line for line in envelope.content.splitlines() if line.startswith(b"Message-ID"))] += 1
        return "250 OK"


def test_what_was_sent_after_the_backup_is_sent_again_with_its_message_id(offer, file, folder):
    """It is counted at the restore; whoever gets it a second time can tell that it is the same."""
    read = folder.read()
    with open_writer(offer.engine, OFFER) as db:
        state = db.state()
        letters = [notices.offer_opened(state.terms, state.schedule, each, read.grants[:1]) for each in read.holders]
        db.queue_notices(letters, AT)
    (offer.folder / "templates" / "reminder.j2").unlink()
    back_up(offer.folder, offer, file)
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=_free_port())
    controller.start()
    smtp = SmtpSettings(host="127.0.0.1", port=controller.port, tls="none")
    try:
        asyncio.run(deliver(Workspace(**_fields(offer), smtp=smtp)))
        new = file.parent / "new"
        restored = restore(file, new, AT)
        assert 1 == restored.books.unsent  # H2 has no e-mail address
        asyncio.run(deliver(Workspace(**_fields(workspace_in(new)), smtp=smtp)))
    finally:
        controller.stop()
    assert [2] == list(server.taken.values())


def _fields(workspace):
    return {"offer": workspace.offer, "database_url": workspace.database_url, "mail_dir": workspace.mail_dir}


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_the_steps_that_are_due_are_told(offer, file):
    """Restored on April 2, 2003 the books of March 3 have still to open, remind, close and cancel."""
    back_up(offer.folder, offer, file)
    due = restore(file, file.parent / "new", datetime(2003, 4, 2, 14, tzinfo=UTC)).books.due
    assert ["open", "close", "cancel"] == [name for name in due if name in ("open", "close", "cancel", "regrant")]


def test_books_in_postgresql_are_dumped_by_its_own_program(sqlite_and_postgresql, folder, file, postgres_server):
    """The command that is told works as it stands; --without-database leaves the books out and says so."""
    engine = sqlite_and_postgresql["postgresql"]
    load_folder(engine, folder.read(), AT)
    url = engine.url.render_as_string(hide_password=False)
    mine = Workspace(offer=OFFER, database_url=url, mail_dir=folder / ".optex" / "mail", folder=folder.path)
    with pytest.raises(OptexError) as caught:
        back_up(folder.path, mine, file)
    assert not file.exists()
    told = str(caught.value).splitlines()[1].strip()
    assert pg_dump(url, file.with_suffix(".dump")) == told
    with engine.connect() as connection:
        programs = connection.execute(text("SELECT setting FROM pg_config WHERE name = 'BINDIR'")).scalar_one()
    subprocess.run(f"{programs}/{told}", shell=True, check=True, timeout=120)
    again = postgres_server.new_database("optex_restored")
    bare = make_url(again).set(drivername="postgresql").render_as_string(hide_password=False)
    words = ["--exit-on-error", "--no-owner", f"--dbname={bare}", str(file.with_suffix(".dump"))]
    subprocess.run([f"{programs}/pg_restore", *words], check=True, timeout=120)
    assert head(url) == head(again)
    manifest = back_up(folder.path, mine, file, without_database=True)
    assert (None, True) == (manifest.books, manifest.books_elsewhere)
    assert restore(file, file.parent / "new", AT).books is None


def test_the_command_for_postgresql_holds_no_secret():
    """Neither the password nor what else libpq takes as one; the shell takes it as one word."""
    url = "postgresql+psycopg://optex:s3cret@db.example.com:5433/optex?sslmode=require&sslpassword=s3cret"
    assert (
        "pg_dump --format=custom --file='my books.dump' 'postgresql://optex@db.example.com:5433/optex?sslmode=require'"
    ) == pg_dump(url, Path("my books.dump"))


def test_a_database_that_is_no_url_is_not_backed_up(folder, file):
    """Said in one line, without what may be a secret."""
    mine = Workspace(offer=OFFER, database_url="s3cret", mail_dir=folder / ".optex" / "mail")
    with pytest.raises(OptexError, match=r"^OPTEX_DATABASE_URL: Could not parse") as caught:
        back_up(folder.path, mine, file)
    assert "s3cret" not in str(caught.value)


def test_books_in_a_file_are_in_every_backup(offer, file):
    """--without-database is for PostgreSQL."""
    with pytest.raises(OptexError, match="which is in every backup"):
        back_up(offer.folder, offer, file, without_database=True)
    assert not file.exists()
