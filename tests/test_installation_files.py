"""What infra/production ships agrees with itself and with optex: tests/production rehearses it."""

import re
import tomllib

import click
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from flows.cli import cli
from tests.production.installation import SHIPPED

COMPOSE = yaml.safe_load((SHIPPED / "compose.yaml").read_text())
OPERATIONS = (SHIPPED / "OPERATIONS.md").read_text()


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


def test_the_image_is_given_what_optex_is_made_of():
    """All that pyproject.toml packs, and what it reads to do so, is copied into the image and not ignored there."""
    project = tomllib.loads((SHIPPED.parents[1] / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], project["project"]["readme"], "pyproject.toml"}
    needed |= set(project["project"]["license-files"])
    copied = " ".join(re.findall(r"^COPY (.*) \S+$", (SHIPPED / "Dockerfile").read_text(), re.MULTILINE)).split()
    kept = {line[1:] for line in (SHIPPED / "Dockerfile.dockerignore").read_text().split() if line.startswith("!")}
    assert (set(), set()) == (needed - set(copied), needed - kept)


def test_every_command_of_the_manual_is_there():
    """The verbs of optex, the containers and the deployments that OPERATIONS.md names exist."""
    with_service = r"docker compose (?:stop|start|restart|ps|run --rm|exec(?: -T)?) ([a-z][a-z0-9-]*)"
    assert set() == set(re.findall(with_service, OPERATIONS)) - set(COMPOSE["services"])
    verbs = set(re.findall(r"optex ([a-z]+) (?:FOLDER|/srv)", OPERATIONS))
    assert set() == verbs - set(cli.list_commands(click.Context(cli)))
    deployed = {
        entry["name"] for entry in yaml.safe_load((SHIPPED.parents[1] / "prefect.yaml").read_text())["deployments"]
    }
    assert set() == set(re.findall(r"deployment run ([a-z-]+)/", OPERATIONS)) - deployed
