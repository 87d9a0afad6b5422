"""Experiments of flags, their history, the runs that wait for them, and units that were seen in two variants."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0093"
down_revision = "0099"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at is null")


def upgrade() -> None:
    """Create them. The engine's role sees which experiments are due."""
    op.create_table(
        "flag_experiment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("environment_id", sa.Uuid(), nullable=False),
        sa.Column("hypothesis", sa.String(500), nullable=False),
        sa.Column("design", Json, nullable=False),
        sa.Column("audience", Json, nullable=False),
        sa.Column("payloads", Json, nullable=False),
        sa.Column("approvers", Json, nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("counted", Json, nullable=True),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("proposal", Json, nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("decision", Json, nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("last_exposure_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_experiment", "environment_id", "flag_environment"),
        _to("flag_experiment", "flag_id", "flag"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_experiment")),
    )
    op.create_index(
        "ix_flag_experiment_open", "flag_experiment", ["flag_id", "environment_id"], unique=True, sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )  # fmt: skip
    op.create_index("ix_flag_experiment_newest", "flag_experiment", ["flag_id", "environment_id", "id"])
    op.create_index("ix_flag_experiment_due_at", "flag_experiment", ["due_at"])
    op.create_table(
        "flag_experiment_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("experiment_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("variant", sa.String(40), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_experiment_event", "experiment_id", "flag_experiment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_experiment_event")),
    )
    op.create_index("ix_flag_experiment_event_experiment_id", "flag_experiment_event", ["experiment_id", "id"])
    op.create_table(
        "flag_experiment_wait",
        sa.Column("wait_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("experiment_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        _to("flag_experiment_wait", "experiment_id", "flag_experiment"),
        sa.PrimaryKeyConstraint("wait_id", name=op.f("pk_flag_experiment_wait")),
    )
    op.create_index("ix_flag_experiment_wait_experiment_id", "flag_experiment_wait", ["experiment_id"])
    tenant_table("flag_experiment", engine="read")
    tenant_table("flag_experiment_event", append_only=True)
    tenant_table("flag_experiment_wait")
    op.add_column("flag_exposure", sa.Column("crossed", sa.Boolean(), nullable=False, server_default=sa.false()))


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("flag_exposure", "crossed")
    for name in ("flag_experiment_wait", "flag_experiment_event", "flag_experiment"):
        op.drop_table(name)
