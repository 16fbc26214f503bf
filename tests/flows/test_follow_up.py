"""What follows a change from the command line: what was recorded stands, whoever cannot be told of it."""

import os
import socket
import subprocess
import sys

import pytest

from infra.database import tables as t
from infra.workspace import workspace_in
from tests.offers import Offer

FORM = ["--form", "F1", "--holder", "H1", "--kind", "withdrawal", "--received-at", "2003-03-10T10:00:00"]
FORM += ["--signed-on", "2003-03-10", "--signed-as", "Ann Lee", "--channel", "fax"]
RUN = """
import sys
from flows.cli import main
try:
    main()
finally:
    print("Prefect imported:", "prefect" in sys.modules, file=sys.stderr)
"""


@pytest.fixture
def nobody():
    """A port at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def folder(tmp_path):
    return Offer(tmp_path).holder("H1", "Ann Lee").grant("G1", 1000).write()


def record(folder, **settings):
    """Record a form, of which its holder is to be told by mail."""
    command = [sys.executable, "-c", RUN, "election", "record", str(folder), *FORM]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=300)


def unsent(folder):
    with workspace_in(folder).read() as db:
        return [(row.kind, row.sent_at is None) for row in db.rows(t.notices)]


def test_a_change_stands_when_neither_mail_server_nor_prefect_answers(folder, nobody):
    """The command ends well and says on stderr what waits; the confirmation stays in the outbox."""
    settings = {"OPTEX_SMTP_HOST": "127.0.0.1", "OPTEX_SMTP_PORT": str(nobody), "OPTEX_SMTP_TLS": "none"}
    done = record(folder, PREFECT_API_URL=f"http://127.0.0.1:{nobody}/api", **settings)
    assert (0, True) == (done.returncode, done.stdout.startswith("1 form received.")), done.stderr
    mail, prefect, _ = done.stderr.splitlines()
    assert mail.startswith("The mail waits in the outbox: 0 notices sent, 1 put off (")
    assert prefect.startswith("Not scheduled yet, the watch will do it: ")
    assert [("confirmation-of-receipt", True)] == unsent(folder)


def test_where_no_prefect_is_known_none_is_imported(folder):
    """The letter is sent, and the command does not wait for Prefect, which takes its time to be imported."""
    done = record(folder)
    assert (0, "Prefect imported: False\n") == (done.returncode, done.stderr)
    assert [("confirmation-of-receipt", False)] == unsent(folder)
