"""An index of runs by their words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from studio.core import roles

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SQLITE = (
    # Words only, no copy of the text; rows go by their number alone.
    """
    create virtual table run_words using fts5(
        words, content='', contentless_delete=1, detail=none, tokenize='unicode61 remove_diacritics 0'
    )
    """,
    "create trigger run_search_gone after delete on run_search begin delete from run_words where rowid = old.seq; end",
)

# Row security lets no operator that could leak look before it has looked, so studio_app could never use an index of
# words. This function holds the same rule in itself: it sees the workspace that is set, and gives ids alone.
_POSTGRESQL = (
    """
    create function run_search_hits(wanted text, upto uuid, after uuid, newest boolean, most integer)
    returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public as $$
    begin
        return query execute format(
            'select run_id from run_search where words @@ $1 and workspace_id = $2 and run_id <= $3 and run_id > $4'
            ' order by run_id %s limit $5', case when newest then 'desc' else 'asc' end
        ) using wanted::tsquery, nullif(current_setting('studio.workspace_id', true), '')::uuid, upto, after, most;
    end $$
    """,
    "revoke execute on function run_search_hits from public",
    f"grant execute on function run_search_hits to {roles.APP}",
)


def upgrade() -> None:
    """Make the table; on SQLite its words stand in a full-text table."""
    op.create_table(
        "run_search",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_run_search")),
    )
    op.create_index("ix_run_search_run_id", "run_search", ["workspace_id", "run_id"], unique=True)
    roles.tenant_table("run_search", engine="write")
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.create_index("ix_run_search_words", "run_search", ["words"], postgresql_using="gin")
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Take it away again."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("drop table run_words")
    else:
        op.execute("drop function run_search_hits")
    op.drop_table("run_search")
