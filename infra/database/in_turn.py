"""Everyone in turn: the records of holders, so many at a time as memory should hold."""

from collections.abc import Iterable, Iterator

from infra.database.reader import OfferReader, unwatched
from optex.records import HolderRecord


def in_turn(
    db: OfferReader, holder_ids: Iterable[str] | None = None, *, forms: bool = True
) -> Iterator[list[HolderRecord]]:
    """The records of these holders, or of all, in order of holder id, batch by batch."""
    wanted = db.holder_ids() if holder_ids is None else sorted(set(holder_ids))
    watched = db.watched if len(wanted) > db.at_once else unwatched
    with watched(len(wanted)) as show:
        for done in range(0, len(wanted), db.at_once):
            yield db.holder_records(wanted[done : done + db.at_once], forms=forms)
            show(min(done + db.at_once, len(wanted)))
