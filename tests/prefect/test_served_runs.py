"""How a run is started: where `optex serve` runs it by its own Python at once, elsewhere as the workers have it."""

import asyncio
import sys

from prefect.client.orchestration import get_client

from flows.deployments import deploy, entries
from flows.serve.processes import ORPHAN_MARK


def commands():
    """The command of each deployment, once it is made."""

    async def made():
        async with get_client() as client:
            await deploy(client, [])
            found = [await client.read_deployment_by_name(f"{e['name']}/{e['name']}") for e in entries()]
        return {each.job_variables.get("command") for each in found}

    return asyncio.run(made())


def test_a_served_run_is_started_without_a_python_before_it(monkeypatch):
    """Every deployment names the Python that serves; once other workers run them, none does any more."""
    monkeypatch.setenv(ORPHAN_MARK, "some-serving")
    assert {f"{sys.executable} -m flows.serve.run"} == commands()
    monkeypatch.delenv(ORPHAN_MARK)
    assert {None} == commands()
