"""One table of steps and one class an action: what schedules, runs, deploys and tells them follows from it."""

from pathlib import Path
from typing import get_args

import pytest
import yaml
from prefect.utilities.importtools import import_object

from flows.actions import FORMS, instant_of
from flows.steps import FLOWS, Name
from optex.actions import ACTIONS
from optex.calendar import EST
from optex.milestones import STEPS, kind_name, rule_of, step_kind

ENTRIES = yaml.safe_load((Path(__file__).parents[2] / "prefect.yaml").read_text())["deployments"]


@pytest.mark.parametrize("kind", STEPS, ids=[kind.name for kind in STEPS])
def test_a_step_is_deployed_and_run_by_the_flow_that_its_row_names(kind):
    """The deployment of that name, its entry point and the flow that `run_step` calls are the same flow."""
    (entry,) = [entry for entry in ENTRIES if entry["name"] == kind.flow]
    assert "optex:step" in entry["tags"]
    assert FLOWS[kind.name] is import_object(entry["entrypoint"])
    assert kind.flow == FLOWS[kind.name].name


def test_nothing_else_is_deployed_as_a_step():
    """prefect.yaml tags no other deployment as a step."""
    assert {kind.flow for kind in STEPS} == {entry["name"] for entry in ENTRIES if "optex:step" in entry["tags"]}


def test_every_action_is_deployed_under_the_name_that_its_class_gives():
    """An action that an operator may take has its form: the flow made from its class."""
    deployed = {entry["name"]: import_object(entry["entrypoint"]) for entry in ENTRIES if "optex:act" in entry["tags"]}
    for kind in ACTIONS.values():
        assert FORMS[kind.deployment] is deployed[kind.deployment]


def test_a_form_takes_the_midnight_that_ends_a_day():
    """24:00 of April 14 in the field of an instant is midnight of the 15th, and the form takes it as it is written."""
    given = {"offer": "alpha", "to": "2003-04-14 24:00", "by": "Board", "confirm": "alpha"}
    assert "2003-04-14 24:00" == FORMS["extend"].validate_parameters(given)["to"]
    assert "2003-04-15T05:00:00+00:00" == instant_of(given["to"], EST).isoformat()


def test_the_form_of_a_rerun_offers_every_step():
    """In the order in which the form has always shown them."""
    assert (
        "open",
        "reminder",
        "close",
        "extension-deadline",
        "cancel",
        "withdrawal-right",
        "recheck-employment",
        "regrant",
    ) == get_args(Name)


@pytest.mark.parametrize(
    ("name", "says", "report", "calendar"),
    [
        (
            "reminder-10",
            "reminder, 10 business days before",
            "Reminder, 10 business days before",
            "Reminder, 10 business days before expiration",
        ),
        (
            "reminder-1",
            "reminder, 1 business day before",
            "Reminder, 1 business day before",
            "Reminder, 1 business day before expiration",
        ),
        (
            "close",
            "the offer closes",
            "The offer expires",
            "The offer expires: forms received from now on are late",
        ),
    ],
)
def test_a_step_is_called_by_what_it_is(name, says, report, calendar):
    """On the dashboard, in the report and in the calendar file; a reminder says how many days before."""
    kind = step_kind(name)
    assert (says, report, calendar) == (kind.says, kind.report, kind.calendar)


def test_every_reminder_is_a_reminder():
    """Whatever its number: the kind, the rule and the flow are the same."""
    assert ("reminder", "EXP-1", "remind") == (
        kind_name("reminder-7"),
        rule_of("reminder-7"),
        step_kind("reminder-7").flow,
    )
