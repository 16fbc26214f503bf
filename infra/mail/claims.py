"""Claims: the letters that a round holds are its own for as long as it lives, and no other round sends them."""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import sleep
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Row

from infra.database.trouble import DatabaseTrouble
from infra.mail import outbox
from infra.mail.smtp import MailError
from infra.workspace import Workspace

# A claim older than this was left by a round that died: one that lives renews it every so many seconds.
STALE = timedelta(minutes=5)
RENEWED_AFTER = 20.0
# A round that could not renew its claims for so long takes no further letter up: what is under way has time to end.
DOUBTFUL = timedelta(minutes=1)
# So many seconds apart it is tried to mark what was sent, where the database is locked or away.
PAUSES = (1.0, 5.0, 15.0, 30.0, 60.0, 60.0)


class ClaimLost(MailError):
    """Another round may send these letters by now: this one must not."""


class Claims:
    """What one round of delivery has claimed; renewed while the round lives, and given back at its end."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._by = uuid.uuid4().hex
        self._held: frozenset[str] = frozenset()
        self._lost = False
        self._renewed_at = datetime.now(UTC)
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._renewing = asyncio.create_task(self._keep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
        with self._workspace.write() as db:
            outbox.release_claims(db, self._by)

    def take(self, limit: int, until: datetime | None) -> Sequence[Row[Any]]:
        """Claim so many of the letters that may go out by an instant."""
        # Before the database is waited for: what another round renews meanwhile is no older for it.
        stale = datetime.now(UTC) - STALE
        with self._workspace.write() as db:
            now = datetime.now(UTC)
            # Nobody else sends the mail of a simulation: what is claimed there was left by one that died.
            rows = outbox.claim(db, self._by, now, now if self._workspace.simulated else stale, limit, until)
        self._held, self._renewed_at = self._held | {row.notice_id for row in rows}, now
        return rows

    def mark(self, marks: Sequence[dict[str, Any]]) -> None:
        """Mark what became of the letters, though the database be locked or away for some minutes."""
        self._held -= {each["notice_id"] for each in marks}
        for pause in PAUSES:
            try:
                self._mark(marks)
            except DatabaseTrouble:
                sleep(pause)
            else:
                return
        self._mark(marks)

    def _mark(self, marks: Sequence[dict[str, Any]]) -> None:
        with self._workspace.write() as db:
            outbox.mark(db, marks, self._by)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(RENEWED_AFTER)
            with suppress(DatabaseTrouble):  # the next time, perhaps; if not, the round takes up no further letter
                await asyncio.to_thread(self.renew)

    def renew(self) -> None:
        """Say that the round lives, and see whether all that it holds is still its own."""
        held = self._held
        with self._workspace.write() as db:
            now = datetime.now(UTC)
            renewed = outbox.renew(db, self._by, now)
        self._lost = self._lost or (renewed < len(held) and held is self._held)
        self._renewed_at = now

    def check(self) -> None:
        """ClaimLost where a letter that is still held may be another round's by now."""
        if self._lost:
            raise ClaimLost("another round has taken over the letters of this one")
        if datetime.now(UTC) - self._renewed_at > DOUBTFUL:
            raise ClaimLost(f"the database could not be written to for {DOUBTFUL.seconds} seconds")
