"""A task with an effect: it writes or sends, and is never cached. What decides is a plain function of `optex`.

Facts go in as they are (`quote`): Prefect would otherwise walk through every one of half a million records. What is
live among them, such as the step at work with its connection, makes of a task a span in the UI and no more: it cannot
be run elsewhere or later. Outside a flow a task is the function itself: no Prefect is needed to decide or to write.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.utilities.annotations import quote

P = ParamSpec("P")
R = TypeVar("R")


def effect(name: str, *, retry_after: list[float] | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A task with an effect, by decoration; `name` may hold parameters in braces, of text alone."""
    return lambda act: _task(name, "optex:effect", act, retry_after)


def _task(name: str, tag: str, work: Callable[P, R], retry_after: list[float] | None = None) -> Callable[P, R]:
    task = Task(
        work,
        name=name,
        task_run_name=name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=len(retry_after) if retry_after else None,
        retry_delay_seconds=retry_after,
        tags=[tag],
    )

    @wraps(work)
    def call(*args: P.args, **named: P.kwargs) -> R:
        if FlowRunContext.get() is None:
            return work(*args, **named)
        run: Callable[..., R] = task
        return run(*map(_whole, args), **{key: _whole(value) for key, value in named.items()})

    return call


def _whole(value: Any) -> Any:
    return value if isinstance(value, str) else quote(value)
