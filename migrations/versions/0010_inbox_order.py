"""The order in which settled approvals are listed."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index them."""
    op.create_index("ix_approval_request_closed_at", "approval_request", ["workspace_id", "closed_at", "id"])
    op.create_index(
        "ix_approval_assignment_closed_at", "approval_assignment", ["workspace_id", "user_id", "closed_at", "id"]
    )


def downgrade() -> None:
    """Take the indexes away again."""
    op.drop_index("ix_approval_assignment_closed_at", "approval_assignment")
    op.drop_index("ix_approval_request_closed_at", "approval_request")
