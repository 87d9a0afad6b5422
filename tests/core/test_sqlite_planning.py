"""SQLite looks for a thing by the thing, in a workspace as large as any, though every statement names the workspace."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core import db
from studio.core.sqlite_planning import TENANT, estimate

names = st.sampled_from(["workspace_id", "workflow_id", "run_id", "id", "state", "created_at"])
INDEXES = """
    select made.name, listed.name, info.name
    from sqlite_schema made join pragma_index_list(made.name) listed join pragma_index_info(listed.name) info
    where made.type = 'table' and not listed.partial and info.seqno = 0
    and exists (select * from pragma_table_info(made.name) where name = 'workspace_id')
"""


@pytest.fixture(scope="module")
def connection(tmp_path_factory, _migrated_sqlite_file):
    with closing(db.sqlite_driver().connect(f"file:{_migrated_sqlite_file}?mode=ro", uri=True)) as found:
        yield found


@given(st.lists(names, min_size=1, max_size=4, unique=True), st.booleans(), st.booleans())
def test_each_column_leaves_no_more_rows_than_the_one_before(columns, unique, partial):
    rows = [int(one) for one in estimate(columns, unique=unique, partial=partial).split()]
    assert len(rows) == len(columns) + 1
    assert rows == sorted(rows, reverse=True)
    assert rows[-1] >= 1


@given(st.lists(names, min_size=1, max_size=3, unique=True).filter(lambda found: TENANT not in found))
def test_the_workspace_narrows_nothing(columns):
    alone = estimate(columns, unique=False, partial=False).split()
    assert estimate([TENANT, *columns], unique=False, partial=False).split()[1:] == alone


def test_a_thing_is_looked_for_by_itself(connection):
    """Whatever index there is: of one value, of several, and in the order of another column."""
    found, wrong = connection.execute(INDEXES).fetchall(), []
    for table, index, column in found:
        if column == TENANT:
            continue
        for condition, values in ((f'"{column}" = ?', ["x"]), (f'"{column}" in (?, ?)', ["x", "y"])):
            statement = f"select * from {table} where {condition} and workspace_id = ?"
            plan = connection.execute(f"explain query plan {statement}", [*values, "w"]).fetchall()
            if not any(f"{column}=?" in row[3] for row in plan):
                wrong.append((statement, index, [row[3] for row in plan]))
    assert len(found) > 100
    assert not wrong


@pytest.mark.parametrize(
    ("statement", "narrowing"),
    [
        ("select * from run where rerun_of = ? and workspace_id = ? order by id", "rerun_of=?"),
        ("select * from event where id > ? and workspace_id = ? order by id limit 9", "id>?"),
        ("select id from approval_request where run_id = ? and closed_at is null and workspace_id = ? order by id",
         "run_id=?"),
        ("select * from run where state = ? and workspace_id = ? order by id desc limit 9", "AND state=?"),
        ("delete from kv_entry where expires_at < ? and workspace_id = ?", "expires_at<?"),
    ],
)  # fmt: skip
def test_where_it_had_walked_the_workspace(connection, statement, narrowing):
    plan = connection.execute(f"explain query plan {statement}", ["x"] * statement.count("?")).fetchall()
    assert narrowing in " ".join(row[3] for row in plan)
