"""What SQLite is told of the tables, so that it never takes "one workspace" for few rows.

Without statistics it guesses ten rows behind each equality. Every statement names its workspace, which in most
installations is the only one: an index that begins with the workspace looked as good as the primary key, and pages of
one run walked the whole history. Measured statistics (ANALYZE) would be those of an empty file at first, and open
connections never see newer ones. These hold from the first row to the last: plans in tests are those of a busy shop.
https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_sqlite_stat_tables
"""

from itertools import groupby

from sqlalchemy import Connection, text

ROWS, ROWS_OF_PARTIAL = 1_000_000, 10_000
"""Of a table that grows, and of an index that holds some of its rows alone."""
FEW, SHARE = 10, 10
"""Rows behind the id of one thing; how much narrower any other column makes it."""
TENANT = "workspace_id"
MANY = frozenset({"workflow_id", "version_id", "subscription_id", "user_id", "place_id", "owner_id", "starter_id"})
"""Ids that a large part of a table may share."""
_INDEXES = text("""
    select made.name as "table", listed.name, listed."unique", listed.partial, info.name as "column"
    from sqlite_schema made join pragma_index_list(made.name) listed join pragma_index_info(listed.name) info
    where made.type = 'table' and made.name not like 'sqlite_%'
    order by made.name, listed.name, info.seqno
""")


def estimate(columns: list[str], *, unique: bool, partial: bool) -> str:
    """As `sqlite_stat1` has it: rows of the index, then those alike in its first column, in its first two, … Pure."""
    rows = left = ROWS_OF_PARTIAL if partial else ROWS
    found = [rows]
    for column in columns:
        if column == "id":
            left = 1
        elif column.endswith("_id") and column not in MANY and column != TENANT:
            left = min(left, FEW)
        elif column != TENANT:
            left = max(1, left // SHARE)
        found.append(left)
    if unique:
        found[-1] = 1
    return " ".join(map(str, found))


def teach(connection: Connection) -> None:
    """Write it for every index that begins with the workspace. Connections that are opened afterwards know it."""
    indexes = [list(rows) for _key, rows in groupby(connection.execute(_INDEXES), key=lambda row: (row[0], row[1]))]
    told = [
        {
            "table": rows[0][0],
            "index": rows[0][1],
            "said": estimate([row[4] for row in rows], unique=bool(rows[0][2]), partial=bool(rows[0][3])),
        }
        for rows in indexes
        if rows[0][4] == TENANT and len(rows) > 1
    ]
    connection.execute(text("analyze sqlite_schema"))  # makes the table where it is not there yet
    connection.execute(text("delete from sqlite_stat1"))
    if told:  # none before the first migration
        connection.execute(text("insert into sqlite_stat1 (tbl, idx, stat) values (:table, :index, :said)"), told)
