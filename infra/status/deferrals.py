"""The grants that were deferred for whoever takes part, and what has become of each (LCK-1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from infra.database import tables as t
from infra.database.reader import OfferReader
from optex.actions import Defer, replay
from optex.formatting import count, day
from optex.state import OfferState


@dataclass(frozen=True, kw_only=True, slots=True)
class DeferredGrant:
    """A deferred grant in the shares in which it was decided; `standing`: deferred, released, granted or not made."""

    deferred_id: str
    holder_id: str
    shares: int
    type: str
    decided_on: date
    promised: bool
    standing: str
    since: date | None

    @property
    def says(self) -> str:
        """What it is, and what has become of it."""
        promised = ", promised in writing" if self.promised else ""
        what = f"{self.deferred_id}, {count(self.shares, 'share')} ({self.type}) for {self.holder_id}"
        return f"{what}, decided {day(self.decided_on)}{promised}: {self._became}"

    @property
    def _became(self) -> str:
        on = f" {day(self.since)}" if self.since else ""
        if self.standing == "released":
            return f"released{on}, and may be granted by the Committee now."
        return f"{self.standing}{on}." if on else "waits for the grant of the new options."


def deferrals(db: OfferReader) -> tuple[DeferredGrant, ...]:
    """Every grant that was deferred, in the order in which they were."""
    return tuple(_deferrals(db))


def _deferrals(db: OfferReader) -> Iterator[DeferredGrant]:
    actions = db.actions(Defer.verb)
    if not actions:
        return
    state = db.state()
    decided = db.latest_decisions("deferred")
    issued = [row for row in db.rows(t.issued_options) if row.kind == "new" and not row.from_grant_id]
    granted = {row.grant_id.partition("-N")[0]: row.granted_on for row in issued}
    for each in replay(OfferState(terms=state.terms), actions).deferred:
        row = decided.get(each.deferred_id)
        standing, since = ("deferred", None) if row is None else (row.decision, state.day(row.at))
        if each.deferred_id in granted:
            standing, since = "granted", granted[each.deferred_id]
        yield DeferredGrant(
            deferred_id=each.deferred_id,
            holder_id=each.holder_id,
            shares=each.shares,
            type=each.type.value,
            decided_on=state.day(each.decided_at),
            promised=each.promised,
            standing=standing,
            since=since,
        )
