"""The work pool of every deployment, made on a Prefect server: by its type it is decided what a run runs in."""

from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import WorkPool
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.workers.utilities import (
    get_available_work_pool_types,
    get_default_base_job_template_for_infrastructure_type,
)

from infra.prefect_env import POOL
from infra.settings import PROCESS
from optex.errors import OptexError


async def make_work_pool(client: PrefectClient, kind: str, name: str = POOL) -> None:
    """Make the work pool where there is none, of a type, or of processes where nobody asked for one.

    What operations have set on one that is there, a pause, a limit, an image, is theirs. OptexError where it is of
    another type than was asked for, which cannot be changed, or no such type is known.
    """
    pool = await _found(client, name)
    if pool is None:
        asked = kind or PROCESS
        made = WorkPoolCreate(name=name, type=asked, base_job_template=await _template(asked))
        try:
            await client.create_work_pool(made)
            return
        except ObjectAlreadyExists:  # somebody else made it at the same moment
            pool = await client.read_work_pool(name)
    if kind and pool.type != kind:
        raise OptexError(
            f"OPTEX_WORK_POOL_TYPE: the work pool {name!r} is of type {pool.type!r}, not {kind!r}, and no pool changes "
            f"its type: take the setting out, or delete the pool (prefect work-pool delete {name})"
        )


async def _found(client: PrefectClient, name: str) -> WorkPool | None:
    try:
        return await client.read_work_pool(name)
    except ObjectNotFound:
        return None


async def _template(kind: str) -> dict[str, Any]:
    """What Prefect starts from for this type: which image, which environment, how much memory a run is given."""
    if kind == PROCESS:
        return {}  # its worker knows, and nobody else need be asked
    template = await get_default_base_job_template_for_infrastructure_type(kind)
    if template is None:
        known = ", ".join(await get_available_work_pool_types())
        raise OptexError(f"OPTEX_WORK_POOL_TYPE: Prefect knows no type {kind!r} of work pools, only {known}")
    return template
