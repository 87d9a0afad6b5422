"""Runs that other runs call: what their end resolves, and how both are found."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None

_CALLED, _AWAITED = sa.text("parent_run_id is not null"), sa.text("parent_wait_id is not null")


def upgrade() -> None:
    """Add the column; both indexes hold called runs alone, so that no other run costs more."""
    op.add_column("run", sa.Column("parent_wait_id", sa.Uuid(), nullable=True))
    op.create_index("ix_run_parent", "run", ["parent_run_id", "id"], sqlite_where=_CALLED, postgresql_where=_CALLED)
    op.create_index("ix_run_parent_wait", "run", ["parent_wait_id"], sqlite_where=_AWAITED, postgresql_where=_AWAITED)


def downgrade() -> None:
    """Take both away again."""
    op.drop_index("ix_run_parent_wait", "run")
    op.drop_index("ix_run_parent", "run")
    op.drop_column("run", "parent_wait_id")
