"""Events that are gathered before a run starts with them."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0013"
down_revision = "0014"
branch_labels = None
depends_on = None

GATHERED = sa.text("gathering_id is not null")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them. Events that were not gathered are as they were."""
    op.create_table(
        "gathering",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gathering")),
        sa.UniqueConstraint("subscription_id", "key", name=op.f("uq_gathering_subscription_id_key")),
    )
    op.create_index(op.f("ix_gathering_due_at"), "gathering", ["due_at"])
    roles.tenant_table("gathering", engine="read")
    op.add_column("event", sa.Column("gathering_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_event_gathering_id", "event", ["gathering_id", "id"], sqlite_where=GATHERED, postgresql_where=GATHERED
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_event_gathering_id", "event")
    op.drop_column("event", "gathering_id")
    op.drop_table("gathering")
