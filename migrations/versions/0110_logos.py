"""Workspaces have a logo."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0094"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No workspace has one yet: pages show its first letter."""
    op.add_column("workspace", sa.Column("logo_id", sa.Uuid()))


def downgrade() -> None:
    """Take the logos away, and the files that nothing names any more."""
    op.execute("DELETE FROM stored_chunk WHERE file_id IN (SELECT id FROM stored_file WHERE kind = 'logo')")
    op.execute("DELETE FROM stored_file WHERE kind = 'logo'")
    op.drop_column("workspace", "logo_id")
