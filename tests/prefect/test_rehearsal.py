"""A rehearsal is nobody else's business: no setting, profile or proxy changes it, and it ends when it is told to."""

import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest

from flows.serve.processes import ManagedProcess, StopFlag, wait_until_healthy
from optex.errors import OptexError
from tests.offers import Played

PATIENCE = 300
DEAD = "http://127.0.0.1:9"  # the port "discard", at which nobody answers


slow = pytest.mark.slow  # each plays as a process of its own, with a Prefect server of its own


@pytest.fixture(scope="module")
def folder(new_offer):
    """An offer that closes, cancels and grants, with a letter to its one holder at every turn."""
    offer = new_offer(reminders=[10, 5, 1]).holder("H1", "Ann Lee").grant("G1", 1000)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000).closes_at("2003-10-03", "1.27")
    return offer.write()


@pytest.fixture(scope="module")
def undisturbed(folder, tmp_path_factory):
    """The play as it is without any setting."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    done = subprocess.run(command(folder, out), env=environment(), capture_output=True, text=True, timeout=PATIENCE)
    assert (0, "") == (done.returncode, without_waiting(done.stderr))
    return Played(folder, out)


@pytest.fixture
def live_server():
    """What a live Prefect server would hear: whatever is asked of an HTTP server."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(f"{self.command} {self.path}")
            self.send_error(404)

        do_POST = do_PUT = do_PATCH = do_CONNECT = do_GET

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api", heard
    server.shutdown()
    server.server_close()


def command(folder, out):
    return [sys.executable, "-m", "flows.cli", "simulate", str(folder), "--out", str(out)]


def environment(**told):
    """The environment of whoever runs the tests, without what Prefect was told for this process alone."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")} | told


def without_waiting(said):
    """What was said, but for the line that a busy machine takes its time."""
    return "".join(line for line in said.splitlines(keepends=True) if not line.startswith("Waiting for Prefect's"))


def started(folder, out, letters=0):
    """A play in a process of its own, with its Prefect server running and so many letters sent."""
    running = subprocess.Popen(
        command(folder, out), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + PATIENCE
    while len(list((out / "mail").glob("*.eml"))) < letters or not psutil.Process(running.pid).children():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return running, psutil.Process(running.pid).children(recursive=True)


def gone(processes):
    """Whether every one of these processes has ended, for which some seconds are given."""
    _, alive = psutil.wait_procs(processes, 10)
    return not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


@slow
def test_nobody_s_settings_or_proxies_reach_a_rehearsal(folder, undisturbed, live_server, tmp_path):
    """An API, keys, a profile, a logging level, proxies, .env, prefect.toml, pyproject.toml: it plays the same."""
    api, heard = live_server
    home, working = tmp_path / "home", tmp_path / "working"
    (home / ".prefect").mkdir(parents=True)
    working.mkdir()
    profile = f'active = "live"\n[profiles.live]\nPREFECT_API_URL = "{api}"\nPREFECT_API_AUTH_STRING = "a:b"\n'
    (home / ".prefect" / "profiles.toml").write_text(profile)
    (working / ".env").write_text(f"PREFECT_API_URL={api}\nPREFECT_SERVER_API_AUTH_STRING=a:b\n")
    (working / "prefect.toml").write_text('[server.api]\nauth_string = "a:b"\n[logging]\nlevel = "DEBUG"\n')
    (working / "pyproject.toml").write_text('[tool.prefect.server.api]\nauth_string = "a:b"\n')
    told = {
        "HOME": str(home),
        "PREFECT_API_URL": api,
        "PREFECT_API_KEY": "pnu_1",
        "PREFECT_API_AUTH_STRING": "a:b",
        "PREFECT_SERVER_API_AUTH_STRING": "c:d",
        "PREFECT_PROFILE": "live",
        "PREFECT_HOME": str(home / ".prefect"),
        "PREFECT_LOGGING_LEVEL": "DEBUG",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "optex",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://nobody@127.0.0.1:9/none",
        **{name: DEAD for proxy in ("HTTP_PROXY", "HTTPS_PROXY") for name in (proxy, proxy.lower())},
        **dict.fromkeys(("ALL_PROXY", "all_proxy"), "socks5://127.0.0.1:9"),
    }
    out = tmp_path / "out"
    done = subprocess.run(
        command(folder, out), env=environment(**told), cwd=working, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (0, "") == (done.returncode, without_waiting(done.stderr))
    assert undisturbed.bytes() == Played(folder, out).bytes()
    assert [] == heard
    assert ["profiles.toml"] == [path.name for path in (home / ".prefect").iterdir()]


@slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_play_that_is_stopped_says_so_and_is_taken_up_there(folder, undisturbed, tmp_path, sent, code):
    """One line and no traceback, no process left; the same command then ends as if it had not been stopped."""
    out = tmp_path / "out"
    running, children = started(folder, out, letters=3)
    running.send_signal(sent)
    _, said = running.communicate(timeout=PATIENCE)
    assert code == running.returncode
    assert "Stopped. The same command goes on from here.\n" == without_waiting(said)
    assert children != []
    assert gone(children)
    assert not (out / "ledgers").exists()
    subprocess.run(command(folder, out), env=environment(), check=True, capture_output=True)
    assert undisturbed.bytes() == Played(folder, out).bytes()


@slow
def test_a_play_can_be_stopped_while_prefect_starts(folder, tmp_path):
    """Ctrl-C before the first step ends the server that is only just starting as well."""
    running, children = started(folder, tmp_path / "out")
    running.send_signal(signal.SIGINT)
    told, said = running.communicate(timeout=PATIENCE)
    assert (130, "", "Stopped. The same command goes on from here.\n") == (
        running.returncode,
        told,
        without_waiting(said),
    )
    assert gone(children)


@slow
def test_the_server_of_a_play_dies_with_it(folder, tmp_path):
    """Whatever ends a play, `kill -9` included, no server is left behind."""
    running, children = started(folder, tmp_path / "out")
    running.kill()
    running.communicate(timeout=PATIENCE)
    assert children != []
    assert gone(children)


def test_a_server_that_does_not_start_is_told_in_one_line(tmp_path):
    """Whoever waits for it hears with what it ended, and where it says why."""
    log = tmp_path / "server.log"
    server = ManagedProcess(
        name="server", command=[sys.executable, "-c", "raise SystemExit(3)"], environment={}, log=log
    )
    with server.running(), pytest.raises(OptexError) as told:
        wait_until_healthy(DEAD, server, StopFlag())
    assert f"Prefect's server ended with 3; its log is {log}" == str(told.value)


def test_a_server_that_stays_silent_is_not_waited_for_for_ever(tmp_path):
    """After a while it is given up, with its address and its log."""
    command, log = [sys.executable, "-c", "input()"], tmp_path / "server.log"
    server = ManagedProcess(name="server", command=command, environment={}, log=log, dies_with_us=True)
    with server.running(), pytest.raises(OptexError) as told:
        wait_until_healthy(DEAD, server, StopFlag(), patience=0)
    assert f"Prefect's server does not answer at {DEAD}; its log is {log}" == str(told.value)


def test_the_folder_of_a_live_offer_is_left_alone(folder, tmp_path):
    """A play into the folder of an offer is refused before anything of it is touched, Prefect's books too."""
    live = tmp_path / "live"
    books = live / ".optex" / "prefect" / "prefect.db"
    books.parent.mkdir(parents=True)
    books.write_text("the runs of seven months")
    (live / "offer.toml").write_bytes((folder / "offer.toml").read_bytes())
    done = subprocess.run(command(folder, live), env=environment(), capture_output=True, text=True, timeout=PATIENCE)
    assert (1, f"{live} is the folder of an offer: a simulation needs a directory of its own\n") == (
        done.returncode,
        done.stderr,
    )
    assert "the runs of seven months" == books.read_text()
