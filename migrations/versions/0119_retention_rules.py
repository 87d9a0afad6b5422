"""How long ended runs are kept by workflow and by how they ended, and how far letting go of them has come."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime
from studio.core.roles import tenant_table

revision = "0119"
down_revision = "0105"
branch_labels = None
depends_on = None

RULE, STATE = "retention_rule", "retention_state"


def upgrade() -> None:
    """Until somebody says otherwise, all runs are kept for the workspace's days."""
    op.create_table(
        RULE,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer()) for name in ("succeeded", "failed", "cancelled")),
        sa.PrimaryKeyConstraint("workspace_id", "scope_id", name=op.f("pk_retention_rule")),
    )
    op.create_table(
        STATE,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("deleted_ever", sa.BigInteger(), nullable=False),
        sa.Column("behind_since", UtcDateTime()),
        sa.Column("trouble", sa.String(60)),
        sa.Column("trouble_words", sa.Text()),
        sa.Column("trouble_since", UtcDateTime()),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_retention_state")),
    )
    tenant_table(RULE)
    tenant_table(STATE)


def downgrade() -> None:
    """Take the rules away: the workspace's days hold for all again."""
    op.drop_table(STATE)
    op.drop_table(RULE)
