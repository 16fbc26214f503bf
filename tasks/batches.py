"""A step done for so many holders at a time, in the one transaction of the step: it takes the memory of one batch.

The rules know nothing of it: what they decide of a holder, they decide from that holder's record.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from optex.records import HolderRecord
from tasks.decorators import effect
from tasks.due_step import DueStep
from tasks.progress import progress_shown

Work = Callable[[list[HolderRecord]], Any]


def in_batches(
    step: DueStep, work: Work, holder_ids: Collection[str] | None = None, *, doing: str = "", forms: bool = True
) -> None:
    """Do the work of a step on the records of these holders, or of all, in order of their ids: a task a batch.

    `doing` says in the UI what is done, where it is not the step itself.
    """
    wanted = step.db.holder_ids() if holder_ids is None else holder_ids
    batch_by_batch(step, lambda batch: work(step.db.holder_records(batch, forms=forms)), wanted, doing=doing)


def batch_by_batch(
    step: DueStep, work: Callable[[list[str]], Any], holder_ids: Collection[str], *, doing: str = ""
) -> None:
    """Do the work of a step on the ids of these holders, where it reads of them what it needs itself."""
    wanted = sorted(holder_ids)
    at_once, doing = step.workspace.holders_at_once, doing or step.step.name
    with progress_shown(step.workspace.offer, doing, len(wanted), at_once) as show:
        for done in range(0, len(wanted), at_once):
            batch = wanted[done : done + at_once]
            _work_on(f"{doing} {done + 1:,}–{done + len(batch):,} of {len(wanted):,}", work, batch)
            show(done + len(batch))


@effect("{named}")
def _work_on(named: str, work: Callable[[list[str]], Any], batch: Sequence[str]) -> None:
    work(list(batch))
