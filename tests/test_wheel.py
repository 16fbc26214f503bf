"""The wheel is a product: it has what it needs and no more, and plays the sample in an empty directory."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import PathDistribution
from pathlib import Path
from zipfile import Path as ZipPath
from zipfile import ZipFile

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PACKAGES = ("optex", "infra", "tasks", "flows")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]

pytestmark = pytest.mark.slow  # it plays a whole offer with a Prefect server


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from this checkout with the hatchling of the development set, so without a network."""
    out = tmp_path_factory.mktemp("wheel")
    run([*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", out, ROOT])
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The programs of a venv with this wheel; what optex depends on is lent by the venv of the tests."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    run([*PIP, "--python", home / "bin" / "python", "install", "--no-deps", "--no-index", wheel])
    return home / "bin"


def test_what_is_in_the_wheel(wheel):
    """The four packages with their types, the command, the declaration, the sample and the licence; nothing else."""
    names = ZipFile(wheel).namelist()
    info = wheel.name.rsplit("-py3", 1)[0] + ".dist-info"
    assert {*PACKAGES, "optex_command.py", info} == {name.partition("/")[0] for name in names}
    sample = {f"optex/examples/alpha-2003/{file.name}" for file in (ROOT / "examples" / "alpha-2003").iterdir()}
    typed = {f"{package}/py.typed" for package in PACKAGES}
    assert {*typed, *sample, "optex/prefect.yaml", f"{info}/licenses/LICENSE"} <= set(names)
    assert [] == [name for name in names if name.startswith("infra/production") or "__pycache__" in name]


def test_every_file_of_the_packages_is_in_the_wheel(wheel):
    """Templates, the report's page, the blank folder and the migrations' files go with the code that reads them."""
    here = {file for package in PACKAGES for file in (ROOT / package).rglob("*") if file.is_file()}
    left_out = {"__pycache__", "production"}
    expected = {str(file.relative_to(ROOT)) for file in here if not left_out & set(file.parts)}
    assert set() == expected - set(ZipFile(wheel).namelist())


def test_the_wheel_says_whose_it_is(wheel):
    """Licence, authors and Python are said as the packaging standards ask for it."""
    (info,) = (each for each in ZipPath(wheel).iterdir() if each.name.endswith(".dist-info"))
    told = PathDistribution(info).metadata
    assert ("Apache-2.0", ["LICENSE"]) == (told["License-Expression"], told.get_all("License-File"))
    assert ("The optex founders", ">=3.11") == (told["Author"], told["Requires-Python"])


def test_it_plays_the_sample_in_an_empty_directory(installed, tmp_path):
    """`optex demo`, as somebody types it who has nothing but the wheel: to the end, and with a report."""
    told = run([installed / "optex", "demo", "--out", "here"], cwd=tmp_path)
    assert f"{installed / 'optex'} explain here H01 " in told
    assert ["here"] == [each.name for each in tmp_path.iterdir()]
    assert (tmp_path / "here" / "report.html").is_file()
    where = json.loads(run([installed / "optex", "status", "here", "--json"], cwd=tmp_path))
    assert "alpha-2003" == where["offer"]


def test_its_deployments_are_those_of_the_checkout(installed, tmp_path):
    """It reads the declaration that it brought, and has every flow that is named in it."""
    code = (
        "import json; from prefect.utilities.importtools import import_object; from flows.deployments import entries\n"
        "print(json.dumps([[entry['name'], import_object(entry['entrypoint']).name] for entry in entries()]))"
    )
    found = json.loads(run([installed / "python", "-c", code], cwd=tmp_path))
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    assert [[entry["name"]] * 2 for entry in declared] == found


def run(command, cwd=None):
    """Run a command to its end, in an environment that leads to no checkout; what it printed."""
    told = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PREFECT_", "OPTEX_"))}
    environment = {**told, "COLUMNS": "500"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=550)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout
