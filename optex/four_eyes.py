"""Four eyes: who may not approve an act, because it rests on what they recorded, or favours them (REC-4)."""

from collections.abc import Iterable, Mapping

from optex.compensations import same_person
from optex.errors import Ruling
from optex.records import Holder


def may_approve_step(by: str, recorded: Mapping[str, str], favoured: Iterable[Holder]) -> Ruling | None:
    """Why a person may not approve an acceptance or a grant; None where the term `four_eyes` is kept.

    `recorded` says by name what each person put on record.
    Authority: REC-4.
    """
    for name, what in recorded.items():
        if same_person(by, name):
            reason = f"{by} put on record what it rests on ({what}): another person must approve it (four_eyes)"
            return Ruling(rule="REC-4", reason=reason)
    for holder in favoured:
        if same_person(by, holder.name):
            reason = f"it favours {holder.name} ({holder.holder_id}): another person must approve it (four_eyes)"
            return Ruling(rule="REC-4", reason=reason)
    return None
