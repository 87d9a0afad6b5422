"""Evidence packs: who asked for which, how far it is, its bytes; and indexes by which what is in them is found."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0103"
down_revision = "0093"
branch_labels = None
depends_on = None

PACK, PART = "evidence_pack", "evidence_part"
COUNTS = ("approvals", "runs", "events", "parts", "attempt")

INDEXES = (
    ("ix_approval_vote_voided", "approval_vote", ["request_id", "id"], "voided_at is not null"),
    ("ix_guard_pass_run_id", "guard_pass", ["run_id", "id"], ""),
    ("ix_guard_pass_request_id", "guard_pass", ["request_id"], "request_id is not null"),
    ("ix_guard_hold_request_id", "guard_hold", ["request_id"], "request_id is not null"),
)


def upgrade() -> None:
    """No pack has been asked for yet."""
    unfinished, ready = sa.text("state in ('queued', 'making')"), sa.text("state = 'ready'")
    op.create_table(
        PACK,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.Uuid()),
        sa.Column("since", UtcDateTime()),
        sa.Column("until", UtcDateTime()),
        sa.Column("filters", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("error", sa.Text()),
        sa.Column("held_until", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.Uuid()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("expires_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_pack")),
    )
    op.create_index("ix_evidence_pack_workspace_id", PACK, ["workspace_id", "id"])
    op.create_index(
        "ix_evidence_pack_held_until", PACK, ["held_until"], sqlite_where=unfinished, postgresql_where=unfinished
    )
    op.create_index(
        "ix_evidence_pack_expires_at", PACK, ["workspace_id", "expires_at"], sqlite_where=ready, postgresql_where=ready
    )
    op.create_table(
        PART,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "pack_id", "number", name=op.f("pk_evidence_part")),
    )
    tenant_table(PACK, engine="read")
    tenant_table(PART)
    for name, table, columns, where in INDEXES:
        part = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=part, postgresql_where=part)


def downgrade() -> None:
    """Take the packs away: they can be made again."""
    for name, table, _columns, _where in INDEXES:
        op.drop_index(name, table)
    op.drop_table(PART)
    op.drop_table(PACK)
