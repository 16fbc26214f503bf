"""How an act of a person is carried out: weighed by the rules, recorded, and then everything follows it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from prefect.runtime import flow_run
from prefect.states import Completed, Failed, State
from pydantic import Field

from flows.follow_up import followed_up
from infra.desk.acts import Outcome
from infra.office import office_of
from tasks.intake import record_act

# Prefect's own server has one password for all and knows no persons: whoever decides is asked for a name.
Person = Annotated[str, Field(min_length=1)]


async def perform(offer: str, verb: str, by: str, **options: Any) -> State:
    """Weigh, record and carry out one act, send what it queued, and make the schedule agree."""
    with office_of(offer).book() as book:
        outcome: Outcome = record_act(book, verb, options, by.strip(), asked_at())
    if not outcome.accepted:
        return Failed(name="Refused", message=outcome.message)
    return await afterwards(offer, outcome.message)


async def afterwards(offer: str, message: str) -> State:
    """What follows when something has been recorded."""
    return await followed_up(offer, Completed(message=message))


def asked_at() -> datetime:
    """The instant for which the act was asked for, to the second, and not the one at which a worker got to it.

    It stays the same when the run is retried, so that what was recorded is found and not recorded again.
    """
    asked = datetime.fromisoformat(str(flow_run.scheduled_start_time)).astimezone(UTC)
    return min(asked, datetime.now(UTC)).replace(microsecond=0)
