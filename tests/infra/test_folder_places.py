"""What lies in a folder where a file should: a directory, a pipe, a link to itself or to a device, a huge line."""

import os
from pathlib import Path

import pytest

from infra.folder.reader import FILES
from tests.command import optex


def pipe(path):
    os.mkfifo(path)


def directory(path):
    path.mkdir()


def loop(path):
    path.symlink_to(path.name)


def device(path):
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(os.name == "nt", reason="no such files")
@pytest.mark.parametrize("name", [*FILES, "offer.xlsx", "grants.xlsx", "templates/grant.j2"])
@pytest.mark.parametrize("made", [directory, pipe, loop, device])
def test_what_is_no_file_is_one_fault(folder, name, made):
    """Told at once, by its name; what is in the other files is still checked."""
    (folder / "templates").mkdir()
    folder.add("service.csv", "H9,employee,1999-01-04,")
    path = folder / name
    path.unlink(missing_ok=True)
    made(path)
    said = optex("check", folder.path)
    assert 1 == said.code
    told = [line for line in said.out.splitlines() if not line.startswith("service.csv:4:")]
    [fault] = [line for line in told if line.startswith(f"{name}:1: ")]
    assert "is no file" in fault or "cannot be read" in fault
    assert said.out.count("service.csv:4:") == (name not in ("service.csv", "holders.csv"))
    for command in ("plan", "status"):
        assert 1 == optex(command, folder.path).code if name == "offer.toml" else True


def test_a_link_to_a_file_is_the_file(folder, tmp_path):
    """Files that are kept elsewhere, as in a folder that is shared, are read."""
    (folder / "grants.csv").rename(tmp_path.parent / f"{tmp_path.name}-grants.csv")
    (folder / "grants.csv").symlink_to(Path("..") / f"{tmp_path.name}-grants.csv")
    assert 3 == len(folder.read().grants)
