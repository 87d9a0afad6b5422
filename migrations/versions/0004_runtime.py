"""Workflows, versions, events, runs, steps, waits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from studio.core import roles

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

WRITTEN_BY_ENGINE = (
    "event",
    "event_dedup",
    "run",
    "step",
    "wait",
    "resolution",
    "payload_blob",
    "trigger_subscription",
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("dedup_key", sa.String(length=255), nullable=True),
        sa.Column("body", JSON, nullable=True),
        sa.Column("meta", JSON, nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_workflow_id", "event", ["workspace_id", "workflow_id", "id"], unique=False)
    op.create_table(
        "event_dedup",
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", "key", name=op.f("pk_event_dedup")),
    )
    op.create_index(op.f("ix_event_dedup_expires_at"), "event_dedup", ["expires_at"], unique=False)
    op.create_table(
        "kv_entry",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("table", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("claimed_by", sa.String(length=200), nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "table", "key", name=op.f("pk_kv_entry")),
    )
    op.create_index(op.f("ix_kv_entry_expires_at"), "kv_entry", ["expires_at"], unique=False)
    op.create_table(
        "loop_lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_loop_lease")),
    )
    op.create_table(
        "payload_blob",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payload_blob")),
    )
    op.create_index(op.f("ix_payload_blob_run_id"), "payload_blob", ["run_id"], unique=False)
    op.create_table(
        "resolution",
        sa.Column("wait_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("payload", JSON, nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("wait_id", name=op.f("pk_resolution")),
    )
    op.create_index(op.f("ix_resolution_run_id"), "resolution", ["run_id"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("trigger_node", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=10), server_default="live", nullable=False),
        sa.Column("lane", sa.String(length=10), server_default="main", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("order_key", sa.String(length=255), nullable=True),
        sa.Column("available_at", MOMENT, nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wake_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("lease_by", sa.String(length=80), nullable=True),
        sa.Column("fresh", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("input", JSON, nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("error", JSON, nullable=True),
        sa.Column("waiting_for", sa.String(length=40), nullable=True),
        sa.Column("steps_used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("respond", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("carried", JSON, nullable=True),
        sa.Column("parent_run_id", sa.Uuid(), nullable=True),
        sa.Column("rerun_of", sa.Uuid(), nullable=True),
        sa.Column("rerun_from", sa.String(length=40), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(
        "ix_run_lease",
        "run",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_run_queued",
        "run",
        ["lane", "priority", "available_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(op.f("ix_run_rerun_of"), "run", ["rerun_of"], unique=False)
    op.create_index("ix_run_state", "run", ["workspace_id", "state", "id"], unique=False)
    op.create_index("ix_run_workflow", "run", ["workspace_id", "workflow_id", "id"], unique=False)
    op.create_index("ix_run_workspace", "run", ["workspace_id", "id"], unique=False)
    op.create_table(
        "run_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_note")),
    )
    op.create_index(op.f("ix_run_note_run_id"), "run_note", ["run_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("node_key", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=True),
        sa.Column("input", JSON, nullable=True),
        sa.Column("output", JSON, nullable=True),
        sa.Column("error", JSON, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("effect_key", sa.String(length=200), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("intent_epoch", sa.BigInteger(), nullable=True),
        sa.Column("wait_id", sa.Uuid(), nullable=True),
        sa.Column("reused_from", sa.Uuid(), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
    )
    op.create_index("ix_step_run_id", "step", ["run_id", "id"], unique=False)
    op.create_table(
        "wait",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("node_key", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("match", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("detail", JSON, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait")),
    )
    op.create_index(
        "ix_wait_due",
        "wait",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open' and due_at is not null"),
        postgresql_where=sa.text("state = 'open' and due_at is not null"),
    )
    op.create_index("ix_wait_match", "wait", ["workspace_id", "kind", "match"], unique=False)
    op.create_index("ix_wait_run_id", "wait", ["run_id"], unique=False)
    op.create_table(
        "workflow",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("published_version_id", sa.Uuid(), nullable=True),
        sa.Column("published_number", sa.Integer(), nullable=True),
        sa.Column("template_slug", sa.String(length=80), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow")),
    )
    op.create_index("ix_workflow_workspace_id_name", "workflow", ["workspace_id", "name"], unique=False)
    op.create_table(
        "trigger_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("node_key", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("config", JSON, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("next_due_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_trigger_subscription_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trigger_subscription")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_trigger_subscription_address_hash")),
        sa.UniqueConstraint("workflow_id", "node_key", name=op.f("uq_trigger_subscription_workflow_id_node_key")),
    )
    op.create_index(
        "ix_trigger_subscription_due",
        "trigger_subscription",
        ["next_due_at"],
        unique=False,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
    op.create_index(
        "ix_trigger_subscription_kind",
        "trigger_subscription",
        ["workspace_id", "type"],
        unique=False,
    )
    op.create_table(
        "workflow_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("logic_hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_by_name", sa.String(length=120), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_workflow_version_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_version")),
        sa.UniqueConstraint("workflow_id", "number", name=op.f("uq_workflow_version_workflow_id_number")),
    )

    roles.tenant_table("workflow", engine="read")
    roles.tenant_table("workflow_version", engine="read", append_only=True)
    roles.tenant_table("kv_entry", engine="write")
    roles.tenant_table("run_note")
    for name in WRITTEN_BY_ENGINE:
        roles.tenant_table(name, engine="write")
    roles.global_table("loop_lease", engine="write")


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("workflow_version")
    op.drop_index("ix_trigger_subscription_kind", table_name="trigger_subscription")
    op.drop_index(
        "ix_trigger_subscription_due",
        table_name="trigger_subscription",
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
    op.drop_table("trigger_subscription")
    op.drop_index("ix_workflow_workspace_id_name", table_name="workflow")
    op.drop_table("workflow")
    op.drop_index("ix_wait_run_id", table_name="wait")
    op.drop_index("ix_wait_match", table_name="wait")
    op.drop_index(
        "ix_wait_due",
        table_name="wait",
        sqlite_where=sa.text("state = 'open' and due_at is not null"),
        postgresql_where=sa.text("state = 'open' and due_at is not null"),
    )
    op.drop_table("wait")
    op.drop_index("ix_step_run_id", table_name="step")
    op.drop_table("step")
    op.drop_index(op.f("ix_run_note_run_id"), table_name="run_note")
    op.drop_table("run_note")
    op.drop_index("ix_run_workspace", table_name="run")
    op.drop_index("ix_run_workflow", table_name="run")
    op.drop_index("ix_run_state", table_name="run")
    op.drop_index(op.f("ix_run_rerun_of"), table_name="run")
    op.drop_index(
        "ix_run_queued",
        table_name="run",
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.drop_index(
        "ix_run_lease",
        table_name="run",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_table("run")
    op.drop_index(op.f("ix_resolution_run_id"), table_name="resolution")
    op.drop_table("resolution")
    op.drop_index(op.f("ix_payload_blob_run_id"), table_name="payload_blob")
    op.drop_table("payload_blob")
    op.drop_table("loop_lease")
    op.drop_index(op.f("ix_kv_entry_expires_at"), table_name="kv_entry")
    op.drop_table("kv_entry")
    op.drop_index(op.f("ix_event_dedup_expires_at"), table_name="event_dedup")
    op.drop_table("event_dedup")
    op.drop_index("ix_event_workflow_id", table_name="event")
    op.drop_table("event")
