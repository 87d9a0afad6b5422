"""Alerts: rules, alerts, whom each was told, and what happened to it."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0107"
down_revision = "0112"
branch_labels = None
depends_on = None

RULE, ALERT, TOLD, NOTE = "alert_rule", "alert", "alert_told", "alert_note"


def upgrade() -> None:
    """There are no rules: owners are told of their workflows, as before."""
    op.create_table(
        RULE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_key", sa.String(80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rule")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_alert_rule_workspace_id_name_key")),
    )
    op.create_index("ix_alert_rule_place", RULE, ["workspace_id", "place"])
    op.create_table(
        ALERT,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("fingerprint", sa.String(120), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("thing_name", sa.String(200), nullable=False),
        sa.Column("workflow_id", sa.Uuid()),
        sa.Column("facts", Json, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("rule_id", sa.Uuid()),
        sa.Column("rule", Json, nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime()),
        sa.Column("held_until", UtcDateTime()),
        sa.Column("snoozed", sa.Boolean(), nullable=False),
        sa.Column("snoozed_by", sa.Uuid()),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("acknowledged_by", sa.Uuid()),
        sa.Column("acknowledged_at", UtcDateTime()),
        sa.Column("resolved_by", sa.Uuid()),
        sa.Column("resolved_at", UtcDateTime()),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    on, held = sa.text("resolved_at is null"), sa.text("held_until is not null")
    op.create_index("ix_alert_going_on", ALERT, ["workspace_id", "kind", "fingerprint"], unique=True,
                    sqlite_where=on, postgresql_where=on)  # fmt: skip
    op.create_index("ix_alert_workspace_id", ALERT, ["workspace_id", "id"])
    op.create_index("ix_alert_thing", ALERT, ["workspace_id", "thing_id", "id"])
    op.create_index("ix_alert_state", ALERT, ["workspace_id", "state", "id"])
    op.create_index("ix_alert_held", ALERT, ["workspace_id", "held_until"], sqlite_where=held, postgresql_where=held)
    op.create_table(
        TOLD,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_told_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_told")),
        sa.UniqueConstraint("alert_id", "step", "user_id", name=op.f("uq_alert_told_alert_id_step_user_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_alert_told_token_hash")),
    )
    op.create_table(
        NOTE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("by", sa.Uuid()),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer()),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_note_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_note")),
    )
    op.create_index("ix_alert_note_alert_id", NOTE, ["alert_id", "id"])
    for table in (RULE, ALERT, TOLD, NOTE):
        tenant_table(table)


def downgrade() -> None:
    """Take them away: what goes wrong is found again."""
    for table in (NOTE, TOLD, ALERT, RULE):
        op.drop_table(table)
