"""What infra/production ships agrees with itself and with optex: tests/production rehearses it."""

import re
import tomllib

import click
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from flows.cli import cli
from tests.production.installation import SHIPPED, shipped

COMPOSE = yaml.safe_load((SHIPPED / "compose.yaml").read_text())
OPERATIONS = (SHIPPED / "OPERATIONS.md").read_text()


@pytest.mark.parametrize(("service", "file"), [("prefect-api-1", "server"), ("worker", "worker")])
def test_containers_and_units_are_told_the_same(service, file):
    """Every setting of the env files is in compose.yaml and the other way round, with its value if no secret."""
    told, expected = COMPOSE["services"][service]["environment"], shipped(file)
    # A unit sets this one itself: each server on a machine has a directory of its own.
    assert set(expected) == set(told) - {"PREFECT_SERVER_UI_STATIC_DIRECTORY"}
    plain = {name: value for name, value in expected.items() if "$" not in told[name] and "://" not in value}
    assert plain == {name: told[name] for name in plain}


def test_servers_know_nothing_of_the_books_nor_workers_of_prefects_database():
    """Neither kind of container is told a secret that it does not need."""
    services = COMPOSE["services"]
    assert [] == [name for name in services["prefect-services"]["environment"] if name.startswith("OPTEX_")]
    assert [] == [name for name in services["worker"]["environment"] if name.startswith("PREFECT_SERVER_")]


def test_every_image_is_pinned():
    """No container changes by itself: each image has a full version."""
    images = {service["image"] for service in COMPOSE["services"].values()} - {"optex:${OPTEX_VERSION:?}"}
    base = re.findall(r"^FROM (\S+)", (SHIPPED / "Dockerfile").read_text(), re.MULTILINE)
    assert [] == [image for image in {*images, *base} if not re.search(r":\d+\.\d+(\.\d+)?-", image)]


def test_the_example_names_all_that_compose_asks_for():
    """Whoever fills in env.example has said everything."""
    asked = set(re.findall(r"\$\{([A-Z_]+)", (SHIPPED / "compose.yaml").read_text()))
    given = set(re.findall(r"^([A-Z_]+)=", (SHIPPED / "env.example").read_text(), re.MULTILINE))
    assert asked == given


@pytest.mark.parametrize("lock", ["requirements.lock", "infra/production/requirements.lock"])
def test_a_lock_pins_what_the_project_asks_for(lock):
    """Every package is installed in a version that pyproject.toml allows, here as in production."""
    root = SHIPPED.parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    pinned = dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==([^\s;]+)", (root / lock).read_text(), re.MULTILINE))
    asked = [Requirement(text) for text in project["dependencies"]]
    if lock.startswith("infra"):
        asked += [Requirement(text) for text in project["optional-dependencies"]["production"]]
    assert [] == [str(each) for each in asked if not each.specifier.contains(pinned[canonicalize_name(each.name)])]


def test_every_command_of_the_manual_is_there():
    """The verbs of optex and the deployments that OPERATIONS.md names exist."""
    verbs = set(re.findall(r"optex ([a-z]+) (?:FOLDER|/srv)", OPERATIONS))
    assert set() == verbs - set(cli.list_commands(click.Context(cli)))
    deployed = {
        entry["name"] for entry in yaml.safe_load((SHIPPED.parents[1] / "prefect.yaml").read_text())["deployments"]
    }
    assert set() == set(re.findall(r"deployment run ([a-z-]+)/", OPERATIONS)) - deployed
