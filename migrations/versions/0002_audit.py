"""The audit stream and its chain heads."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_event", "audit_target")


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=500), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("workspace_id", "seq", name=op.f("uq_audit_event_workspace_id_seq")),
    )
    for column in ("action", "actor_id", "run_id", "occurred_at"):
        op.create_index(f"ix_audit_event_{column}", "audit_event", ["workspace_id", column, "seq"])
    op.create_table(
        "audit_target",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("target_id", sa.String(length=200), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "type", "target_id", "event_id", name=op.f("pk_audit_target")),
    )
    op.create_index(op.f("ix_audit_target_event_id"), "audit_target", ["event_id"])
    op.create_table(
        "audit_head",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_audit_head")),
    )
    for table in APPEND_ONLY:
        roles.tenant_table(table, engine="append", append_only=True)
    roles.tenant_table("audit_head", engine="write")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"revoke delete on audit_head from {roles.APP}, {roles.ENGINE}")
    else:
        _refuse_on_sqlite()


def _refuse_on_sqlite() -> None:
    """SQLite has no roles: triggers refuse instead. A batch migration of a table drops them."""
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{verb} before {verb} on {table} "
                "begin select raise(abort, 'audit is append-only'); end"
            )


def downgrade() -> None:
    for table in ("audit_head", "audit_target", "audit_event"):
        op.drop_table(table)
