"""Taking in what arrives: forms and facts, weighed by the rules and recorded in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from infra.desk import take_in
from infra.inbox import Arrival
from infra.store import Book


@task(name="take in what arrived", cache_policy=NO_CACHE, tags=["effect"])
def take_in_arrivals(book: Book, arrivals: Sequence[Arrival], at: datetime) -> list[str]:
    return take_in(book, arrivals, at)
