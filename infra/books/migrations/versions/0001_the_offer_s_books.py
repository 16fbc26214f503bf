"""the offer's books"""

import sqlalchemy as sa
from alembic import op

import infra.books.tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")


def refuse_changes(dialect: str, table: str) -> list[str]:
    """Triggers by which the database itself refuses to update or delete an entry of an append-only table."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for act in ("update", "delete")
        ]
    return [
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]


APPEND_ONLY = ("decisions", "audit")


def upgrade() -> None:
    op.create_table(
        "offers",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("taken_in_at", infra.books.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", infra.books.tables.Instant(timezone=True), nullable=True),
        sa.Column("accepted_at", infra.books.tables.Instant(timezone=True), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("terminated_at", infra.books.tables.Instant(timezone=True), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("played_until", infra.books.tables.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("offer", name=op.f("pk_offers")),
    )
    op.create_table(
        "audit",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", infra.books.tables.Instant(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_audit_offers")),
        sa.PrimaryKeyConstraint("offer", "position", name=op.f("pk_audit")),
    )
    op.create_table(
        "decisions",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", infra.books.tables.Instant(timezone=True), nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_decisions_offers")),
        sa.PrimaryKeyConstraint("offer", "kind", "subject", "revision", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_offer_holder_id"), "decisions", ["offer", "holder_id"], unique=False)
    op.create_table(
        "facts",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("fact_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", infra.books.tables.Instant(timezone=True), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_facts_offers")),
        sa.PrimaryKeyConstraint("offer", "fact_id", name=op.f("pk_facts")),
    )
    op.create_table(
        "holders",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("voting_percent", infra.books.tables.Money(length=32), nullable=False),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_holders_offers")),
        sa.PrimaryKeyConstraint("offer", "holder_id", name=op.f("pk_holders")),
    )
    op.create_table(
        "options",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("grant_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("from_grant_id", KEY, nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("price", infra.books.tables.Money(length=32), nullable=False),
        sa.Column("type", sa.String(length=3), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_options_offers")),
        sa.PrimaryKeyConstraint("offer", "grant_id", name=op.f("pk_options")),
    )
    op.create_index(op.f("ix_options_offer_holder_id"), "options", ["offer", "holder_id"], unique=False)
    op.create_table(
        "pool",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("available_after", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_pool_offers")),
        sa.PrimaryKeyConstraint("offer", "position", name=op.f("pk_pool")),
    )
    op.create_table(
        "prices",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("close", infra.books.tables.Money(length=32), nullable=False),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_prices_offers")),
        sa.PrimaryKeyConstraint("offer", "on", name=op.f("pk_prices")),
    )
    op.create_table(
        "promises",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("promise_id", KEY, nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_promises_offers")),
        sa.PrimaryKeyConstraint("offer", "promise_id", name=op.f("pk_promises")),
        sa.UniqueConstraint("offer", "holder_id", name=op.f("uq_promises_offer_holder_id")),
    )
    op.create_table(
        "steps",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due", infra.books.tables.Instant(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("done_at", infra.books.tables.Instant(timezone=True), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("flow_run_id", sa.String(length=36), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_steps_offers")),
        sa.PrimaryKeyConstraint("offer", "name", "version", name=op.f("pk_steps")),
    )
    op.create_table(
        "terms",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", infra.books.tables.Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_terms_offers")),
        sa.PrimaryKeyConstraint("offer", "version", name=op.f("pk_terms")),
    )
    op.create_table(
        "tranches",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("grant_id", KEY, nullable=False),
        sa.Column("vests_on", sa.Date(), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_tranches_offers")),
        sa.PrimaryKeyConstraint("offer", "grant_id", "vests_on", name=op.f("pk_tranches")),
    )
    op.create_table(
        "forms",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("received_at", infra.books.tables.Instant(timezone=True), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signed_as", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", infra.books.tables.Instant(timezone=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer", "holder_id"], ["holders.offer", "holders.holder_id"], name=op.f("fk_forms_holders")
        ),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_forms_offers")),
        sa.PrimaryKeyConstraint("offer", "form_id", name=op.f("pk_forms")),
    )
    op.create_index(op.f("ix_forms_offer_holder_id"), "forms", ["offer", "holder_id"], unique=False)
    op.create_table(
        "grants",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("grant_id", KEY, nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("exercised", sa.BigInteger(), nullable=False),
        sa.Column("price", infra.books.tables.Money(length=32), nullable=False),
        sa.Column("type", sa.String(length=3), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer", "holder_id"], ["holders.offer", "holders.holder_id"], name=op.f("fk_grants_holders")
        ),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_grants_offers")),
        sa.PrimaryKeyConstraint("offer", "grant_id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_offer_holder_id"), "grants", ["offer", "holder_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("notice_id", KEY, nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("queued_at", infra.books.tables.Instant(timezone=True), nullable=False),
        sa.Column("claimed_at", infra.books.tables.Instant(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=36), nullable=True),
        sa.Column("sent_at", infra.books.tables.Instant(timezone=True), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer", "holder_id"], ["holders.offer", "holders.holder_id"], name=op.f("fk_notices_holders")
        ),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_notices_offers")),
        sa.PrimaryKeyConstraint("offer", "notice_id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_offer_holder_id"), "notices", ["offer", "holder_id"], unique=False)
    op.create_index(
        "ix_notices_unsent",
        "notices",
        ["offer", "attempts", "queued_at", "notice_id"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "spells",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("capacity", sa.String(length=16), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["offer", "holder_id"], ["holders.offer", "holders.holder_id"], name=op.f("fk_spells_holders")
        ),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_spells_offers")),
        sa.PrimaryKeyConstraint("offer", "holder_id", "capacity", "first_day", name=op.f("pk_spells")),
    )
    op.create_table(
        "cancellations",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("grant_id", KEY, nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=False),
        sa.Column("balancing_grant_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["offer", "grant_id"], ["grants.offer", "grants.grant_id"], name=op.f("fk_cancellations_grants")
        ),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_cancellations_offers")),
        sa.PrimaryKeyConstraint("offer", "grant_id", name=op.f("pk_cancellations")),
    )
    op.create_table(
        "form_lines",
        sa.Column("offer", KEY, nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("grant_id", KEY, nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("original_shares", sa.BigInteger(), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("price", infra.books.tables.Money(length=32), nullable=True),
        sa.Column("exercised", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["offer", "form_id"], ["forms.offer", "forms.form_id"], name=op.f("fk_form_lines_forms")
        ),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name=op.f("fk_form_lines_offers")),
        sa.PrimaryKeyConstraint("offer", "form_id", "grant_id", name=op.f("pk_form_lines")),
    )
    for table in APPEND_ONLY:
        for statement in refuse_changes(op.get_bind().dialect.name, table):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("form_lines")
    op.drop_table("cancellations")
    op.drop_table("spells")
    op.drop_index("ix_notices_unsent", table_name="notices")
    op.drop_index(op.f("ix_notices_offer_holder_id"), table_name="notices")
    op.drop_table("notices")
    op.drop_index(op.f("ix_grants_offer_holder_id"), table_name="grants")
    op.drop_table("grants")
    op.drop_index(op.f("ix_forms_offer_holder_id"), table_name="forms")
    op.drop_table("forms")
    op.drop_table("tranches")
    op.drop_table("terms")
    op.drop_table("steps")
    op.drop_table("promises")
    op.drop_table("prices")
    op.drop_table("pool")
    op.drop_index(op.f("ix_options_offer_holder_id"), table_name="options")
    op.drop_table("options")
    op.drop_table("holders")
    op.drop_table("facts")
    op.drop_index(op.f("ix_decisions_offer_holder_id"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_table("audit")
    op.drop_table("offers")
    if op.get_bind().dialect.name != "sqlite":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_append_only()")
