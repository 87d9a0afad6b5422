"""Runs that are archived before they are deleted: places, files, and what can be looked up of them."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime
from studio.core.roles import tenant_table

revision = "0125"
down_revision = "0123"
branch_labels = None
depends_on = None

PLACE, FILE, RUN, LABEL = "archive_place", "run_archive", "archived_run", "archived_label"


def upgrade() -> None:
    """No workspace archives until it says so."""
    active = sa.text("active")
    op.create_table(
        PLACE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("bucket", sa.String(63), nullable=False),
        sa.Column("region", sa.String(63), nullable=False),
        sa.Column("prefix", sa.String(200), nullable=False),
        sa.Column("endpoint", sa.String(300), nullable=False),
        sa.Column("access_key_id", sa.String(128), nullable=False),
        sa.Column("secret_name", sa.String(80), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("proved_at", UtcDateTime()),
        sa.Column("trouble", sa.String(60)),
        sa.Column("trouble_words", sa.Text()),
        sa.Column("trouble_since", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_place")),
    )
    op.create_index(
        "ix_archive_place_active", PLACE, ["workspace_id"], unique=True, sqlite_where=active, postgresql_where=active
    )
    op.create_table(
        FILE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_archive")),
    )
    op.create_index("ix_run_archive_workspace_id", FILE, ["workspace_id", "state", "id"])
    op.create_table(
        RUN,
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("archive_id", sa.Uuid(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("error_code", sa.String(80)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("archived_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_archived_run")),
    )
    op.create_index("ix_archived_run_workspace_id", RUN, ["workspace_id", "run_id"])
    op.create_index("ix_archived_run_workflow_id", RUN, ["workspace_id", "workflow_id", "run_id"])
    op.create_index("ix_archived_run_archive_id", RUN, ["archive_id", "offset"])
    op.create_table(
        LABEL,
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("value", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "key", name=op.f("pk_archived_label")),
    )
    op.create_index("ix_archived_label_value", LABEL, ["workspace_id", "key", "value", "run_id"])
    tenant_table(PLACE, engine="read")
    for table in (FILE, RUN, LABEL):
        tenant_table(table)


def downgrade() -> None:
    """Forget where archived runs lie; the files stay."""
    for table in (LABEL, RUN, FILE, PLACE):
        op.drop_table(table)
