"""What a run runs in is decided by the type of the work pool: a setting, and else what operations have made."""

import asyncio

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.work_pool import make_work_pool
from optex.errors import OptexError


def asked(do):
    """What becomes of a question to the server."""
    from prefect.client.orchestration import get_client

    async def ask():
        async with get_client() as client:
            return await do(client)

    return asyncio.run(ask())


def pool_after(kind, name):
    """The work pool of a name after it was to be made of a type."""

    async def made(client):
        await make_work_pool(client, kind, name)
        return await client.read_work_pool(name)

    return asked(made)


def test_without_the_setting_a_run_is_a_process():
    """The pool is made with the type `process`."""
    assert "process" == pool_after("", "by-itself").type


@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_a_pool_is_made_of_the_type_that_was_asked_for(kind):
    """With what Prefect starts from for that type: an image and an environment can be named in it."""
    pool = pool_after(kind, f"in-{kind}")
    assert kind == pool.type
    assert {"image", "env"} <= set(pool.base_job_template["variables"]["properties"])


def test_a_pool_that_is_there_is_left_as_it_is():
    """Operations have paused it: so it stays, whether nobody asks for a type or somebody for this one."""
    from prefect.client.schemas.actions import WorkPoolCreate

    theirs = WorkPoolCreate(name="theirs", type="kubernetes", is_paused=True, base_job_template={})
    asked(lambda client: client.create_work_pool(theirs))
    for kind in ("", "kubernetes"):
        pool = pool_after(kind, "theirs")
        assert ("kubernetes", True, {}) == (pool.type, pool.is_paused, pool.base_job_template)


def test_a_pool_of_another_type_is_told():
    """No run would start where it is expected: nothing is made, and it is said what can be done."""
    pool_after("", "of-processes")
    with pytest.raises(OptexError, match=r"^OPTEX_WORK_POOL_TYPE: the work pool 'of-processes' is of type 'process', "):
        pool_after("docker", "of-processes")


def test_a_type_that_nobody_knows_is_told():
    """A slip of the pen: the types that there are, and no pool."""
    with pytest.raises(OptexError, match=r"Prefect knows no type 'kubernets' of work pools, only .*kubernetes"):
        pool_after("kubernets", "misspelt")
    assert [] == [pool.name for pool in asked(lambda client: client.read_work_pools()) if pool.name == "misspelt"]


def test_serve_runs_processes_only(new_offer, monkeypatch):
    """It has no images and no cluster: told of another type it is refused before anything is touched."""
    folder = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).write()
    monkeypatch.setenv("OPTEX_WORK_POOL_TYPE", "docker")
    refused = CliRunner().invoke(cli, ["serve", str(folder)])
    assert str(refused.exception).startswith("OPTEX_WORK_POOL_TYPE is docker: serve runs all work in processes")
    assert not (folder / ".optex").exists()
