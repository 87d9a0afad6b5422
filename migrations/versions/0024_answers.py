"""Answers of a request's own, beside yes, no and changes: which ones it offers, which was given, what was filled in."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json

revision = "0024"
down_revision = "0026"
branch_labels = None
depends_on = None

SAID = ("approval_vote", "approval_decision")


def upgrade() -> None:
    """Add them: what was asked so far offers none."""
    op.add_column("approval_request", sa.Column("options", Json, nullable=False, server_default="[]"))
    for table in SAID:
        op.add_column(table, sa.Column("option", sa.String(length=40), nullable=True))
        op.add_column(table, sa.Column("option_label", sa.String(length=60), nullable=True))
        op.add_column(table, sa.Column("answer", Json, nullable=True))


def downgrade() -> None:
    """Take them away again. What ended with an answer of its own has then ended with changes requested."""
    for table in SAID:
        op.execute(f"update {table} set outcome = 'changes_requested' where outcome = 'responded'")  # noqa: S608 - SAID is ours
    op.execute("update approval_request set state = 'changes_requested' where state = 'responded'")
    for table in SAID:
        for column in ("answer", "option_label", "option"):
            op.drop_column(table, column)
    op.drop_column("approval_request", "options")
