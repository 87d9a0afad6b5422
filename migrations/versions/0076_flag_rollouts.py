"""Guarded rollouts of flags, their history, and what they rest on: metrics, exposures, measurements."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0076"
down_revision = "0091"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended_at is null")


def upgrade() -> None:
    """Create them. The engine's role sees which rollouts are due."""
    op.create_table(
        "flag_rollout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("audience", Json, nullable=False),
        sa.Column("approvers", Json, nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("served", sa.Double(), nullable=False),
        sa.Column("dwell_over", sa.Boolean(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("accepted", Json, nullable=False),
        sa.Column("approval", sa.String(12), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("last_exposure_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("wait_id", sa.Uuid(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_rollout", "environment_id", "flag_environment"),
        _to("flag_rollout", "flag_id", "flag"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_rollout")),
    )
    op.create_index(
        "ix_flag_rollout_open", "flag_rollout", ["flag_id", "environment_id"], unique=True, sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )  # fmt: skip
    op.create_index("ix_flag_rollout_newest", "flag_rollout", ["flag_id", "environment_id", "id"])
    op.create_index("ix_flag_rollout_due_at", "flag_rollout", ["due_at"])
    op.create_table(
        "flag_rollout_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rollout_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("from_step", sa.Integer(), nullable=False),
        sa.Column("to_step", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_rollout_event", "rollout_id", "flag_rollout"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_rollout_event")),
    )
    op.create_index("ix_flag_rollout_event_rollout_id", "flag_rollout_event", ["rollout_id", "id"])
    _studies()
    tenant_table("flag_rollout", engine="read")
    for name in ("flag_metric", "flag_unit_key", "flag_exposure", "flag_measurement"):
        tenant_table(name)
    tenant_table("flag_rollout_event", append_only=True)


def _studies() -> None:
    op.create_table(
        "flag_metric",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("worse", sa.String(4), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_metric")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_flag_metric_workspace_id_key")),
    )
    op.create_table(
        "flag_unit_key",
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_unit_key", "environment_id", "flag_environment"),
        sa.PrimaryKeyConstraint("environment_id", name=op.f("pk_flag_unit_key")),
    )
    op.create_table(
        "flag_exposure",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.LargeBinary(), nullable=False),
        sa.Column("arm", sa.String(40), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("study_id", "unit", name=op.f("pk_flag_exposure")),
    )
    op.create_table(
        "flag_measurement",
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("metric_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_measurement", "environment_id", "flag_environment"),
        _to("flag_measurement", "metric_id", "flag_metric"),
        sa.PrimaryKeyConstraint("environment_id", "event_id", name=op.f("pk_flag_measurement")),
    )
    op.create_index("ix_flag_measurement_unit", "flag_measurement", ["metric_id", "environment_id", "unit"])


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    """Drop them."""
    for name in ("flag_measurement", "flag_exposure", "flag_unit_key", "flag_metric", "flag_rollout_event",
                 "flag_rollout"):  # fmt: skip
        op.drop_table(name)
