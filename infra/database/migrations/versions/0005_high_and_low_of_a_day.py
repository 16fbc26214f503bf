"""the high and the low of a trading day"""

import sqlalchemy as sa

from infra.database.new_columns import NewColumn, add_columns, drop_columns

revision = "0005"
down_revision = "0004"

COLUMNS: list[NewColumn] = [("high", sa.String(32), ""), ("low", sa.String(32), "")]


def upgrade() -> None:
    add_columns("prices", COLUMNS)


def downgrade() -> None:
    drop_columns("prices", [name for name, *_ in COLUMNS])
