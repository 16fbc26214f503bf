"""What is in the outbox goes out once by real SMTP, whatever servers and senders do in between."""

import asyncio
import email
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy

import pytest
from aiosmtpd.controller import Controller

from infra import delivery, outbox
from infra import tables as t
from infra.delivery import BATCH, STALE, Delivered, deliver
from infra.desk import take_in_folder
from infra.inbox import Inbox
from infra.mail import SmtpSettings, WrongSettings
from infra.office import Office
from infra.sink import HOST, Sink
from optex import notices
from optex.calendar import utc_text
from optex.milestones import plan
from tests.servers import free_port

AT = datetime(2003, 3, 3, 14, tzinfo=UTC)
