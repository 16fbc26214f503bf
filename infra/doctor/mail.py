"""Whether the mail server takes us: connected, encrypted and logged in as for a letter, and nothing sent."""

import asyncio
from dataclasses import replace

from infra.doctor.finding import Finding, advice, ok, stop
from infra.mail.smtp import MailError, SmtpSettings, WrongSettings, greet
from infra.workspace import Workspace

# So many seconds for each answer of the server, and for all of them.
PATIENCE, AT_MOST = 5.0, 15.0


def check_mail(workspace: Workspace, patience: float = PATIENCE) -> Finding:
    """Whether letters would leave this machine, and how."""
    if workspace.smtp is None:
        said = f"no letter leaves this machine: each is kept as a file in {workspace.mail_dir}"
        return advice("mail", said, "set OPTEX_SMTP_HOST before the offer opens")
    try:
        asyncio.run(asyncio.wait_for(greet(replace(workspace.smtp, timeout=patience)), AT_MOST))
    except WrongSettings as error:
        return stop("mail", str(error), "correct the OPTEX_SMTP_* settings")
    except MailError as error:
        return stop("mail", str(error), "is OPTEX_SMTP_HOST right, and is the server up?")
    except TimeoutError:
        said = f"{workspace.smtp.host}:{workspace.smtp.port} has not done within {AT_MOST:.0f} seconds"
        return stop("mail", said, "is OPTEX_SMTP_HOST right, and is the server up?")
    return ok("mail", f"{_how(workspace.smtp)}; nothing was sent")


def _how(smtp: SmtpSettings) -> str:
    secured = {"starttls": "encrypted by STARTTLS", "tls": "encrypted by TLS", "none": "in the clear"}[smtp.tls]
    user = f"logged in as {smtp.user}" if smtp.user else "without a login"
    return f"{smtp.host}:{smtp.port} takes letters, {secured}, {user}"


def check_alerts(workspace: Workspace) -> Finding:
    """Whether operations would hear of a failure."""
    if workspace.ops_mail or workspace.ops_webhook:
        return ok("alerts", f"to {workspace.ops_mail or 'the webhook'}")
    return advice("alerts", "nobody is told when a step fails", "set OPTEX_OPS_MAIL or OPTEX_OPS_WEBHOOK")
