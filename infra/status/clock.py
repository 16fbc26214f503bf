"""Whether this machine's clock is behind what is on record already: then nobody can rely on its instants (REC-1)."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.doctor.clock import AT_MOST
from optex.formatting import local_text

_AT_MOST = timedelta(seconds=AT_MOST)


def ahead_of_clock(db: OfferReader, at: datetime) -> datetime | None:
    """When the last entry went on record by a clock that was ahead of this one; None where there is none such."""
    query = select(func.max(t.audit.c.recorded_at)).where(t.audit.c.offer == db.offer)
    last: datetime | None = db.connection.execute(query).scalar()
    return last if last is not None and last - at > _AT_MOST else None


def clock_behind(db: OfferReader, at: datetime) -> str:
    """What is wrong with the clock, as one sentence; "" where nothing is.

    Nothing is done twice by it, for what was done is on record, and nothing early, for it is behind.
    """
    last = ahead_of_clock(db, at)
    if last is None:
        return ""
    zone = db.first_terms().zone
    return (
        f"This machine's clock, {local_text(at, zone)}, is behind the last entry on record, {local_text(last, zone)}: "
        "one of the two is wrong. Set the clock (NTP); what is recorded meanwhile bears its time."
    )
