"""On Windows whatever needs no server works: without the modules and functions that only Linux and macOS have."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

import flows.serve.serve  # noqa: F401  imported ahead of a test that says it is on Windows
from flows.cli import cli
from flows.serve.inspection import inspect_server
from infra.doctor.finding import Level

# psutil comes first: its module for Linux needs one of those that are hidden then, and its module for Windows does not.
ELSEWHERE = """
import os, signal, sys
import psutil
for name in ("fcntl", "grp", "pwd", "pty", "resource", "termios", "tty"):
    sys.modules[name] = None
for name in ("fork", "forkpty", "geteuid", "getpgid", "getsid", "getuid", "killpg", "setsid"):
    delattr(os, name)
for name in ("SIGKILL", "SIGHUP", "pthread_sigmask", "sigwait"):
    delattr(signal, name)
"""
COMMAND = ELSEWHERE + "from flows.cli import main\nmain()\n"
RUN = [sys.executable, "-c", COMMAND]


def run(*words):
    """The command where nothing of POSIX is there and the terminal knows Western European letters only."""
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        environment.pop(name, None)
    done = subprocess.run([*RUN, *map(str, words)], env=environment, capture_output=True, timeout=300)
    assert b"" == done.stderr
    return done.returncode, done.stdout.decode("cp1252")


@pytest.fixture(scope="module")
def folder(new_offer):
    """An offer with one holder, whose election is on record."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=600)
    folder = offer.write()
    assert (0, True) == (run("election", "import", folder)[0], (folder / ".optex" / "optex.db").exists())
    return folder


def test_a_folder_is_made_and_checked_and_planned(tmp_path):
    """`init`, `check`, `plan`: before anything is on record."""
    folder = tmp_path / "my offer"
    assert 0 == run("init", folder)[0]
    code, said = run("check", folder, "--json")
    assert (0, []) == (code, json.loads(said)["faults"])
    code, said = run("plan", folder, "--json", "--ics", tmp_path / "plan.ics")
    assert (0, "close") == (code, json.loads(said)["milestones"][4]["name"])
    assert (tmp_path / "plan.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_what_is_on_record_is_told(folder):
    """`status` and `explain` know the form that was recorded."""
    code, said = run("status", folder, "--json")
    assert (0, "not-open") == (code, json.loads(said)["phase"])
    code, said = run("explain", folder, "H1")
    assert (0, True) == (code, "F1" in said)


@pytest.mark.parametrize(
    ("words", "file"),
    [
        ("export", "ledgers/forms.csv"),
        ("filing", "index.html"),
        ("forms", "forms-H1.html"),
        ("mail preview", "index.html"),
        ("backup", "offer.zip"),
    ],
)
def test_files_are_written(folder, tmp_path, words, file):
    """Ledgers, drafts of filings, forms, previews and a backup."""
    written = tmp_path / "out" / file
    out = written if words == "backup" else tmp_path / "out"
    assert (0, True) == (run(*words.split(), folder, "--out", out)[0], written.exists())


def test_letters_are_printed_and_a_report_is_written(new_offer, tmp_path):
    """The letter to a holder without an e-mail address, and how the offer stands."""
    offer = new_offer().holder("H1", "Ann Lee", email="").grant("G1", 1000)
    played = offer.play(until="2003-03-01T12:00:00")
    assert 0 == run("letters", played.out, "--unsent", "--out", tmp_path / "out")[0]
    [page] = (tmp_path / "out").glob("*.html")
    assert "Ann Lee" in page.read_text(encoding="utf-8")
    assert 0 == run("report", played.out, "--out", tmp_path / "report.html")[0]
    assert (tmp_path / "report.html").read_bytes().rstrip().endswith(b"</html>")


def test_the_doctor_looks_at_such_a_machine(folder):
    """No user's name can be had there; nothing that it finds would stop the offer."""
    code, said = run("doctor", folder, "--json")
    found = {each["check"]: each["said"] for each in json.loads(said)["checks"]}
    assert (0, f"this user may write in {folder}") == (code, found["writable"])


def test_serve_says_where_it_can_run(folder, monkeypatch):
    """On Windows it is refused before anything is touched, and the doctor advises the same."""
    before = sorted(folder.rglob("*"))
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        refused = CliRunner().invoke(cli, ["serve", str(folder)])
        advised = inspect_server(folder, 4200).findings
    assert "serve needs Linux or macOS: on Windows use WSL or Docker" == str(refused.exception)
    assert before == sorted(folder.rglob("*"))
    assert [(Level.ADVICE, "serve needs Linux or macOS", "use WSL or Docker for it")] == [
        (each.level, each.said, each.do) for each in advised
    ]


STOPPED = """
import os, signal, threading
from flows.rehearsal import end_on_signal
end_on_signal(lambda: print("left", flush=True))
os.kill(os.getpid(), signal.SIGINT)
threading.Event().wait(60)
"""


@pytest.mark.parametrize("machine", ["", ELSEWHERE], ids=["here", "elsewhere"])
def test_ctrl_c_stops_a_play_on_either(machine):
    """Where a thread can wait for signals as where it cannot: what is to be left is left, and the code is 130."""
    done = subprocess.run([sys.executable, "-c", machine + STOPPED], capture_output=True, text=True, timeout=300)
    assert (130, "left\n") == (done.returncode, done.stdout)
