"""Flags: environments, flags and what holds of them, segments, versions of both, and the programs that ask."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0074"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them. The engine's role finds a client by its key's hash, and sees whether an environment has moved."""
    op.create_table(
        "flag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("value_schema", Json, nullable=True),
        sa.Column("off_value", Json, nullable=True),
        sa.Column("dependencies", Json, nullable=False),
        sa.Column("impression_data", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_flag_workspace_id_key")),
    )
    op.create_index("ix_flag_newest", "flag", ["workspace_id", "archived_at", "id"])
    op.create_table(
        "flag_environment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_environment")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_flag_environment_workspace_id_name")),
    )
    op.create_table(
        "flag_segment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("constraints", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_segment")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_flag_segment_workspace_id_name")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_flag_segment_workspace_id_number")),
    )
    op.create_table(
        "flag_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("sdk", sa.String(100), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_application", "environment_id", "flag_environment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_application")),
        sa.UniqueConstraint("environment_id", "name", name=op.f("uq_flag_application_environment_id_name")),
    )
    op.create_table(
        "flag_client_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("shown", sa.String(80), nullable=False),
        sa.Column("origins", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_client_key", "environment_id", "flag_environment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_client_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_flag_client_key_key_hash")),
    )
    op.create_index("ix_flag_client_key_workspace_id", "flag_client_key", ["workspace_id", "id"])
    op.create_table(
        "flag_segment_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(200), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_segment_version", "segment_id", "flag_segment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_segment_version")),
        sa.UniqueConstraint("segment_id", "number", name=op.f("uq_flag_segment_version_segment_id_number")),
    )
    op.create_table(
        "flag_setting",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("strategies", Json, nullable=False),
        sa.Column("variants", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_setting", "environment_id", "flag_environment"),
        _to("flag_setting", "flag_id", "flag"),
        sa.PrimaryKeyConstraint("flag_id", "environment_id", name=op.f("pk_flag_setting")),
    )
    op.create_index("ix_flag_setting_environment_id", "flag_setting", ["environment_id"])
    op.create_table(
        "flag_usage",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("application", sa.String(100), nullable=False),
        sa.Column("yes", sa.BigInteger(), nullable=False),
        sa.Column("no", sa.BigInteger(), nullable=False),
        sa.Column("variants", Json, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_usage", "environment_id", "flag_environment"),
        _to("flag_usage", "flag_id", "flag"),
        sa.PrimaryKeyConstraint("flag_id", "environment_id", "hour", "application", name=op.f("pk_flag_usage")),
    )
    op.create_index("ix_flag_usage_hour", "flag_usage", ["workspace_id", "hour"])
    op.create_table(
        "flag_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("environment_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(200), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_version", "environment_id", "flag_environment"),
        _to("flag_version", "flag_id", "flag"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_version")),
        sa.UniqueConstraint("flag_id", "number", name=op.f("uq_flag_version_flag_id_number")),
    )
    for name in ("flag_environment", "flag_client_key"):
        tenant_table(name, engine="read")
    for name in ("flag", "flag_setting", "flag_segment", "flag_application", "flag_usage"):
        tenant_table(name)
    for name in ("flag_version", "flag_segment_version"):
        tenant_table(name, append_only=True)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


_TABLES = (
    "flag", "flag_environment", "flag_segment", "flag_application", "flag_client_key", "flag_segment_version",
    "flag_setting", "flag_usage", "flag_version",
)  # fmt: skip


def downgrade() -> None:
    """Drop them."""
    for name in reversed(_TABLES):
        op.drop_table(name)
