"""Books and letters are for the user who runs optex, whatever the umask."""

import os
import stat

import pytest

from infra.database.engine import connect, sqlite_url
from infra.doctor.finding import Level
from infra.doctor.places import check_modes
from infra.mail.sink import Sink

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


def test_letters_are_kept_where_nobody_else_can_look(tmp_path):
    """`.optex/mail` is 0700, and so is `.optex` where the books are in a database elsewhere."""
    with Sink(tmp_path / ".optex" / "mail"):
        assert (0o700, 0o700) == (mode(tmp_path / ".optex"), mode(tmp_path / ".optex" / "mail"))
    assert [Level.OK] == [found.level for found in check_modes(tmp_path)]


def test_a_directory_that_is_there_is_left_as_it_is(tmp_path):
    """Somebody may have shared it with a group on purpose: the doctor tells, nobody changes it."""
    (tmp_path / ".optex").mkdir(mode=0o750)
    connect(sqlite_url(tmp_path / ".optex" / "optex.db"))
    assert 0o750 == mode(tmp_path / ".optex")
    assert [Level.ADVICE] == [found.level for found in check_modes(tmp_path)]
