"""Worker processes that say they are there, and a schema's revision that every role may read."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime
from studio.core.roles import APP, ENGINE

revision = "0122"
down_revision = "0119"
branch_labels = None
depends_on = None

TABLE = "worker_process"


def upgrade() -> None:
    """Workers of the release before write nothing here; they are not missed until they are replaced."""
    op.create_table(
        TABLE,
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("host", sa.String(200), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(80), nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_worker_process")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"grant select on {TABLE} to {APP}")
        op.execute(f"grant select, insert, update, delete on {TABLE} to {ENGINE}")
        op.execute(f"grant select on alembic_version to {APP}, {ENGINE}")


def downgrade() -> None:
    op.drop_table(TABLE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"revoke all on alembic_version from {APP}, {ENGINE}")
