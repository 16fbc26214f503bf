"""Alerts to operations: a mail to OPS_MAIL, by the same server as the holders' mail, and a post to OPS_WEBHOOK."""

import hashlib
import html
from datetime import UTC, datetime

import httpx

from infra.mail.message import compose, mailbox, message_id
from infra.mail.pool import send
from infra.mail.sink import Sink
from infra.mail.smtp import MailError, OutgoingMessage, SendStatus
from infra.workspace import Workspace


async def alert_operations(workspace: Workspace, subject: str, text: str) -> None:
    """Mail operations and ring their webhook, as far as each is named; MailError where nobody could be told."""
    await mail_operations(workspace, subject, text)
    if workspace.ops_webhook:
        try:
            async with httpx.AsyncClient(timeout=30) as client:
                said = {"text": f"{workspace.offer}: {subject}\n{text}"}
                (await client.post(workspace.ops_webhook, json=said)).raise_for_status()
        except httpx.HTTPError as error:
            if not workspace.ops_mail:
                raise MailError(f"operations could not be told: {error or type(error).__name__}") from error


async def mail_operations(workspace: Workspace, subject: str, text: str) -> None:
    """Mail operations, where OPS_MAIL says whom; MailError where the server does not take it."""
    if not workspace.ops_mail:
        return
    sender = workspace.mail_from or workspace.ops_mail
    name, address = mailbox(workspace.ops_mail)
    _, from_address = mailbox(sender)
    now = datetime.now(UTC)
    key = hashlib.sha256(f"{subject}\n{text}\n{now.isoformat()}".encode()).hexdigest()
    content = compose(
        sender=sender,
        to_name=name,
        to_email=address,
        subject=f"[optex] {workspace.offer}: {subject}",
        text=f"{text}\n",
        html=f"<p>{html.escape(text)}</p>",
        message_id=message_id(workspace.offer, f"ops:{key}", from_address.rpartition("@")[2]),
        date=now,
        kind="operations",
    )
    letter = OutgoingMessage(notice_id=key, sender=from_address, recipient=address, compose=lambda: content)
    if workspace.smtp is not None:
        outcomes = await send([letter], workspace.smtp, connections=1)
    else:
        async with Sink(workspace.mail_dir) as sink:
            outcomes = await send([letter], sink.smtp, connections=1)
    if outcomes[0].status is not SendStatus.ACCEPTED:
        raise MailError(f"operations could not be told: {outcomes[0].answer}")
