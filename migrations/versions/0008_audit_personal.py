"""What audit events say of people, beside the chain."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = "audit_personal"


def upgrade() -> None:
    """Make the table. It is written once; erasing a row is the one thing that may be done to it."""
    op.create_table(
        NAME,
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "path", name=op.f("pk_audit_personal")),
    )
    op.create_index("ix_audit_personal_subject", NAME, ["workspace_id", "subject"])
    roles.tenant_table(NAME, engine="append", append_only=True)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"grant delete on {NAME} to {roles.APP}")
    else:
        op.execute(
            f"create trigger {NAME}_no_update before update on {NAME} "
            "begin select raise(abort, 'audit is append-only'); end"
        )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table(NAME)
