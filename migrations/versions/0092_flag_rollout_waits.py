"""The wait of a run finds its rollout when the run is cancelled."""

from alembic import op

revision = "0092"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index it."""
    op.create_index("ix_flag_rollout_wait_id", "flag_rollout", ["wait_id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_flag_rollout_wait_id", "flag_rollout")
