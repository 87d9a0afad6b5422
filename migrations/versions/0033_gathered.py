"""Requests that a run waits for together."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0033"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody waits for several so far."""
    op.create_table(
        "approval_gathered",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wait_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["approval_request.id"], name=op.f("fk_approval_gathered_request_id_approval_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_gathered")),
        sa.UniqueConstraint("wait_id", "request_id", name=op.f("uq_approval_gathered_wait_id_request_id")),
    )
    op.create_index("ix_approval_gathered_request_id", "approval_gathered", ["request_id"])
    roles.tenant_table("approval_gathered")


def downgrade() -> None:
    """Take it away again. A run that waits for several then waits until it is cancelled."""
    op.drop_table("approval_gathered")
