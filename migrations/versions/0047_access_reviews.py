"""Access reviews of seats."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0047"
down_revision = "0060"
branch_labels = None
depends_on = None

REVIEW, ITEM = "access_review", "access_review_item"
_GOING_ON = sa.text("state in ('open', 'handed')")


def upgrade() -> None:
    """Nothing was reviewed so far."""
    op.create_table(
        REVIEW,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("silence", sa.String(20), nullable=False),
        sa.Column("reviewers", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("started_by", sa.Uuid()),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("every_months", sa.Integer()),
        sa.Column("next_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_review")),
    )
    op.create_index(
        "ix_access_review_going_on", REVIEW, ["workspace_id"], sqlite_where=_GOING_ON, postgresql_where=_GOING_ON
    )
    op.create_table(
        ITEM,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("reviewers", Json, nullable=False),
        sa.Column("answer", sa.String(20)),
        sa.Column("cause", sa.String(20)),
        sa.Column("role_after", sa.String(20)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid()),
        sa.Column("answered_at", UtcDateTime()),
        sa.Column("facts", Json),
        sa.ForeignKeyConstraint(
            ["review_id"], ["access_review.id"], name=op.f("fk_access_review_item_review_id_access_review")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_review_item")),
        sa.UniqueConstraint("review_id", "seat_id", name=op.f("uq_access_review_item_review_id_seat_id")),
    )
    for table in (REVIEW, ITEM):
        tenant_table(table)


def downgrade() -> None:
    """Take them away, with what was answered; the audit trail keeps that."""
    op.drop_table(ITEM)
    op.drop_table(REVIEW)
