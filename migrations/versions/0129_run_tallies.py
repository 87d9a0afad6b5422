"""Runs counted by hour and day, so that nobody who looks at a chart has to read them all."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0129"
down_revision = "0128"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty at first: workers count what lies there, from the oldest run on."""
    op.create_table(
        "run_tally",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("grain", sa.String(1), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("times", Json, nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "workflow_id", "grain", "starts_at", "state", "reason", name=op.f("pk_run_tally")
        ),
    )
    op.create_index("ix_run_tally_grain", "run_tally", ["workspace_id", "grain", "starts_at"])
    op.create_table(
        "run_error_tally",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("grain", sa.String(1), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("error_print", sa.String(16), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("error_code", sa.String(80), nullable=False),
        sa.Column("error_node", sa.String(40), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("latest_run_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "grain", "starts_at", "error_print", "workflow_id", name=op.f("pk_run_error_tally")
        ),
    )
    op.create_table(
        "run_open",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_open")),
    )
    for table in ("run_tally", "run_error_tally", "run_open"):
        tenant_table(table, engine="write")


def downgrade() -> None:
    """Take them away: all of it can be counted again."""
    for table in ("run_open", "run_error_tally", "run_tally"):
        op.drop_table(table)
    op.execute("delete from run_walk where name = 'tallies'")
