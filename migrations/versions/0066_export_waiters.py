"""Steps that wait until a destination has an event of the audit trail."""

import sqlalchemy as sa
from alembic import op

from studio.core.roles import tenant_table

revision = "0066"
down_revision = "0061"
branch_labels = None
depends_on = None

TABLE = "export_waiter"


def upgrade() -> None:
    """Nobody waits."""
    op.create_table(
        TABLE,
        sa.Column("wait_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("destination_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("wait_id", name=op.f("pk_export_waiter")),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["export_destination.id"],
            name=op.f("fk_export_waiter_destination_id_export_destination"),
        ),
    )  # fmt: skip
    op.create_index("ix_export_waiter_destination_id", TABLE, ["destination_id"])
    tenant_table(TABLE)


def downgrade() -> None:
    """Whoever waits then waits until its time runs out."""
    op.drop_table(TABLE)
