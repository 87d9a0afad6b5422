"""Who last changed what a workflow does, apart from who saved it last and from who published it."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of a draft it is whoever saved it last; of a version that exists nobody knows."""
    op.add_column("workflow_draft", sa.Column("edited_by", sa.Uuid(), nullable=True))
    op.add_column("workflow_version", sa.Column("edited_by", sa.Uuid(), nullable=True))
    op.execute("update workflow_draft set edited_by = updated_by")


def downgrade() -> None:
    """Forget it again."""
    op.drop_column("workflow_version", "edited_by")
    op.drop_column("workflow_draft", "edited_by")
