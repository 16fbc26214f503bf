"""Sending what is in the outbox, as a task of its own: what was decided is committed before, so this may be retried."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from infra.office import office_of
from infra.post.delivery import Undelivered, deliver


@task(
    name="send notices",
    task_run_name="send notices of {offer}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=[5, 30],
    tags=["effect"],
)
async def send_notices(offer: str) -> int:
    """Send every unsent notice of an offer once; what a server put off is tried again, by this task or by `watch`."""
    delivered = await deliver(office_of(offer))
    if delivered.put_off:
        raise Undelivered(delivered)
    return delivered.sent
