"""How long each answer took, and indexes by which a period's answers and ends are found."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0029"
branch_labels = None
depends_on = None

VOTE = "approval_vote"
_EXPIRED = sa.text("state = 'expired'")
_PASSED_ON = sa.text("state in ('reassigned', 'escalated_away')")
_SPAN = {
    "postgresql": "cast(greatest(0, extract(epoch from approval_vote.at - share.created_at)) as integer)",
    "sqlite": "max(0, cast((julianday(approval_vote.at) - julianday(share.created_at)) * 86400 as integer))",
}
_GROUP = {
    "postgresql": "case when share.why->>'kind' = 'group' then left(share.why->>'name', 80) end",
    "sqlite": "case when share.why->>'kind' = 'group' then substr(share.why->>'name', 1, 80) end",
}


def upgrade() -> None:
    """Add them; of earlier answers, working time is not known."""
    op.add_column(VOTE, sa.Column("waited_s", sa.Integer(), nullable=True))
    op.add_column(VOTE, sa.Column("worked_s", sa.Integer(), nullable=True))
    op.add_column(VOTE, sa.Column("workflow_id", sa.Uuid(), nullable=True))
    op.add_column(VOTE, sa.Column("group_name", sa.String(length=80), nullable=True))
    kind = op.get_bind().dialect.name
    op.execute(
        f"update approval_vote set waited_s = {_SPAN[kind]}, group_name = {_GROUP[kind]}, "  # noqa: S608 - constants
        "workflow_id = asked.workflow_id "
        "from approval_assignment share join approval_request asked on asked.id = share.request_id "
        "where share.id = approval_vote.assignment_id"
    )
    read = ["workspace_id", "at", "user_id", "workflow_id", "group_name", "waited_s", "worked_s"]
    op.create_index("ix_approval_vote_at", VOTE, read)
    _partial("ix_approval_request_expired", "approval_request", _EXPIRED)
    _partial("ix_approval_assignment_passed_on", "approval_assignment", _PASSED_ON)


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_approval_assignment_passed_on", "approval_assignment")
    op.drop_index("ix_approval_request_expired", "approval_request")
    op.drop_index("ix_approval_vote_at", VOTE)
    for name in ("group_name", "workflow_id", "worked_s", "waited_s"):
        op.drop_column(VOTE, name)


def _partial(name: str, table: str, where: sa.TextClause) -> None:
    op.create_index(name, table, ["workspace_id", "closed_at"], sqlite_where=where, postgresql_where=where)
