"""Proofs, asked for and given, of who somebody is."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody was asked so far."""
    op.create_table(
        "step_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("needed", sa.SmallInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("method", sa.String(20), nullable=True),
        sa.Column("strength", sa.SmallInteger(), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_up")),
    )
    op.create_index("ix_step_up_session_id", "step_up", ["session_id", "action", "payload_hash"])
    op.create_index("ix_step_up_ends_at", "step_up", ["ends_at"])
    roles.global_table("step_up")


def downgrade() -> None:
    """Take them away: whoever needs one is asked again."""
    op.drop_table("step_up")
