"""What was decided, in the log of its run: counts, totals, under which rule; a refusal stands out as an error."""

from prefect import State, get_run_logger

from optex.authority import section_of

REFUSED, NOTHING_TO_DO = "Refused", "NothingToDo"


def log_outcome(what: str, rule: str, state: State) -> None:
    """The outcome of a step or an act, as soon as it is committed; that there was nothing to do is under no rule."""
    if state.name == NOTHING_TO_DO:
        get_run_logger().info("%s: %s", what, state.message)
    elif state.name != REFUSED:
        get_run_logger().info("%s by %s (%s): %s", what, rule, section_of(rule), state.message)


def log_refusal(state: State) -> State:
    """The state of a run, of which a refusal is the last line of its log as it is the first of its page."""
    if state.name == REFUSED:
        get_run_logger().error("%s", state.message)
    return state


def log_consequence(sentence: str) -> None:
    """What followed an outcome, such as the letters that were sent."""
    get_run_logger().info("%s", sentence)
