"""What the database looks like: one schema for SQLite and PostgreSQL, every row belonging to an offer.

What was told and decided is appended and never edited: those tables refuse update and delete (by triggers).
A new database is made from here; one that an older version made is brought up to it by the migrations.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on every database (CAL-3)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


_decimal = lru_cache(maxsize=1 << 12)(Decimal)


class Money(TypeDecorator[Decimal]):
    """An exact decimal, kept as its own digits: SQLite has no decimal type, and no sum is ever asked of it in SQL."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else _decimal(value)

    def bind_processor(self, dialect: Dialect) -> Any:
        """Past what SQLAlchemy does around it for every cell."""
        return lambda value: None if value is None else str(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Likewise: thousands of options have a few hundred prices."""
        return lambda value: value and _decimal(value)


# Compared byte by byte, so that the ledgers are in one order whatever the locale of a PostgreSQL is.
Key = String(200).with_variant(String(200, collation="C"), "postgresql")


def _offer() -> Column[Any]:
    return Column("offer", Key, ForeignKey("offers.offer"), primary_key=True)


def _ruling() -> list[Column[Any]]:
    return [Column("rule", String(16), nullable=False), Column("section", Text, nullable=False)]


offers = Table(
    "offers",
    metadata,
    Column("offer", Key, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("taken_in_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", Instant),
    Column("accepted_at", Instant),
    Column("cancelled_on", Date),
    Column("terminated_at", Instant),
    Column("granted_on", Date),
    Column("played_until", Instant),
)

terms = Table(
    "terms",
    metadata,
    _offer(),
    Column("version", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("document", Text, nullable=False),
)

holders = Table(
    "holders",
    metadata,
    _offer(),
    Column("holder_id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("voting_percent", Money, nullable=False),
)


def _of_holder() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["offer", "holder_id"], ["holders.offer", "holders.holder_id"])


service_periods = Table(
    "service_periods",
    metadata,
    _offer(),
    Column("holder_id", Key, primary_key=True),
    Column("capacity", String(16), primary_key=True),
    Column("first_day", Date, primary_key=True),
    Column("last_day", Date),
    _of_holder(),
)

grants = Table(
    "grants",
    metadata,
    _offer(),
    Column("grant_id", Key, primary_key=True),
    Column("holder_id", Key, nullable=False),
    Column("granted_on", Date, nullable=False),
    Column("shares", BigInteger, nullable=False),
    Column("exercised", BigInteger, nullable=False),
    Column("price", Money, nullable=False),
    Column("type", String(3), nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("fmv", Money),  # per share at grant; empty where it is the price (ISO-1)
    _of_holder(),
    Index(None, "offer", "holder_id"),
)

# The tranches of an option: of a grant only where it states a schedule of its own, of the offer's own options always.
tranches = Table(
    "tranches",
    metadata,
    _offer(),
    Column("grant_id", Key, primary_key=True),
    Column("vests_on", Date, primary_key=True),
    Column("shares", BigInteger, nullable=False),
)

forms = Table(
    "forms",
    metadata,
    _offer(),
    Column("form_id", Key, primary_key=True),
    Column("holder_id", Key, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("signed_on", Date),
    Column("signed_as", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("missed", Boolean, nullable=False),  # received before the acceptance, on record only after it
    Column("recorded_at", Instant, nullable=False),
    Column("position", Integer, nullable=False),
    Column("after_deadline", Instant),
    Column("recorded_by", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    _of_holder(),
    Index(None, "offer", "holder_id"),
)

form_lines = Table(
    "form_lines",
    metadata,
    _offer(),
    Column("form_id", Key, primary_key=True),
    Column("grant_id", Key, primary_key=True),
    Column("shares", BigInteger, nullable=False),
    Column("original_shares", BigInteger),
    Column("granted_on", Date),
    Column("price", Money),
    Column("exercised", BigInteger),
    ForeignKeyConstraint(["offer", "form_id"], ["forms.offer", "forms.form_id"]),
)

prices = Table(
    "prices",
    metadata,
    _offer(),
    Column("on", Date, primary_key=True),
    Column("close", Money, nullable=False),
    Column("high", Money),  # of the day, with its low, where they were told (XCH-4)
    Column("low", Money),
)

# The actions (extend, amend, split, ...), accepted or refused, each under a key of its own.
actions = Table(
    "actions",
    metadata,
    _offer(),
    Column("fact_id", Key, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("verb", String(32), nullable=False),
    Column("actor", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("accepted", Boolean, nullable=False),
    *_ruling(),
    Column("reason", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),  # by the machine's clock, which nobody sets (REC-1)
    Column("after_deadline", Instant),  # the deadline that lay between its own time and that
    Column("entry", Integer, nullable=False),  # of the audit, which vouches for it; 0 where it is older than that
)

# The files that were handed in as evidence, each kept once, under its SHA-256.
evidence = Table(
    "evidence",
    metadata,
    _offer(),
    Column("sha256", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

steps = Table(
    "steps",
    metadata,
    _offer(),
    Column("name", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("due", Instant, nullable=False),
    Column("status", String(16), nullable=False),
    Column("done_at", Instant),
    Column("message", Text, nullable=False, default=""),
    Column("flow_run_id", String(36)),
    Column("digest", String(64)),  # of the decision that waits for an approval
)

# Form standings, acceptances, options with their reasons, the outcome of promises; the last revision is in force.
decisions = Table(
    "decisions",
    metadata,
    _offer(),
    Column("kind", String(16), primary_key=True),
    Column("subject", Key, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("holder_id", Key, nullable=False),
    Column("decision", String(16), nullable=False),
    Column("shares", BigInteger),
    *_ruling(),
    Column("reason", Text, nullable=False),
    Column("remarks", JSON, nullable=False),
    Column("entry", Integer, nullable=False),  # of the audit, which vouches for it; 0 where it is older than that
    Index(None, "offer", "holder_id"),
)

cancellations = Table(
    "cancellations",
    metadata,
    _offer(),
    Column("grant_id", Key, primary_key=True),
    Column("holder_id", Key, nullable=False),
    Column("shares", BigInteger, nullable=False),
    Column("cancelled_on", Date, nullable=False),
    Column("balancing_grant_id", Key),
    Column("voided_on", Date),  # since when it does not hold: the tender ought not to have been accepted (REC-4)
    ForeignKeyConstraint(["offer", "grant_id"], ["grants.offer", "grants.grant_id"]),
)

promises = Table(
    "promises",
    metadata,
    _offer(),
    Column("promise_id", Key, primary_key=True),
    Column("holder_id", Key, nullable=False),
    Column("shares", BigInteger, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("not_before", Date, nullable=False),
    Column("received_on", Date, nullable=False),
    UniqueConstraint("offer", "holder_id"),
)

# What the offer itself brings into being: balancing options and new ones.
issued_options = Table(
    "issued_options",
    metadata,
    _offer(),
    Column("grant_id", Key, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("holder_id", Key, nullable=False),
    Column("from_grant_id", Key, nullable=False),
    Column("granted_on", Date, nullable=False),
    Column("shares", BigInteger, nullable=False),
    Column("price", Money, nullable=False),
    Column("type", String(3), nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("ended_on", Date),  # of a balancing option withdrawn with its acceptance, of a new one rescinded (REC-4)
    Index(None, "offer", "holder_id"),
)

pool = Table(
    "pool",
    metadata,
    _offer(),
    Column("position", Integer, primary_key=True),
    Column("on", Date, nullable=False),
    Column("event", String(32), nullable=False),
    Column("shares", BigInteger, nullable=False),
    Column("available_after", BigInteger, nullable=False),
)

# The outbox: written with the decision, claimed by whoever sends, marked with the server's answer.
notices = Table(
    "notices",
    metadata,
    _offer(),
    Column("notice_id", Key, primary_key=True),
    Column("holder_id", Key, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("claimed_at", Instant),
    Column("claimed_by", String(36)),
    Column("sent_at", Instant),
    Column("message_id", Text),
    Column("answer", Text),
    Column("attempts", Integer, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("send_after", Instant),  # not to be sent before
    Column("withdrawn_at", Instant),  # not to be sent any more: what it says was taken back before it went out
    Column("delivered_on", Date),  # on paper
    Column("delivered_how", String(16)),
    Column("bounced_at", Instant),  # it was sent, and came back
    Column("bounce_reason", Text),
    _of_holder(),
    # In the order in which they are claimed; what was sent is no longer in it.
    Index(
        "ix_notices_unsent",
        "offer",
        "attempts",
        "queued_at",
        "notice_id",
        sqlite_where=text("sent_at IS NULL"),
        postgresql_where=text("sent_at IS NULL"),
    ),
    Index(None, "offer", "holder_id"),
)

audit = Table(
    "audit",
    metadata,
    _offer(),
    Column("position", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    *_ruling(),
    Column("detail", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("hash", String(64), nullable=False),  # of the entry and the hash of the one before it
)

APPEND_ONLY = (actions, evidence, decisions, audit)

_REFUSALS = {
    "sqlite": [
        f"CREATE TRIGGER {{table}}_no_{act} BEFORE {act.upper()} ON {{table}} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for act in ("update", "delete")
    ],
    "postgresql": [
        "CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ],
}


def refuse_changes(table: Table, connection: Connection, **_: Any) -> None:
    """The database itself refuses to update or delete an entry of the table."""
    for statement in _REFUSALS[connection.dialect.name]:
        connection.exec_driver_sql(statement.format(table=table.name))


for _table in APPEND_ONLY:
    event.listen(_table, "after_create", refuse_changes)
