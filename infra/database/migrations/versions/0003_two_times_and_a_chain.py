"""two times of everything, evidence, and the audit as a chain"""

import sqlalchemy as sa
from alembic import op

from infra.database import tables as t
from infra.database.new_columns import NewColumn, add_columns, drop_columns
from infra.database.vouching import VOUCHED, older, rows_by_entry
from infra.database.writer import OfferWriter

revision = "0003"
down_revision = "0002"

# The new columns with their types, what each holds in a row of then ("" where it may be empty), by table.
INSTANT, TEXT, DATE, INTEGER = sa.DateTime(timezone=True), sa.Text(), sa.Date(), sa.Integer()
COLUMNS: dict[str, list[NewColumn]] = {
    "forms": [("after_deadline", INSTANT, ""), ("recorded_by", TEXT, "''"), ("evidence", TEXT, "''")],
    "actions": [("recorded_at", INSTANT, "at"), ("after_deadline", INSTANT, ""), ("entry", INTEGER, "0")],
    "decisions": [("entry", INTEGER, "0")],
    "cancellations": [("voided_on", DATE, "")],
    "issued_options": [("ended_on", DATE, "")],
    "notices": [("send_after", INSTANT, ""), ("withdrawn_at", INSTANT, "")],
    "audit": [("recorded_at", INSTANT, "at"), ("evidence", TEXT, "''"), ("hash", sa.String(64), "''")],
}


# What the database itself keeps from being changed from now on.
GUARDED = (t.actions, t.evidence)


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        add_columns(table, columns)
    op.create_table(
        "evidence",
        sa.Column("offer", _key(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("offer", "sha256", name="pk_evidence"),
        sa.ForeignKeyConstraint(["offer"], ["offers.offer"], name="fk_evidence_offers"),
    )
    _vouch_for_older_rows()
    for guarded in GUARDED:
        t.refuse_changes(guarded, op.get_bind())


def _vouch_for_older_rows() -> None:
    bind = op.get_bind()
    for offer, at in bind.execute(sa.select(t.audit.c.offer, sa.func.max(t.audit.c.at)).group_by(t.audit.c.offer)):
        db = OfferWriter(bind, offer)
        found = {what: [row for _, rows in rows_by_entry(bind, offer, what) for row in rows] for what in VOUCHED}
        db.audit(at, "", [older(what, rows) for what, rows in found.items() if rows])


def _key() -> sa.types.TypeEngine[str]:
    return sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def downgrade() -> None:
    for guarded in GUARDED:
        if op.get_bind().dialect.name == "sqlite":
            for act in ("update", "delete"):
                op.execute(f"DROP TRIGGER {guarded.name}_no_{act}")
        else:
            op.execute(f"DROP TRIGGER {guarded.name}_append_only ON {guarded.name}")
            op.execute(f"DROP FUNCTION {guarded.name}_append_only()")
    op.drop_table("evidence")
    for table, columns in COLUMNS.items():
        drop_columns(table, [name for name, *_ in columns])
