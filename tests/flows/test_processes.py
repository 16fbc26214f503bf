"""The processes of `optex serve` and of a play: they end with all that they started, and orphans by their mark."""

import subprocess
import sys

import psutil
import pytest

from flows.serve import lifeline
from flows.serve.lock import ServeLock, serve_lock
from flows.serve.processes import ORPHAN_MARK, ManagedProcess, end_orphans
from optex.errors import OptexError

# A process that starts another in a session of its own, as a worker does a flow run, writes its id down, and waits: for
# ever, whatever becomes of the other.
PARENT = """
import subprocess, sys, threading
run = [sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"]
child = subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
child.stdout.readline()
print(child.pid, flush=True)
threading.Event().wait()
"""


@pytest.fixture
def family(tmp_path):
    """A managed process of `optex serve`, and what it has started."""
    managed = ManagedProcess(
        name="parent", command=[sys.executable, "-c", PARENT], environment={}, log=tmp_path / "parent.log"
    )
    managed.start()
    while not (written := managed.log.read_text().strip()):
        assert managed.ended is None
    yield managed, psutil.Process(int(written))
    managed.kill()


def marked(mark):
    """A process that carries a mark and waits for its input to be closed."""
    run = [sys.executable, "-c", "print('up', flush=True); input()"]
    started = subprocess.Popen(run, env={ORPHAN_MARK: mark}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert b"up\n" == started.stdout.readline()
    return started


def has_ended(process):
    _, alive = psutil.wait_procs([process], 10)
    return not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


def test_a_process_ends_with_all_that_it_started(family):
    """Asked to end, it does, by SIGTERM; what it left in a session of its own has ended too."""
    managed, child = family
    managed.end()
    assert (-15, True) == (managed.ended, has_ended(child))


def test_a_process_that_is_killed_takes_along_what_it_started(family):
    """As Ctrl-C in a play does: nobody is asked."""
    managed, child = family
    managed.kill()
    assert (-9, True) == (managed.ended, has_ended(child))


def test_a_process_that_ended_by_itself_is_ended_without_harm(tmp_path):
    """Its id may be another's by now: nobody is touched by it."""
    managed = ManagedProcess(name="done", command=[sys.executable, "-c", ""], environment={}, log=tmp_path / "done.log")
    with managed.running():
        managed.process.wait()
    assert 0 == managed.ended


def test_orphans_are_found_by_their_mark():
    """Whoever carries this mark ends, but for who is spared; another serving's run goes on."""
    ours, spared, others = marked("mark-1"), marked("mark-1"), marked("mark-2")
    try:
        end_orphans("mark-1", spared=[spared.pid])
        assert -15 == ours.wait(10)
        assert [None, None] == [spared.poll(), others.poll()]
    finally:
        for each in (ours, spared, others):
            each.kill()
            each.communicate()


def test_a_lifeline_that_is_cut_ends_a_process_and_what_it_started(tmp_path):
    """Its other end closes when whoever held it dies; then neither the module nor its child is left."""
    (tmp_path / "waits.py").write_text(PARENT)
    command = [sys.executable, lifeline.__file__, "waits"]
    started = subprocess.Popen(
        command,
        env={"PYTHONPATH": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    child = psutil.Process(int(started.stdout.readline()))
    started.stdin.close()
    assert (-9, True) == (started.wait(10), has_ended(child))
    started.stdout.close()


def test_an_offer_with_its_books_elsewhere_can_be_served(tmp_path):
    """The note of the serving makes the directory it lies in, and is there for as long as the serving lasts."""
    note, books = ServeLock(api="http://127.0.0.1:4200/api", mark="m"), tmp_path / ".optex"
    with serve_lock(note, [books]) as left:
        assert ([], note) == (left, ServeLock.of(books))
        with pytest.raises(OptexError, match="is being served already"), serve_lock(note, [books]):
            pass
    assert ServeLock.of(books) is None
