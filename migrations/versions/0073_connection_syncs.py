"""Syncs of connections: where each stands, the records it has copied, and its passes."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0073"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them. The engine's role finds which are due by `connection_sync` alone."""
    op.create_table(
        "connection_sync",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.String(60), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=True),
        sa.Column("scope_key", sa.String(32), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("every_s", sa.Integer(), nullable=False),
        sa.Column("next_due_at", UtcDateTime(), nullable=False),
        sa.Column("phase", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("cursor", Json, nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("full_at", UtcDateTime(), nullable=True),
        sa.Column("synced_to", UtcDateTime(), nullable=True),
        sa.Column("succeeded_at", UtcDateTime(), nullable=True),
        sa.Column("records", sa.BigInteger(), nullable=False),
        *_counts(),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        *_error(),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        _of("connection_sync", "connection_id", "connection"),
        _of("connection_sync", "scope_id", "connection_scope"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_sync")),
    )
    op.create_index("ix_connection_sync_connection_id", "connection_sync", ["connection_id"])
    op.create_index("ix_connection_sync_due", "connection_sync", ["state", "next_due_at"])
    stream = ["connection_id", "stream", "scope_key"]
    op.create_index("uq_connection_sync_stream", "connection_sync", stream, unique=True)
    op.create_table(
        "connection_record",
        sa.Column("sync_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(32), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        _of("connection_record", "sync_id", "connection_sync"),
        sa.PrimaryKeyConstraint("sync_id", "external_id", name=op.f("pk_connection_record")),
    )
    changed = ["sync_id", "changed_at", "external_id"]
    op.create_index("ix_connection_record_changed", "connection_record", changed)
    op.create_table(
        "connection_sync_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("sync_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        *_counts(),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        *_error(),
        _of("connection_sync_run", "sync_id", "connection_sync"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_sync_run")),
    )
    op.create_index("ix_connection_sync_run_newest", "connection_sync_run", ["sync_id", "id"])
    op.create_index("ix_connection_sync_run_ended_at", "connection_sync_run", ["ended_at"])
    tenant_table("connection_sync", engine="read")
    tenant_table("connection_record")
    tenant_table("connection_sync_run")


def _counts() -> list[sa.Column[int]]:
    names = ("added", "updated", "deleted", "read")
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _error() -> list[sa.Column[str]]:
    code = sa.Column("error_code", sa.String(80), nullable=True)
    return [code, sa.Column("error", sa.Text(), nullable=True)]


def _of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_{parent}"))


def downgrade() -> None:
    """Drop them."""
    for name in ("connection_sync_run", "connection_record", "connection_sync"):
        op.drop_table(name)
