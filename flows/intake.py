"""What arrives is taken in: forms, service, prices, and the facts and acts of the company."""

from datetime import datetime

from prefect import State, flow
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.step import run_name
from infra.workspace import office_of
from tasks.intake import take_in_arrivals
from tasks.mail import send_notices


def _name() -> str:
    offer, at = flow_run.parameters["offer"], flow_run.parameters["at"]
    with office_of(offer).reading() as reader:
        return run_name(offer, "intake", at, reader.first_terms().zone)


@flow(name="intake", flow_run_name=_name, persist_result=False)
async def take_in_due(offer: str, at: datetime) -> State:
    """In a simulation: take in, in order, whatever has arrived since the last time."""
    office = office_of(offer)
    assert office.inbox is not None
    with office.book() as book:
        arrivals = office.inbox.due(book.row().played_until, at)
        said = take_in_arrivals(book, arrivals, at)
        book.set_offer(played_until=at)
    await send_notices(offer)
    return Completed(message=" ".join(said) or "Nothing new.")
