"""Who stands in for whom while somebody is away, and which share was given to whom by that."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0020"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LIVE = sa.text("delegation_id is not null and state in ('open', 'snoozed')")


def upgrade() -> None:
    """Nobody is away so far."""
    op.create_table(
        "approval_delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("to_user_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("open_items", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_delegation")),
    )
    op.create_index("ix_approval_delegation_ends_at", "approval_delegation", ["workspace_id", "ends_at"])
    roles.tenant_table("approval_delegation")
    op.add_column("approval_assignment", sa.Column("delegation_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_approval_assignment_delegated",
        "approval_assignment",
        ["workspace_id", "request_id"],
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    """Take it away again; what was decided stays decided."""
    op.drop_index("ix_approval_assignment_delegated", "approval_assignment")
    op.drop_column("approval_assignment", "delegation_id")
    op.drop_table("approval_delegation")
