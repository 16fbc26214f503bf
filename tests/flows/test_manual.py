"""The manual's reference pages are what the code declares, and leave nothing of it out."""

import re
from pathlib import Path

import click
import pytest
import yaml

from flows.cli import cli
from flows.manual.pages import PAGES
from infra.ledgers.csv_files import LEDGERS
from infra.settings import Settings
from optex.authority import RULES
from optex.notices import Kind
from optex.terms import Terms

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
BLANK = ROOT / "infra" / "folder" / "blank"


def cells(page):
    """The first cell of every row of a page's tables, below each heading."""
    found, heading = {}, ""
    for line in (REFERENCE / page).read_text().splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").strip("`")
        elif row := re.match(r"\| `([^`]+)` \|", line):
            found.setdefault(heading, []).append(row[1])
    return found


def headings(page):
    return re.findall(r"(?m)^## (.+)$", (REFERENCE / page).read_text())


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_what_the_code_declares(page):
    """After a change of a declaration `make docs` writes it again."""
    assert PAGES[page]() == (REFERENCE / page).read_text(encoding="utf-8")


def test_there_is_no_other_page_of_reference():
    """One that is written no more would go on saying what was."""
    assert set(PAGES) == {path.name for path in REFERENCE.iterdir()}


def test_every_key_of_the_terms_is_in_the_manual():
    """As the schema of the terms has them, table by table; at least one in each."""
    schema = Terms.model_json_schema()
    tables = {"[stock]": "Stock", "[plan]": "Plan", "[plan.vesting]": "Vesting", "[plan.term_years]": "TermYears"}
    tables |= {"[contact]": "Contact", "[lookback]": "Lookback", "[waiting]": "Waiting", "[formation]": "Formation"}
    tables |= {"[eligible]": "Eligible", "[exchange]": "Exchange", "[exchange.vesting]": "NewVesting"}
    inner = {"plan": {"vesting", "term_years"}, "": {"stock", "plan", "contact", "lookback", "waiting", "calendar"}}
    inner[""] |= {"formation", "eligible", "exchange"}
    inner["exchange"] = {"ratio", "vesting"}
    told = cells("offer-toml.md")
    assert schema["properties"].keys() - inner[""] == set(told[""])
    for heading, model in tables.items():
        keys = schema["$defs"][model]["properties"].keys()
        assert keys - inner.get(model.lower(), set()) == set(told[heading])
    assert {"on", "reason", "calendar"} == set(told["[[calendar.closed]]"])
    assert {"price_from", "old", "new"} == set(told["[[exchange.ratio]]"])


def test_the_terms_to_start_from_show_every_key_of_the_manual():
    """`init` writes each key that the manual lists, commented where it has a default, so that nobody must know it."""
    text = (BLANK / "offer.toml").read_text()
    for heading, keys in cells("offer-toml.md").items():
        missing = {key for key in keys if not re.search(rf"(?m)^#? ?.*\b{key} = ", text)}
        assert (heading, set()) == (heading, missing)


@pytest.mark.parametrize("name", ["holders.csv", "service.csv", "grants.csv", "elections.csv", "prices.csv"])
def test_every_column_of_a_file_is_in_the_manual(name):
    """As the header of the file that `init` writes has them."""
    assert (BLANK / name).read_text().splitlines()[0].split(",") == cells("csv-files.md")[name]


def test_every_column_of_every_ledger_is_in_the_manual():
    assert {name: list(columns) for name, columns in LEDGERS.items()} == cells("ledgers.md")


def commands(group, path="optex"):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_every_command_is_in_the_manual_with_its_options():
    """Each under a heading of its own; -h and --help, which all have, are told once."""
    told = cells("commands.md")
    assert sorted(path for path, _ in commands(cli)) == sorted(headings("commands.md"))
    for path, command in commands(cli):
        options = {param.opts[0] for param in command.params if isinstance(param, click.Option)}
        assert (path, options) == (path, {cell.split()[0].rstrip(",") for cell in told.get(path, [])})


def test_every_act_that_has_a_form_is_in_the_manual():
    """By the deployments of prefect.yaml, but for the form of the Election Form itself and what only reruns."""
    deployed = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    forms = {entry["name"] for entry in deployed if "optex:act" in entry["tags"]}
    named = set(re.findall(r", form \*([a-z-]+)\*", (REFERENCE / "acts.md").read_text()))
    assert {"record-election", "rerun", "reschedule", "send-unsent"} == forms - named
    assert set() == named - forms


def test_every_kind_of_letter_is_in_the_manual_with_the_file_of_its_words():
    """And every other template, from which a folder's own may differ as well."""
    (kinds,) = cells("letters.md").values()
    assert [kind.value for kind in Kind] == kinds
    page = (REFERENCE / "letters.md").read_text()
    files = {path.name for path in (ROOT / "infra" / "mail" / "templates").iterdir()}
    assert {f"{kind}.j2" for kind in kinds} <= files
    assert set() == {name for name in files if f"`{name}`" not in page}


def test_every_rule_is_in_the_manual():
    assert list(RULES) == headings("rules.md")


def test_every_setting_is_in_the_manual():
    """By its name in the environment."""
    (told,) = cells("settings.md").values()
    assert [f"OPTEX_{name.upper()}" for name in Settings.model_fields] == told


def test_nothing_that_runs_an_offer_imports_the_manual():
    """It reads its own source, which takes a while."""
    others = [path for package in ("infra", "tasks", "flows") for path in (ROOT / package).rglob("*.py")]
    importing = {path for path in others if "flows.manual" in path.read_text() and path.parent.name != "manual"}
    assert set() == importing
