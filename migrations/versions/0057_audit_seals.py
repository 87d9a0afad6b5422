"""Seals on the audit chain: closed segments, and the keys that sign them."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0057"
down_revision = "0047"
branch_labels = None
depends_on = None

SEGMENT, KEY = "audit_segment", "audit_signing_key"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make both tables. Chains that are there are sealed from their first event, a segment after the other."""
    op.create_table(
        SEGMENT,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "number", name=op.f("pk_audit_segment")),
        sa.UniqueConstraint("workspace_id", "last_seq", name=op.f("uq_audit_segment_workspace_id_last_seq")),
    )
    roles.tenant_table(SEGMENT, engine="read", append_only=True)
    op.create_table(
        KEY,
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("endorsement", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_signing_key")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"grant select, insert on {KEY} to {roles.APP}")
        return
    for table in (SEGMENT, KEY):
        for verb in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{verb} before {verb} on {table} "
                "begin select raise(abort, 'audit is append-only'); end"
            )


def downgrade() -> None:
    """Take both away: the chain itself stays as it is."""
    op.drop_table(KEY)
    op.drop_table(SEGMENT)
