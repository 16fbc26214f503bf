"""`optex status` prints the page that is the offer's dashboard: as it is where it is piped, drawn on a terminal."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.database.engine import engine_for, sqlite_url
from infra.folder.reader import read_folder
from infra.handlers.intake import load_folder
from infra.settings import DATABASE, KEPT, PLAYED
from infra.status.document import as_document
from infra.status.markdown import as_markdown
from infra.status.offer_status import offer_status
from infra.workspace import workspace_in

ALPHA = Path(__file__).parents[2] / "examples" / "alpha-2003"
COMMAND = Path(sys.executable).with_name("optex")


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory):
    """The sample offer, taken in at its opening and played no further."""
    path = tmp_path_factory.mktemp("status") / "alpha-2003"
    shutil.copytree(ALPHA, path)
    (path / KEPT).mkdir()
    (path / PLAYED).write_text("alpha-2003\n")
    folder = read_folder(path)
    load_folder(engine_for(sqlite_url((path / DATABASE).resolve())), folder, folder.terms.opens)
    return path


@pytest.fixture(scope="module")
def standing(taken_in):
    with workspace_in(taken_in).read() as db:
        return offer_status(db, db.state().terms.opens)


def status(*words, **environment):
    done = subprocess.run(
        [COMMAND, "status", *words], env=os.environ | environment, capture_output=True, timeout=300, check=True
    )
    return done.stdout


def test_piped_it_is_the_page_itself(taken_in, standing):
    """Byte for byte the markdown that the Prefect UI shows, for grep, for a file, for another page."""
    assert as_markdown(standing) == status(taken_in).decode()


def test_on_a_terminal_the_page_is_drawn(taken_in):
    """Tables and headings without the marks of markdown, and no line wider than the terminal."""
    master, slave = os.openpty()
    with subprocess.Popen(
        [COMMAND, "status", taken_in], stdout=slave, env=os.environ | {"COLUMNS": "80", "TERM": "xterm"}
    ) as process:
        os.close(slave)
        drawn = b""
        while part := _read(master):
            drawn += part
    os.close(master)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", drawn.decode()).splitlines()
    assert 0 == process.returncode
    assert any(line.split() == ["The", "offer", "opens", "2003-02-28", "09:00", "EST", "▶️", "next"] for line in lines)
    assert "Timeline" in [line.strip() for line in lines]
    assert 80 >= max(map(len, lines))


def _read(master):
    try:
        return os.read(master, 65536)
    except OSError:  # Linux: the other end is closed
        return b""


def test_a_terminal_without_the_characters_shows_others(taken_in):
    """A page that cannot be written in the encoding asked for is written as far as it can be."""
    said = status(taken_in, PYTHONIOENCODING="latin-1").decode("latin-1")
    assert said.startswith("# Alpha Technologies Group, Inc. · alpha-2003\n\n## ? Not open yet: ")


def test_for_machines_it_is_json(taken_in, standing):
    """The same standing as data, with what is to be said of the folder beside it."""
    assert {**as_document(standing), "note": ""} == json.loads(status(taken_in, "--json"))
