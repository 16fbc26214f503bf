"""A package of another that is called as one of ours is named in one line, and nothing of it runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMAND = [str(Path(sys.executable).with_name("optex"))]
MODULE = [sys.executable, "-m", "flows.cli"]


@pytest.fixture
def another(tmp_path):
    """Make a package of this name in an empty directory, which tells if it is run."""

    def make(name):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("print('the other one runs')\n")
        return tmp_path / name

    return make


@pytest.mark.parametrize("name", ["optex", "infra", "tasks", "flows"])
def test_the_command_names_a_package_that_comes_first_on_the_path(another, name):
    """`optex` ends with 1 and one line that says which package is in the way, where ours is, and what to do."""
    foreign = another(name)
    told = run(COMMAND, PYTHONPATH=str(foreign.parent))
    assert (1, "") == (told.returncode, told.stdout)
    expected = f"{foreign} is not the package '{name}' of optex, which is in {ROOT}, but comes first on Python's path: "
    assert [expected] == [line[: len(expected)] for line in told.stderr.splitlines()]


@pytest.mark.parametrize("name", ["optex", "infra", "tasks"])
def test_the_module_names_a_package_in_the_directory_it_is_started_in(another, name):
    """`python -m flows.cli` has the working directory first on the path: the same, after Python's own words."""
    foreign = another(name)
    told = run(MODULE, cwd=foreign.parent)
    assert (1, "", 1) == (told.returncode, told.stdout, len(told.stderr.splitlines()))
    assert f"{foreign} is not the package '{name}' of optex, which is in {ROOT}," in told.stderr


def test_the_command_does_not_look_into_the_directory_it_is_started_in(another):
    """A folder `flows` where somebody works is nobody's business."""
    told = run(COMMAND, cwd=another("flows").parent)
    assert (0, "") == (told.returncode, told.stderr)
    assert told.stdout.startswith("optex, version ")


def test_a_folder_that_is_no_package_is_not_in_the_way(tmp_path):
    """Without `__init__.py` it gives way to ours, by Python's own rule."""
    (tmp_path / "tasks").mkdir()
    assert 0 == run(MODULE, cwd=tmp_path).returncode


def test_a_flow_is_not_imported_beside_a_foreign_package(another):
    """What a worker starts for a run fails with the same line, which Prefect has in the log of the run."""
    foreign = another("tasks")
    told = subprocess.run(
        [sys.executable, "-c", "import flows.close_offer"], cwd=foreign.parent, capture_output=True, text=True
    )
    assert 1 == told.returncode
    assert f"ImportError: {foreign} is not the package 'tasks' of optex" in told.stderr.splitlines()[-1]


def run(command, **told):
    where = told.pop("cwd", None)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | told
    return subprocess.run([*command, "--version"], cwd=where, env=environment, capture_output=True, text=True)
