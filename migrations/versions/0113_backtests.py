"""Backtests of workflow drafts, and what became of each event."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0113"
down_revision = "0125"
branch_labels = None
depends_on = None

BACKTEST, EVENT = "backtest", "backtest_event"
_FAILED = sa.text("error_print is not null")


def upgrade() -> None:
    """There are none yet."""
    op.create_table(
        BACKTEST,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("trigger_node", sa.String(40), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("logic_hash", sa.String(64), nullable=False),
        sa.Column("version_id", sa.Uuid()),
        sa.Column("version_number", sa.Integer()),
        sa.Column("wanted", Json, nullable=False),
        sa.Column("first_id", sa.Uuid()),
        sa.Column("last_id", sa.Uuid()),
        sa.Column("cursor", sa.Uuid()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("turn", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("tally", Json, nullable=False),
        sa.Column("by_id", sa.Uuid()),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_backtest_workflow_id_workflow")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtest")),
    )
    op.create_index("ix_backtest_workflow", BACKTEST, ["workspace_id", "workflow_id", "id"])
    op.create_table(
        EVENT,
        sa.Column("backtest_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid()),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(20)),
        sa.Column("error_print", sa.String(16)),
        sa.Column("node", sa.String(40)),
        sa.Column("what", sa.String(12)),
        sa.Column("was", sa.String(40)),
        sa.Column("becomes", sa.String(40)),
        sa.Column("assumed", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("backtest_id", "event_id", name=op.f("pk_backtest_event")),
    )
    op.create_index("ix_backtest_event_kind", EVENT, ["backtest_id", "kind", "event_id"])
    op.create_index(
        "ix_backtest_event_error",
        EVENT,
        ["backtest_id", "error_print", "event_id"],
        sqlite_where=_FAILED,
        postgresql_where=_FAILED,
    )
    for table in (BACKTEST, EVENT):
        tenant_table(table)


def downgrade() -> None:
    """What was tried is forgotten; it can be tried again."""
    op.drop_table(EVENT)
    op.drop_table(BACKTEST)
