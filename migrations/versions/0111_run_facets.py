"""What runs are filtered by: their error, facets that follow behind, labels that steps give them."""

import sqlalchemy as sa
from alembic import op

from studio.core.roles import global_table, tenant_table

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None

COLUMNS = (("error_code", 80), ("error_node", 40), ("error_print", 16))


def upgrade() -> None:
    """Runs that ended before get theirs by and by: workers walk through them."""
    for name, length in COLUMNS:
        op.add_column("run", sa.Column(name, sa.String(length)))
        some = sa.text(f"{name} is not null")
        op.create_index(f"ix_run_{name}", "run", ["workspace_id", name, "id"], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "run_facet",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("facet", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "facet", "run_id", name=op.f("pk_run_facet")),
    )
    op.create_index("ix_run_facet_run_id", "run_facet", ["run_id"])
    op.create_table(
        "run_label",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("value", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "key", name=op.f("pk_run_label")),
    )
    op.create_index("ix_run_label_value", "run_label", ["workspace_id", "key", "value", "run_id"])
    op.create_table(
        "run_walk",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_run_walk")),
    )
    tenant_table("run_facet", engine="write")
    tenant_table("run_label")
    global_table("run_walk", engine="write")


def downgrade() -> None:
    """Take them away: all but the labels can be found out again."""
    for table in ("run_walk", "run_label", "run_facet"):
        op.drop_table(table)
    for name, _length in COLUMNS:
        op.drop_index(f"ix_run_{name}", "run")
        op.drop_column("run", name)
