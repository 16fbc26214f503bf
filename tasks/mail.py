"""Sending what is in the outbox, as a task of its own: what was decided is committed before, so this may be retried."""

import math
from datetime import datetime

from infra.mail.delivery import send_queued
from infra.workspace import workspace_of
from tasks.decorators import effect

# So long a run goes on sending; what is left then goes out by the rounds of the watch, and the run can end.
_LONGEST = 600.0


@effect("send notices of {offer}", retry_after=[5, 30])
async def send_notices(offer: str, at: datetime | None = None) -> str:
    """Send the unsent notices of an offer once; says what is left. `watch` sends that, and what a server put off.

    A simulation says `at` which instant what is held back until then goes out.
    """
    workspace = workspace_of(offer)
    return await send_queued(workspace, math.inf if workspace.simulated else _LONGEST, at)
