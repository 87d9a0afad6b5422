"""Webhooks that are registered at providers, and what they have delivered."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0071"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them. The engine's role finds a hook by its address, before its workspace is known."""
    op.create_table(
        "connection_hook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("external_id", sa.String(400), nullable=True),
        sa.Column("topics", Json, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(80), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("refused_at", UtcDateTime(), nullable=True),
        sa.Column("refused_code", sa.String(80), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        _of("connection_hook", "connection"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_hook")),
        sa.UniqueConstraint("connection_id", "scope", name=op.f("uq_connection_hook_connection_id_scope")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_connection_hook_address_hash")),
    )
    op.create_table(
        "connection_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("hook_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.String(200), nullable=True),
        sa.Column("topic", sa.String(120), nullable=False),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        _of("connection_delivery", "connection"),
        _of("connection_delivery", "connection_hook", "hook_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_delivery")),
        sa.UniqueConstraint(
            "connection_id", "delivery_id", name=op.f("uq_connection_delivery_connection_id_delivery_id")
        ),
    )
    op.create_index("ix_connection_delivery_newest", "connection_delivery", ["connection_id", "id"])
    tenant_table("connection_hook", engine="read")
    tenant_table("connection_delivery")


def _of(table: str, other: str, column: str = "connection_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    """Drop them."""
    op.drop_table("connection_delivery")
    op.drop_table("connection_hook")
