"""Tables that become partitioned by month keep every row, on the way there and back, and nothing is copied there."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from benchmarks.servers.schema import downgrade, upgrade
from studio.core import db
from studio.core.ids import first_id_at, new_id
from studio.core.migrate import chain
from tests.migrations.catalogue import schema

AFTER = "0132"
BEFORE = chain()[chain().index(AFTER) - 1]
_STEP = text(
    "insert into step (id, run_id, workspace_id, node_key, path, attempt, state, type, started_at)"
    " values (:id, :id, :id, 'a', '', 1, 'succeeded', 'data.set', now())"
)
_FILE = "select pg_relation_filenode('{}')"


@pytest.fixture
def ask(empty_database):
    """One statement, committed: the rows of its first column."""
    engine = db.open_engine(empty_database)

    def run(statement, **values):
        with engine.begin() as connection:
            done = connection.execute(text(statement) if isinstance(statement, str) else statement, values)
            return [row[0] for row in done] if done.returns_rows else []

    yield run
    engine.dispose()


@pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
def test_rows_stay_where_they_are_and_come_back(empty_database, ask):
    upgrade(empty_database, BEFORE)
    was, old = schema(empty_database), new_id()
    ask(_STEP, id=old)
    [file] = ask(_FILE.format("step"))
    upgrade(empty_database, AFTER)
    assert ask(_FILE.format("step_before")) == [file]
    later, far = (first_id_at(datetime.now(UTC) + timedelta(days=days)) for days in (65, 900))
    for one in (later, far):
        ask(_STEP, id=one)
    assert ask("select id from step order by id") == [old, later, far]
    downgrade(empty_database, BEFORE)
    assert schema(empty_database) == was
    assert ask(_FILE.format("step")) == [file]
    assert ask("select id from step order by id") == [old, later, far]
    upgrade(empty_database, AFTER)
    assert ask("select id from only step_before order by id") == [old, later, far], "rows of years to come too"


@pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
def test_the_way_back_needs_no_first_partition(empty_database, ask):
    """It was dropped when its months were over."""
    upgrade(empty_database, BEFORE)
    was = schema(empty_database)
    upgrade(empty_database, AFTER)
    ask("drop table event_before")
    downgrade(empty_database, BEFORE)
    assert schema(empty_database) == was
