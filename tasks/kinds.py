"""The two kinds of task: a rule decides and touches nothing, an effect writes or sends. Neither is ever cached."""

from collections.abc import Callable
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE


def rule(name: str, decide: Callable[..., Any]) -> Any:
    """A rule of `optex` as a task; its runs bear its name."""
    return task(decide, name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False, tags=["optex:rule"])


def effect(name: str) -> Callable[[Callable[..., Any]], Any]:
    """A task with an effect, by decoration; `name` may hold parameters in braces."""
    return task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False, tags=["optex:effect"])
