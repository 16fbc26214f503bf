"""the fair market value of a grant, and what became of a letter on paper"""

import sqlalchemy as sa

from infra.database.new_columns import NewColumn, add_columns, drop_columns

revision = "0004"
down_revision = "0003"

COLUMNS: dict[str, list[NewColumn]] = {
    "grants": [("fmv", sa.String(32), "")],
    "notices": [
        ("delivered_on", sa.Date(), ""),
        ("delivered_how", sa.String(16), ""),
        ("bounced_at", sa.DateTime(timezone=True), ""),
        ("bounce_reason", sa.Text(), ""),
    ],
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        add_columns(table, columns)


def downgrade() -> None:
    for table, columns in COLUMNS.items():
        drop_columns(table, [name for name, *_ in columns])
