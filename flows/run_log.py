"""What was decided, in the log of its run: counts, totals, under which rule; a refusal stands out as an error."""

from prefect import State, get_run_logger
from prefect.states import Failed

from infra.handlers.result import ActionResult
from infra.outcomes import NOTHING_TO_DO, REFUSED
from optex.authority import section_of
from optex.errors import OptexError, Refused
from optex.visible import on_one_line, visible


class NotTaken(Refused):
    """An act or a form that was weighed and refused, in the words of what weighed it."""

    def __init__(self, result: ActionResult) -> None:
        super().__init__(result.ruling)
        self.args = (result.message,)


def log_outcome(what: str, rule: str, state: State) -> None:
    """The outcome of a step or an act, as soon as it is committed; that there was nothing to do is under no rule."""
    if state.name == NOTHING_TO_DO:
        get_run_logger().info("%s: %s", what, _told(state.message))
    elif state.name != REFUSED:
        get_run_logger().info("%s by %s (%s): %s", what, rule, section_of(rule), _told(state.message))


def refused(error: OptexError) -> State:
    """The state of a run that was refused; why is the first line of its log, for whoever opens its page."""
    get_run_logger().error("%s", visible(str(error)))
    return Failed(name=REFUSED, message=str(error))


def log_consequence(sentence: str) -> None:
    """What followed an outcome, such as the letters that were sent."""
    get_run_logger().info("%s", _told(sentence))


def _told(said: str | None) -> str:
    """What is said, on the line of its own entry: what somebody wrote cannot pass itself off as another."""
    return on_one_line(said or "")
