"""How far each person is with the tour of their first days; whoever is here already knows their way."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime
from studio.core.roles import tenant_table

revision = "0124"
down_revision = "0109"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tour",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("example_id", sa.Uuid()),
        sa.Column("tried_at", UtcDateTime()),
        sa.Column("seen_at", UtcDateTime()),
        sa.Column("hidden_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name=op.f("pk_tour")),
    )
    op.execute("insert into tour (workspace_id, user_id, hidden_at) select workspace_id, user_id, created_at from seat")
    tenant_table("tour")


def downgrade() -> None:
    op.drop_table("tour")
