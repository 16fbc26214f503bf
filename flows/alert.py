"""The alert that an automation starts when a run failed, crashed or is late: a mail to operations."""

from prefect import flow
from prefect.states import Completed, Failed, State

from infra.office import Office, offices
from infra.post.alerting import tell_operations
from infra.post.mail import MailError


@flow(name="alert", flow_run_name="alert: {run} is {state}", persist_result=False)
async def alert(run: str, state: str, link: str = "", message: str = "") -> State:
    """Mail operations about a run that needs a look. An automation starts it; its own failure starts no other.

    Args:
        run: The name of the run.
        state: What became of it.
        link: Where it is to be seen.
        message: What its last state said.
    """
    office = _concerned(run)
    if office is None or not office.ops_mail:
        return Completed(message="Nobody to tell: OPTEX_OPS_MAIL names nobody.")
    text = "\n".join(filter(None, (f"{run}: {state}", message, link)))
    try:
        told = await tell_operations(office, f"{run} is {state}", text)
    except MailError as error:
        return Failed(message=f"Operations could not be told: {error}")
    return Completed(message="Operations told by mail.") if told else Failed(message="The mail was not accepted.")


def _concerned(run: str) -> Office | None:
    """The office whose offer a run is named after, else any: what concerns no offer is told by the first one's mail."""
    served = offices()
    return next((each for each in served if f" {each.offer} " in f"{run} "), None) or next(iter(served), None)
