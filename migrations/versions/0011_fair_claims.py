"""Queued runs by workspace, so that a claim can give each its turn without reading through another's backlog."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0016"
branch_labels = None
depends_on = None

QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    """Put the workspace before the priority."""
    _index(["lane", "workspace_id", "priority", "available_at"])


def downgrade() -> None:
    """As it was: by priority and time across all workspaces."""
    _index(["lane", "priority", "available_at"])


def _index(columns: list[str]) -> None:
    op.drop_index("ix_run_queued", "run")
    op.create_index("ix_run_queued", "run", columns, sqlite_where=QUEUED, postgresql_where=QUEUED)
