"""Workers label runs by the rules of their workflows, a minute after they began: across workspaces, in one walk."""

from alembic import op

from studio.core.roles import ENGINE

revision = "0131"
down_revision = "0127"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """It reads what steps said, and adds to it; it changes and takes away nothing."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"grant select, insert on run_label to {ENGINE}")
        op.execute(f"create policy run_label_engine on run_label to {ENGINE} using (true) with check (true)")


def downgrade() -> None:
    """Only pages and steps label again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop policy run_label_engine on run_label")
        op.execute(f"revoke select, insert on run_label from {ENGINE}")
