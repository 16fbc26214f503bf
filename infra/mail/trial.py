"""A test message: what a mail program will show, by the way that the letters go, to an address of one's own."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import quote

from infra.mail.message import compose, mailbox, message_id
from infra.mail.pool import send
from infra.mail.render import render
from infra.mail.sink import Sink
from infra.mail.smtp import MailError, OutgoingMessage, SendStatus
from infra.workspace import Workspace
from optex.formatting import utc_text
from optex.notice_data import offer_facts
from optex.terms import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialSent:
    """Who took a test message, and with which answer; `server` is "" where it was kept on this machine."""

    server: str
    sender: str
    answer: str


async def send_test(workspace: Workspace, terms: Terms, to: str, at: datetime) -> TrialSent:
    """Send a test message by the server of the settings, else to the sink; MailError where it is not taken.

    It is no notice: nothing of it goes on record.
    """
    sender = workspace.mail_from or f'"{quote(terms.contact.name)}" <{terms.contact.email}>'
    _, from_address = mailbox(sender)
    subject = f"Test of the mail of {terms.offer}"
    data = {"holder": {"name": to}, "subject": subject, "heading": subject, "offer": offer_facts(terms)}
    text, html = render("mail-test", {**data, "sent_at": utc_text(at), "sender": sender}, workspace.templates)
    key = f"test:{to}:{utc_text(at)}"
    content = compose(
        sender=sender,
        to_name="",
        to_email=to,
        subject=subject,
        text=text,
        html=html,
        message_id=message_id(terms.offer, key, from_address.rpartition("@")[2]),
        date=at,
        kind="mail-test",
        reply_to="" if from_address == terms.contact.email else terms.contact.email,
    )
    letter = OutgoingMessage(notice_id=key, sender=from_address, recipient=to, compose=lambda: content)
    server = ""
    if smtp := workspace.smtp:
        server = f"{smtp.host}:{smtp.port}"
        [outcome] = await send([letter], smtp, connections=1)
    else:
        async with Sink(workspace.mail_dir) as sink:
            [outcome] = await send([letter], sink.smtp, connections=1)
    if outcome.status is not SendStatus.ACCEPTED:
        refused = "for good" if outcome.status is SendStatus.REFUSED else "for now"
        raise MailError(f"{server or 'the sink'} did not take the test message, {refused}: {outcome.answer}")
    return TrialSent(server=server, sender=sender, answer=outcome.answer)
