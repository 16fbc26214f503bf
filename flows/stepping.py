"""What every step's flow has in common: its name in the Prefect UI, its retries, and that it sends what it queued."""

from collections.abc import Callable
from functools import partial
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from infra.office import office_of
from optex.calendar import local_text

RETRIES = 3
RETRY_SECONDS = 20


def step_flow(name: str, *, step: str | None = None) -> Callable[..., Any]:
    """A flow for one step of an offer; a failure rolls its transaction back, so that it may simply be run again."""
    return partial(
        flow,
        name=name,
        flow_run_name=partial(_run_name, step),
        retries=RETRIES,
        retry_delay_seconds=RETRY_SECONDS,
        persist_result=False,
        validate_parameters=True,
    )()


def run_name(offer: str, step: str, due: Any, zone: Any) -> str:
    """How a run reads in the UI: close alpha-2003 · 2003-03-31 17:00 EST."""
    return f"{step} {offer} · {local_text(due, zone)}"


def _run_name(step: str | None) -> str:
    parameters = flow_run.parameters
    offer, name = parameters["offer"], step or parameters["name"]
    with office_of(offer).reading() as reader:
        found = reader.step(name, parameters.get("version"))
        zone = reader.state().terms.zone
    return run_name(offer, name, found.due, zone) if found else f"{name} {offer}"
