"""By what calendar what waits is counted, in the rows that are listed, and indexes that keep each one's apart."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0057"
branch_labels = None
depends_on = None

BY_CLOCK = "00000000000000000000000000000000"
UNENDED, LIVE = sa.text("closed_at is null"), sa.text("state in ('open', 'snoozed')")


def upgrade() -> None:
    """Add the columns and fill in what waits."""
    for table in ("approval_request", "approval_assignment"):
        op.add_column(table, sa.Column("counted_by", sa.Uuid(), nullable=False, server_default=BY_CLOCK))
    op.execute("update approval_request set counted_by = calendar_id where calendar_id is not null")
    op.execute("""
        update approval_assignment set counted_by = r.calendar_id from approval_request r
        where r.id = approval_assignment.request_id and r.calendar_id is not null
    """)
    waiting = ["counted_by", "sort_at", "id"]
    _index("approval_request", ["workspace_id", *waiting], UNENDED)
    _index("approval_assignment", ["workspace_id", "user_id", *waiting], LIVE)


def downgrade() -> None:
    """Take them away again."""
    for table in ("approval_assignment", "approval_request"):
        op.drop_index(f"ix_{table}_waiting", table)
        op.drop_column(table, "counted_by")


def _index(table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(f"ix_{table}_waiting", table, columns, sqlite_where=where, postgresql_where=where)
