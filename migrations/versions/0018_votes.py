"""Votes: what each person said of a request, whose place in the rule they held, and which stage is running."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STANDING = sa.text("voided_at is null")


def upgrade() -> None:
    """Add them; everybody holds their own place so far, and each person's decision is a vote of theirs."""
    op.add_column("approval_request", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("approval_request", sa.Column("stage", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("approval_request", sa.Column("editor_id", sa.Uuid(), nullable=True))
    op.add_column("approval_request", sa.Column("stuck_at", MOMENT, nullable=True))
    op.add_column("approval_assignment", sa.Column("stage", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("approval_assignment", sa.Column("place_id", sa.Uuid(), nullable=True))
    op.execute("update approval_assignment set place_id = user_id")
    _votes()
    roles.tenant_table("approval_vote", append_only=True)
    # What was said stays said; that it no longer counts is all that may be written to it.
    roles.updatable("approval_vote", "voided_at", "void_reason")
    op.execute("""
        insert into approval_vote (id, workspace_id, request_id, assignment_id, user_id, place_id, stage, revision,
                                   outcome, payload_hash, reason, channel, at)
        select d.id, d.workspace_id, d.request_id, a.id, d.by_user_id, a.place_id, 0, 1,
               d.outcome, d.payload_hash, d.reason, d.channel, d.at
        from approval_decision d
        join approval_assignment a
          on a.request_id = d.request_id and a.user_id = d.by_user_id and a.state = 'decided'
    """)


def _votes() -> None:
    op.create_table(
        "approval_vote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("voided_at", MOMENT, nullable=True),
        sa.Column("void_reason", sa.String(length=20), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["approval_request.id"], name=op.f("fk_approval_vote_request_id")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["approval_assignment.id"], name=op.f("fk_approval_vote_assignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_vote")),
    )
    op.create_index(
        "uq_approval_vote_standing",
        "approval_vote",
        ["request_id", "revision", "stage", "place_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def downgrade() -> None:
    """Take them away again. A request that waits for a second vote then ends with its next decision."""
    op.drop_table("approval_vote")
    op.execute("delete from approval_link where assignment_id in "
               "(select id from approval_assignment where state = 'queued')")  # fmt: skip
    op.execute("delete from approval_assignment where state = 'queued'")
    op.drop_column("approval_assignment", "place_id")
    op.drop_column("approval_assignment", "stage")
    op.drop_column("approval_request", "stuck_at")
    op.drop_column("approval_request", "editor_id")
    op.drop_column("approval_request", "stage")
    op.drop_column("approval_request", "revision")
