"""Event sources: addresses and events of connections that are heard before a workflow exists, and what they kept."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0115"
down_revision = "0132"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_source",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("type_version", sa.Integer(), nullable=False),
        sa.Column("config", Json, nullable=False),
        sa.Column("address_hash", sa.String(64)),
        sa.Column("address_sealed", sa.LargeBinary()),
        sa.Column("heir_id", sa.Uuid()),
        sa.Column("taken_by", sa.Uuid()),
        sa.Column("taken_at", UtcDateTime()),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("kept_bytes", sa.BigInteger(), nullable=False),
        sa.Column("last_at", UtcDateTime()),
        sa.Column("created_by", sa.Uuid()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_source")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_event_source_address_hash")),
    )
    op.create_index("ix_event_source_workspace", "event_source", ["workspace_id", "id"])
    op.create_index("ix_event_source_heir_id", "event_source", ["heir_id"])
    op.create_table(
        "source_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("dedup_key", sa.String(255)),
        sa.Column("repeats_id", sa.Uuid()),
        sa.Column("preview", sa.String(200), nullable=False),
        sa.Column("body", Json),
        sa.Column("headers", Json),
        sa.Column("query", Json),
        sa.Column("meta", Json, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["event_source.id"], name=op.f("fk_source_event_source_id_event_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_event")),
    )
    op.create_index("ix_source_event_source_id", "source_event", ["source_id", "id"])
    op.create_index("ix_source_event_dedup_key", "source_event", ["source_id", "dedup_key"])
    op.create_index("ix_source_event_workspace", "source_event", ["workspace_id", "id"])
    tenant_table("event_source", engine="read")
    tenant_table("source_event")


def downgrade() -> None:
    op.drop_table("source_event")
    op.drop_table("event_source")
