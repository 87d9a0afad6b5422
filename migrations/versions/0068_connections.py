"""Connections: accounts at other systems, their parts, credentials, sign-ins, waiting runs and calls."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0068"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them. The engine's role finds what is due by `connection`, which holds no secret."""
    op.create_table(
        "connection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("handle", sa.String(60), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("connector", sa.String(60), nullable=False),
        sa.Column("auth", sa.String(40), nullable=False),
        sa.Column("environment", sa.String(12), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("health", sa.String(12), nullable=False),
        sa.Column("degraded_at", UtcDateTime(), nullable=True),
        sa.Column("error_code", sa.String(80), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("settings", Json, nullable=False),
        sa.Column("account_id", sa.String(200), nullable=True),
        sa.Column("account_name", sa.String(200), nullable=True),
        sa.Column("granted", Json, nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("struck_at", UtcDateTime(), nullable=True),
        sa.Column("connected_at", UtcDateTime(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("refresh_due_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("disconnected_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("workspace_id", "handle", name=op.f("uq_connection_workspace_id_handle")),
    )
    op.create_index("ix_connection_status", "connection", ["workspace_id", "status"])
    op.create_index("ix_connection_refresh_due_at", "connection", ["refresh_due_at"])
    op.create_table(
        "connection_scope",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("gone_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _of_connection("connection_scope"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_scope")),
        sa.UniqueConstraint(
            "connection_id", "kind", "external_id", name=op.f("uq_connection_scope_connection_id_kind_external_id")
        ),
    )
    op.create_table(
        "connection_credential",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hosts", Json, nullable=False),
        sa.Column("held_by", sa.String(80), nullable=True),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        _of_connection("connection_credential"),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_connection_credential")),
    )
    op.create_table(
        "connect_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("state_hash", sa.String(64), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("browser_hash", sa.String(64), nullable=True),
        sa.Column("other_account", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _of_connection("connect_session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connect_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_connect_session_token_hash")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_connect_session_state_hash")),
    )
    op.create_index("ix_connect_session_connection_id", "connect_session", ["connection_id"])
    op.create_table(
        "connection_waiter",
        sa.Column("wait_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _of_connection("connection_waiter"),
        sa.PrimaryKeyConstraint("wait_id", name=op.f("pk_connection_waiter")),
    )
    op.create_index("ix_connection_waiter_connection_id", "connection_waiter", ["connection_id", "wait_id"])
    op.create_table(
        "connection_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(80), nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(80), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        _of_connection("connection_call"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_call")),
    )
    op.create_index("ix_connection_call_newest", "connection_call", ["connection_id", "id"])
    tenant_table("connection", engine="read")
    for name in _PARTS:
        tenant_table(name)


_PARTS = ("connection_scope", "connection_credential", "connect_session", "connection_waiter", "connection_call")


def _of_connection(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_connection_id_connection")
    return sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=name)


def downgrade() -> None:
    """Drop them."""
    for name in reversed(_PARTS):
        op.drop_table(name)
    op.drop_table("connection")
