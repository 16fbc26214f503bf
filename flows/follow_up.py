"""What follows a change of an offer: its mail is sent, and the scheduled runs and the dashboard agree with it again."""

from collections.abc import Awaitable

from prefect import State
from prefect.client.orchestration import get_client

from flows.form_lists import refresh_lists
from flows.run_log import log_consequence
from infra.workspace import Workspace, using, workspace_of
from tasks.dashboard import show_dashboard
from tasks.mail import send_notices
from tasks.scheduled_runs import agree_with_plan


async def follow_up(workspace: Workspace) -> list[str]:
    """Send what was queued, and bring the scheduled runs and the dashboard up to date; says what somebody should know.

    What was recorded is committed, so trouble here is no failure: it is said, and `watch` goes on with it. In a flow
    each part is a task of its own; a play has neither scheduled runs nor a dashboard.
    """
    with using(workspace):
        said = [await _or_why(send_notices(workspace.offer), "The mail waits in the outbox")]
        if not workspace.simulated:
            said.append(await _or_why(agree_with_plan(workspace.offer), "Not scheduled yet, the watch will do it"))
            await _or_why(show_dashboard(workspace.offer), "The dashboard is as it was")
    return [sentence for sentence in said if sentence]


async def followed_up(offer: str, state: State) -> State:
    """The final state of a run after which everything has followed it, and which says how."""
    workspace = workspace_of(offer)
    said = await follow_up(workspace)
    if not workspace.simulated and (trouble := await _or_why(_lists(), "The lists of the forms are as they were")):
        said.append(trouble)
    for sentence in said:
        log_consequence(sentence)
    if more := " ".join(said):
        state.message = f"{(state.message or '').rstrip('.')}. {more}"
    return state


async def _lists() -> None:
    async with get_client() as client:
        await refresh_lists(client)


async def shown(page: Awaitable[None]) -> None:
    """The page of a run, if it can be shown: what was decided is committed, and stands in the log."""
    if why := await _or_why(page, "The page of this run could not be shown"):
        log_consequence(why)


async def _or_why(part: Awaitable[str | None], trouble: str) -> str | None:
    try:
        return await part
    except Exception as error:  # what was recorded stands, whatever keeps the world from hearing of it
        return f"{trouble}: {_cause(error)}"


def _cause(error: Exception) -> str:
    """What an error says; Prefect's own may say no more than None, and what caused it more."""
    named = [str(each).partition("\n")[0] for each in (error, error.__cause__) if each is not None]
    return next((said for said in named if said not in ("", "None")), type(error).__name__)
