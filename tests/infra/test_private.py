"""Books and letters are for the user who runs optex, whatever the umask."""

import os
import stat
import subprocess
import sys
from smtplib import SMTP

import pytest

from flows.serve.modes import shut_out_others
from infra.database.engine import connect, sqlite_url
from infra.doctor.finding import Level
from infra.doctor.places import check_modes
from infra.mail.sink import Sink
from infra.private import private_from_now_on
from infra.whole_files import written_whole

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no such modes")


@pytest.fixture(autouse=True)
def open_to_all(tmp_path, monkeypatch):
    """A user whose new files everybody may read, in a directory without any."""
    monkeypatch.chdir(tmp_path)
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_books_are_made_where_nobody_else_can_look(tmp_path):
    """`.optex` is 0700, and the doctor has no advice about it; the folder above it is made as any other."""
    folder = tmp_path / "my-offer"
    connect(sqlite_url(folder / ".optex" / "optex.db"))
    assert (0o777, 0o700) == (mode(folder), mode(folder / ".optex"))
    assert [Level.OK] == [found.level for found in check_modes(folder)]


def test_the_files_of_the_books_are_for_this_user(tmp_path):
    """The database, and the two files that SQLite keeps beside it while it is written to."""
    engine = connect(sqlite_url(tmp_path / ".optex" / "optex.db"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE holder (name)")
        files = sorted((tmp_path / ".optex").iterdir())
        assert ["optex.db", "optex.db-shm", "optex.db-wal"] == [file.name for file in files]
        assert [0o600] * 3 == [mode(file) for file in files]


def test_what_is_handed_out_is_for_this_user(tmp_path):
    """A report, a ledger, a page of letters: it names people, and whoever made it passes it on."""
    with written_whole(tmp_path / "out" / "report.html") as unfinished:
        unfinished.write_text("Ann Owner")
    assert (0o700, 0o600) == (mode(tmp_path / "out"), mode(tmp_path / "out" / "report.html"))


def test_letters_are_kept_where_nobody_else_can_look(tmp_path):
    """`.optex/mail` is 0700, and so is `.optex` where the books are in a database elsewhere."""
    with Sink(tmp_path / ".optex" / "mail") as sink, SMTP(sink.smtp.host, sink.smtp.port) as connection:
        connection.sendmail("a@alpha.example", ["b@alpha.example"], "Subject: Your options\n\nAnn Owner")
    assert (0o700, 0o700) == (mode(tmp_path / ".optex"), mode(tmp_path / ".optex" / "mail"))
    assert [0o600] == [mode(letter) for letter in (tmp_path / ".optex" / "mail").iterdir()]
    assert [Level.OK] == [found.level for found in check_modes(tmp_path)]


def test_a_directory_that_is_there_is_left_as_it_is(tmp_path):
    """Somebody may have shared it with a group on purpose: the doctor tells, and no reading changes it."""
    (tmp_path / ".optex").mkdir(mode=0o750)
    connect(sqlite_url(tmp_path / ".optex" / "optex.db"))
    assert 0o750 == mode(tmp_path / ".optex")
    assert [Level.ADVICE] == [found.level for found in check_modes(tmp_path)]


def test_what_was_opened_wider_is_told_and_shut_when_the_offer_is_served(tmp_path):
    """As by `chmod -R a+rX`: each path is counted, what is shut stays usable, a link leads nobody's files astray."""
    kept, elsewhere = tmp_path / ".optex", tmp_path / "shared.txt"
    (kept / "mail").mkdir(parents=True)
    (kept / "mail" / "a.eml").write_text("Ann Owner")
    elsewhere.write_text("for everybody")
    (kept / "link").symlink_to(elsewhere)
    [found] = check_modes(tmp_path)
    assert f"{kept}, where books and letters are, is open to others by its mode: itself, mail, mail/a.eml" == found.said
    assert [f"{kept} was open to others on this machine: 3 files shut."] == list(shut_out_others([tmp_path]))
    assert [0o700, 0o700, 0o600, 0o666] == [
        mode(each) for each in (kept, kept / "mail", kept / "mail/a.eml", elsewhere)
    ]
    assert ([Level.OK], []) == ([each.level for each in check_modes(tmp_path)], list(shut_out_others([tmp_path])))


def test_whatever_a_command_makes_is_for_its_user(tmp_path):
    """The umask of the shell does not matter; what is started by it, as Prefect's server, makes its files so too."""
    private_from_now_on()
    (tmp_path / "file").touch()
    subprocess.run([sys.executable, "-c", "open('child', 'x')"], cwd=tmp_path, check=True)
    assert [0o600, 0o600] == [mode(tmp_path / name) for name in ("file", "child")]
