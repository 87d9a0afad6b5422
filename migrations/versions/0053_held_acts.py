"""Protected acts that wait for people, exceptions from freezes, and settings that money depends on."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles
from studio.core.db import Json

revision = "0053"
down_revision = "0048"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing waits, nothing was excepted, nothing is set."""
    op.create_table(
        "guard_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("asked_of", Json, nullable=False),
        sa.Column("asker_decides", sa.Boolean(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_by_name", sa.String(200), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("good_until", MOMENT, nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_hold")),
    )
    op.create_index("ix_guard_hold_workspace_id", "guard_hold", ["workspace_id", "target", "payload_hash"])
    op.create_index("ix_guard_hold_subject", "guard_hold", ["workspace_id", "subject", "state"])
    op.create_table(
        "guard_exception",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.String(80), nullable=False),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("freeze", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_exception")),
    )
    op.create_index("ix_guard_exception_workspace_id", "guard_exception", ["workspace_id", "target", "payload_hash"])
    op.create_table(
        "protected_setting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_by_name", sa.String(200), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protected_setting")),
    )
    op.create_index("uq_protected_setting_kind", "protected_setting", ["workspace_id", "kind", "version"], unique=True)
    roles.tenant_table("guard_hold")
    roles.tenant_table("guard_exception", append_only=True)
    roles.tenant_table("protected_setting", append_only=True)


def downgrade() -> None:
    """Take them away: what waited is asked no longer."""
    op.drop_index("uq_protected_setting_kind", "protected_setting")
    op.drop_table("protected_setting")
    op.drop_index("ix_guard_exception_workspace_id", "guard_exception")
    op.drop_table("guard_exception")
    op.drop_index("ix_guard_hold_subject", "guard_hold")
    op.drop_index("ix_guard_hold_workspace_id", "guard_hold")
    op.drop_table("guard_hold")
