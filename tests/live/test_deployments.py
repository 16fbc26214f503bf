"""The deployments of prefect.yaml: each can be started from a form that explains itself, and they deploy unattended."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from prefect.utilities.callables import parameter_schema
from prefect.utilities.importtools import import_object

from tests.live.house import environment

ROOT = Path(__file__).parents[2]
ENTRIES = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
NAMES = [entry["name"] for entry in ENTRIES]


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_a_deployment_explains_itself(entry):
    """Its flow is there, it says what it does, and every field of its form has a help text."""
    flow = import_object(entry["entrypoint"])
    assert flow.name == entry["name"]
    assert (flow.description or "").strip()
    fields = parameter_schema(flow).properties
    assert [] == [name for name, said in fields.items() if not said.get("description")]


@pytest.mark.parametrize(
    ("deployment", "field", "choices"),
    [
        ("amend", "change", ["consideration", "decrease", "increase", "other"]),
        ("condition", "act", ["assert", "waive", "end"]),
        ("record-election", "kind", ["election", "withdrawal"]),
        ("set-service", "capacity", ["employee", "director", "consultant"]),
        ("defer-grant", "kind", ["ISO", "NSO"]),
        ("hold-grant", "act", ["hold", "release"]),
        ("approve", "step", ["cancel", "regrant", "reinstate", "void"]),
    ],
)
def test_a_choice_is_a_list_to_choose_from(prefect, deployment, field, choices):
    """Where only some words are possible the form offers these and no others."""
    found = prefect.client.read_deployment_by_name(f"{deployment}/{deployment}")
    assert choices == found.parameter_openapi_schema["properties"][field]["enum"]


def test_the_form_knows_the_offers_and_leads_to_their_dashboards(prefect, folders):
    """The offer is chosen from a list, and the description links to the page of each one."""
    found = prefect.client.read_deployment_by_name("extend/extend")
    assert list(folders) == found.parameter_openapi_schema["properties"]["offer"]["enum"]
    assert [True] * len(folders) == [f"[Dashboard of {name}](http" in found.description for name in folders]
    assert "# Alpha Technologies Group, Inc. · future" in prefect.dashboard("future")


def test_prefect_deploys_them_all_unattended(house, prefect, folders, tmp_path):
    """`prefect --no-prompt deploy --all` in a checkout makes every deployment, without a question."""
    checkout = tmp_path / "checkout"
    for name in ("optex", "infra", "tasks", "flows"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "prefect.yaml", checkout)
    before = {name: prefect.client.read_deployment_by_name(f"{name}/{name}").updated for name in NAMES}
    told = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=checkout,
        env=environment(
            {
                "PREFECT_API_URL": prefect.url,
                "PREFECT_API_AUTH_STRING": prefect.credential,
                "PREFECT_HOME": str(tmp_path / "home"),
            }
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert 0 == told.returncode, told.stdout + told.stderr
    after = {name: prefect.client.read_deployment_by_name(f"{name}/{name}").updated for name in NAMES}
    assert NAMES == [name for name in NAMES if after[name] > before[name]]
    assert "COMPLETED" == prefect.do("reschedule", offer="future", by="Ruth Counsel").type

    # The file names no offer; the next round of the watch puts the list and the dashboards into the forms again.
    assert "COMPLETED" == prefect.do("watch").type
    found = prefect.client.read_deployment_by_name("extend/extend")
    assert set(folders) == set(found.parameter_openapi_schema["properties"]["offer"]["enum"])
    assert "[Dashboard of future](http" in found.description
