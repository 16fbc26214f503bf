"""the offer's books

Empty, as a new database is made from the tables themselves; kept because the first databases bear this revision.
"""

revision = "0001"
down_revision = None


def upgrade() -> None: ...


def downgrade() -> None: ...
