"""The doctor asks a real Prefect server: whether it answers, and whether somebody takes its work."""

import asyncio
import socket

import pytest

from flows.serve.inspection import inspect_server
from infra.doctor.finding import Level

OK, STOP = Level.OK, Level.STOP


@pytest.fixture
def found(prefect_server, monkeypatch, tmp_path):
    """What is found of the session's server and one of its work pools."""

    def look(pool):
        monkeypatch.setenv("PREFECT_API_URL", prefect_server)
        findings = inspect_server(tmp_path, 4200, pool).findings
        return [(each.check, each.level) for each in findings], str(findings[-1])

    return look


def ask(*calls):
    """Calls of Prefect's client by name and arguments."""
    from prefect.client.orchestration import get_client

    async def asked():
        async with get_client() as client:
            for name, *arguments in calls:
                await getattr(client, name)(*arguments)

    asyncio.run(asked())


def test_a_server_without_a_worker_stops_the_offer(found):
    """No pool, a pool without a worker, one whose worker is online, and one that is paused."""
    from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate

    pool = "looked-at-by-the-doctor"
    assert [("server", OK), ("worker", STOP)] == found(pool)[0]
    ask(("create_work_pool", WorkPoolCreate(name=pool, type="process")))
    levels, said = found(pool)
    assert ([("server", OK), ("worker", STOP)], True) == (levels, "no worker is online" in said)
    ask(("send_worker_heartbeat", pool, "a worker", 60))
    assert ([("server", OK), ("worker", OK)], f"ok      worker    1 worker online in the work pool {pool!r}") == (
        found(pool)
    )
    ask(("update_work_pool", pool, WorkPoolUpdate(is_paused=True)))
    levels, said = found(pool)
    assert ([("server", OK), ("worker", STOP)], True) == (levels, said.endswith(f": prefect work-pool resume {pool}"))


def test_without_a_server_the_port_must_be_free(monkeypatch, tmp_path):
    """Another program has it: another port is named."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        [finding] = inspect_server(tmp_path, port).findings
    assert (STOP, f"optex serve --port {port + 1}") == (finding.level, finding.do)
    [finding] = inspect_server(tmp_path, port).findings
    assert OK == finding.level
