"""The alert that an automation starts when a run failed, crashed or is late: a mail to operations."""

from prefect import State, flow, get_run_logger
from prefect.states import Completed

from infra.mail.ops_alerts import mail_operations
from infra.workspace import Workspace, all_workspaces, fallback_workspace

RETRIES = 8
RETRY_SECONDS = 30


@flow(
    name="alert",
    flow_run_name="alert: {run} is {state}",
    retries=RETRIES,
    retry_delay_seconds=RETRY_SECONDS,
    persist_result=False,
)
async def alert(run: str, state: str, link: str = "", message: str = "") -> State:
    """Mail operations about a run that needs a look. An automation starts it; its own failure starts no other.

    While the mail server takes nothing it is tried again for some minutes.

    Args:
        run: The name of the run.
        state: What became of it.
        link: Where it is to be seen.
        message: What its last state said.
    """
    workspace = _concerned(run)
    if not workspace.ops_mail:
        return Completed(message="Nobody to tell: OPTEX_OPS_MAIL names nobody.")
    text = "\n".join(filter(None, (f"{run}: {state}", message, link)))
    await mail_operations(workspace, f"{run} is {state}", text)
    return Completed(message="Operations told by mail.")


def _concerned(run: str) -> Workspace:
    """The workspace whose offer a run is named after, else any; none where no books can be read."""
    try:
        served = all_workspaces()
    except Exception:  # that the books cannot be read may be the very trouble of which operations must hear
        get_run_logger().exception("the books cannot be read")
        served = []
    named = (each for each in served if f" {each.offer} " in f"{run} ")
    return next(named, None) or next(iter(served), None) or fallback_workspace()
