"""`optex doctor`: one line a check, exit 1 where something would stop the offer, and nothing is changed."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("optex")


@pytest.fixture
def home(tmp_path):
    """A directory with the folder that `optex init` writes."""
    assert 0 == run(tmp_path, "init", "my-offer")[0]
    return tmp_path


def run(home, *words, **settings):
    """The command as it is installed beside this Python, started in a directory: exit code and what it says."""
    done = subprocess.run(
        [COMMAND, *map(str, words)], env=os.environ | settings, cwd=home, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_a_folder_that_was_not_taken_in_yet(home):
    """It tells what is not there yet, makes nothing, and finds nothing that would stop the offer."""
    before = sorted(home.rglob("*"))
    code, said = run(home, "doctor", "my-offer", "--port", free_port())
    checks = {line.split()[1]: line.split()[0] for line in said.splitlines()}
    assert 0 == code
    assert {
        *("python", "packages", "files", "settings", "templates", "writable", "disk", "modes", "database", "server"),
        *("clock", "mail", "alerts"),
    } == checks.keys()
    assert "advice" == checks["database"] == checks["mail"]
    assert "stop" not in checks.values()
    assert before == sorted(home.rglob("*"))


def test_what_would_stop_the_offer_is_said_with_what_to_do(home):
    """A port that is taken and a server out of reach: exit 1; as JSON with the same words, and no secret."""
    settings = {"OPTEX_SMTP_HOST": "127.0.0.1", "OPTEX_SMTP_PORT": "1", "OPTEX_SMTP_TLS": "none"}
    settings |= {"OPTEX_SMTP_USER": "optex", "OPTEX_SMTP_PASSWORD": "s3cret"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = run(home, "doctor", "my-offer", "--port", port, "--json", **settings)
    document = json.loads(said)
    assert (1, False) == (code, document["ok"])
    stops = {each["check"]: each["do"] for each in document["checks"] if each["level"] == "stop"}
    assert {"server": f"optex serve --port {port + 1}", "mail": "is OPTEX_SMTP_HOST right, and is the server up?"} == (
        stops
    )
    assert "s3cret" not in said


def test_a_server_that_does_not_answer_stops_the_offer(home):
    """Nobody listens at PREFECT_API_URL; then it does not matter whether a port is free here."""
    code, said = run(home, "doctor", "my-offer", PREFECT_API_URL="http://optex:s3cret@127.0.0.1:1/api")
    [line] = [line for line in said.splitlines() if line.split()[1] == "server"]
    assert (1, False) == (code, "s3cret" in said)
    assert line.startswith("stop    server    no answer from http://127.0.0.1:1/api (PREFECT_API_URL): ")


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"OPTEX_SMTP_PORT": "s3cret"}, "stop    settings  OPTEX_SMTP_PORT: Input should be a valid integer"),
        ({"OPTEX_DATABASE_URL": "s3cret"}, "stop    database  OPTEX_DATABASE_URL: Could not parse"),
    ],
)
def test_settings_that_cannot_be_taken(home, settings, line):
    """The variable is named, never its value."""
    code, said = run(home, "doctor", "my-offer", "--port", free_port(), **settings)
    assert (1, True, False) == (code, line in said, "s3cret" in said)


def test_a_folder_that_is_none(home):
    """Said as a finding, and the checks of the machine are made all the same."""
    code, said = run(home, "doctor", "no-offer")
    assert (1, ["python", "packages", "files"]) == (code, [line.split()[1] for line in said.splitlines()])
    (home / "my-offer" / "offer.toml").write_text("no toml")
    code, said = run(home, "doctor", "my-offer")
    assert (1, True) == (code, said.splitlines()[-1].endswith("fault in my-offer: optex check my-offer"))
