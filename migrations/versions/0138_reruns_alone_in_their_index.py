"""Runs that repeat no other leave the index of re-runs.

In it they lie in the order in which they were made, which a run's page asks for. Without that order SQLite, which has
no statistics here, walked the workspace's whole history for each page; and every run paid for an entry of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0138"
down_revision = "0108"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_run_rerun_of", "run"
AGAIN = sa.text("rerun_of is not null")


def upgrade() -> None:
    """Few runs are in it."""
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["rerun_of", "id"], sqlite_where=AGAIN, postgresql_where=AGAIN)


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["rerun_of"])
