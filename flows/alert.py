"""The alert that an automation starts when a run failed, crashed or is late: a mail to operations."""

from prefect import flow
from prefect.states import Completed, State

from infra.alerting import tell_operations
from infra.office import offices


@flow(name="alert", flow_run_name="alert: {run}", persist_result=False)
async def alert(run: str, state: str, link: str = "", message: str = "") -> State:
    """Mail operations about a run that needs a look.

    Args:
        run: The name of the run.
        state: What became of it.
        link: Where it is to be seen.
        message: What its last state said.
    """
    office = next((each for each in offices() if f" {each.offer} " in f"{run} "), None) or next(iter(offices()), None)
    text = "\n".join(filter(None, (f"{run}: {state}", message, link)))
    told = office is not None and await tell_operations(office, f"{run} is {state}", text)
    return Completed(message="Operations told by mail." if told else "Nobody to tell: OPTEX_OPS_MAIL names nobody.")
