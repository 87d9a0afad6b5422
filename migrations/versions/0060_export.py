"""Pipelines of the audit trail, their destinations, and what those would not take."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime
from studio.core.roles import tenant_table

revision = "0060"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing leaves the house at first."""
    op.create_table(
        "export_config",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_config")),
        sa.UniqueConstraint("workspace_id", "version", name=op.f("uq_export_config_workspace_id_version")),
    )
    tenant_table("export_config")
    op.create_table(
        "export_destination",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("pipeline", sa.String(80), nullable=False),
        sa.Column("exporter", sa.String(80), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("cursor_at", UtcDateTime()),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("letters_queued", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("last_code", sa.String(60)),
        sa.Column("failed_at", UtcDateTime()),
        sa.Column("sent_at", UtcDateTime()),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_destination")),
        sa.UniqueConstraint(
            "workspace_id", "pipeline", "exporter", name=op.f("uq_export_destination_workspace_id_pipeline_exporter")
        ),
    )
    op.create_index("ix_export_destination_due_at", "export_destination", ["state", "due_at"])
    tenant_table("export_destination", engine="read")
    op.create_table(
        "export_dead_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("destination_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["export_destination.id"],
            name=op.f("fk_export_dead_letter_destination_id_export_destination"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_dead_letter")),
        sa.UniqueConstraint("destination_id", "seq", name=op.f("uq_export_dead_letter_destination_id_seq")),
    )
    op.create_index("ix_export_dead_letter_state", "export_dead_letter", ["workspace_id", "state", "id"])
    tenant_table("export_dead_letter")


def downgrade() -> None:
    """Forget pipelines and cursors; the trail itself stays whole."""
    op.drop_table("export_dead_letter")
    op.drop_table("export_destination")
    op.drop_table("export_config")
