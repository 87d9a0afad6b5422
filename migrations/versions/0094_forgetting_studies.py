"""Sums of rollouts that have long ended, and the way to what was measured long ago."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json

revision = "0094"
down_revision = "0104"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.add_column("flag_rollout", sa.Column("counted", Json, nullable=True))
    op.create_index("ix_flag_measurement_at", "flag_measurement", ["environment_id", "at"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_flag_measurement_at", "flag_measurement")
    op.drop_column("flag_rollout", "counted")
