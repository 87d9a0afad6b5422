"""What runs obtain at their gates."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles
from studio.core.db import Json

revision = "0061"
down_revision = "0065"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """No run is at a gate."""
    op.create_table(
        "guard_pass",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_name", sa.String(200), nullable=False),
        sa.Column("node", sa.String(40), nullable=False),
        sa.Column("path", sa.String(120), nullable=False),
        sa.Column("target", sa.String(80), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("wait_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("asked_of", Json, nullable=False),
        sa.Column("agreed", Json, nullable=False),
        sa.Column("asker_decides", sa.Boolean(), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("needed", sa.SmallInteger(), nullable=False),
        sa.Column("max_age_s", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(20), nullable=True),
        sa.Column("strength", sa.SmallInteger(), nullable=True),
        sa.Column("proven_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_pass")),
    )
    op.create_index("ix_guard_pass_user", "guard_pass", ["workspace_id", "user_id", "state"])
    op.create_index("ix_guard_pass_wait", "guard_pass", ["wait_id"])
    op.create_index("ix_guard_pass_ended", "guard_pass", ["workspace_id", "ended_at"])
    roles.tenant_table("guard_pass")


def downgrade() -> None:
    """Take it away: what runs had obtained is gone."""
    op.drop_index("ix_guard_pass_ended", "guard_pass")
    op.drop_index("ix_guard_pass_wait", "guard_pass")
    op.drop_index("ix_guard_pass_user", "guard_pass")
    op.drop_table("guard_pass")
