"""Requests, assignments, decisions, groups, links."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from studio.core import roles

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
LIVE = sa.text("state in ('open', 'snoozed')")


def upgrade() -> None:
    """Make the tables."""
    _groups()
    _requests()
    _assignments()
    _answers()
    _links()
    for name in (
        "approver_group",
        "approver_group_member",
        "approval_request",
        "approval_assignment",
        "approval_link",
        "approval_link_code",
        "approval_mailbox_session",
    ):
        roles.tenant_table(name)
    # What was said stays said: neither working role may change or take away an answer.
    roles.tenant_table("approval_decision", append_only=True)
    roles.tenant_table("approval_comment", append_only=True)


def _groups() -> None:
    op.create_table(
        "approver_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approver_group")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_approver_group_workspace_id_name_key")),
    )
    op.create_table(
        "approver_group_member",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["approver_group.id"],
            name=op.f("fk_approver_group_member_group_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "user_id", name=op.f("pk_approver_group_member")),
    )
    op.create_index(op.f("ix_approver_group_member_user_id"), "approver_group_member", ["user_id"])


def _requests() -> None:
    op.create_table(
        "approval_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asker", sa.String(length=40), nullable=False),
        sa.Column("ref", JSON, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("requester_email", sa.String(length=254), nullable=True),
        sa.Column("requester_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("remind_at", MOMENT, nullable=True),
        sa.Column("amount", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("workflow_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("wait_id", sa.Uuid(), nullable=True),
        sa.Column("context", JSON, nullable=False),
        sa.Column("rule", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_request")),
    )
    op.create_index(op.f("ix_approval_request_run_id"), "approval_request", ["run_id"])
    op.create_index(op.f("ix_approval_request_wait_id"), "approval_request", ["wait_id"])
    op.create_index("ix_approval_request_state", "approval_request", ["workspace_id", "state", "id"])


def _assignments() -> None:
    op.create_table(
        "approval_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("snoozed_until", MOMENT, nullable=True),
        sa.Column("why", JSON, nullable=False),
        sa.Column("handed_from", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["approval_request.id"],
            name=op.f("fk_approval_assignment_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["handed_from"],
            ["approval_assignment.id"],
            name=op.f("fk_approval_assignment_handed_from"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_assignment")),
    )
    op.create_index(
        "ix_approval_assignment_user_id",
        "approval_assignment",
        ["workspace_id", "user_id", "state"],
    )
    op.create_index(
        "uq_approval_assignment_live",
        "approval_assignment",
        ["request_id", "user_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _answers() -> None:
    op.create_table(
        "approval_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("by_user_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("by_email", sa.String(length=254), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["approval_request.id"], name=op.f("fk_approval_decision_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_decision")),
        sa.UniqueConstraint("request_id", name=op.f("uq_approval_decision_request_id")),
    )
    op.create_table(
        "approval_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["approval_request.id"], name=op.f("fk_approval_comment_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_comment")),
    )
    op.create_index("ix_approval_comment_request_id", "approval_comment", ["request_id", "id"])


def _links() -> None:
    op.create_table(
        "approval_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("dead_at", MOMENT, nullable=True),
        sa.Column("codes_sent", sa.Integer(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["approval_assignment.id"],
            name=op.f("fk_approval_link_assignment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_approval_link_token_hash")),
    )
    op.create_index(op.f("ix_approval_link_assignment_id"), "approval_link", ["assignment_id"])
    op.create_table(
        "approval_link_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["approval_link.id"], name=op.f("fk_approval_link_code_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_link_code")),
    )
    op.create_index(op.f("ix_approval_link_code_link_id"), "approval_link_code", ["link_id"])
    op.create_table(
        "approval_mailbox_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_mailbox_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_approval_mailbox_session_token_hash")),
    )


def downgrade() -> None:
    """Take them away again."""
    for name in (
        "approval_mailbox_session",
        "approval_link_code",
        "approval_link",
        "approval_comment",
        "approval_decision",
        "approval_assignment",
        "approval_request",
        "approver_group_member",
        "approver_group",
    ):
        op.drop_table(name)
