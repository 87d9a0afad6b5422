"""Failed, stuck and waiting runs of one workflow have an index, which what succeeds at once never enters."""

import sqlalchemy as sa
from alembic import op

revision = "0128"
down_revision = "0116"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_run_workflow_state", "run"
COLUMNS = ["workspace_id", "workflow_id", "state", "id"]
RARE = sa.text("state in ('failed', 'cancelled', 'needs_review', 'quarantined', 'waiting')")


def upgrade() -> None:
    """Few runs are in it: it is made quickly, and kept for next to nothing."""
    op.create_index(NAME, TABLE, COLUMNS, sqlite_where=RARE, postgresql_where=RARE)


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
