"""The order in which open approvals are listed, in the rows that are listed, and how shares of a request are found."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0021"
branch_labels = None
depends_on = None

NEVER = {"sqlite": "9999-12-31 00:00:00.000000", "postgresql": "9999-12-31 00:00:00+00"}
PENDING, LIVE = sa.text("state = 'pending'"), sa.text("state in ('open', 'snoozed')")
SNOOZED = sa.text("state = 'snoozed'")


def upgrade() -> None:
    """Add the columns, fill in what is open, put indexes in the place of those that sorted by nothing."""
    never = NEVER[op.get_bind().dialect.name]
    for table in ("approval_request", "approval_assignment"):
        op.add_column(table, sa.Column("sort_at", sa.DateTime(timezone=True), nullable=False, server_default=never))
    op.execute("update approval_request set sort_at = due_at where due_at is not null and state = 'pending'")
    op.execute("""
        update approval_assignment set sort_at = r.due_at from approval_request r
        where r.id = approval_assignment.request_id and r.due_at is not null
        and approval_assignment.state in ('open', 'snoozed')
    """)
    _index("approval_request_pending", "approval_request", ["workspace_id", "sort_at", "id"], PENDING)
    _index("approval_assignment_live", "approval_assignment", ["workspace_id", "user_id", "sort_at", "id"], LIVE)
    snoozed = ["workspace_id", "user_id", "snoozed_until", "id"]
    _index("approval_assignment_snoozed", "approval_assignment", snoozed, SNOOZED)
    op.create_index("ix_approval_assignment_request_id", "approval_assignment", ["request_id", "id"])
    op.drop_index("ix_approval_request_state", "approval_request")
    op.drop_index("ix_approval_assignment_user_id", "approval_assignment")


def downgrade() -> None:
    """Put the old indexes back."""
    op.create_index("ix_approval_assignment_user_id", "approval_assignment", ["workspace_id", "user_id", "state"])
    op.create_index("ix_approval_request_state", "approval_request", ["workspace_id", "state", "id"])
    for name in ("request_id", "snoozed", "live"):
        op.drop_index(f"ix_approval_assignment_{name}", "approval_assignment")
    op.drop_index("ix_approval_request_pending", "approval_request")
    op.drop_column("approval_assignment", "sort_at")
    op.drop_column("approval_request", "sort_at")


def _index(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(f"ix_{name}", table, columns, sqlite_where=where, postgresql_where=where)
