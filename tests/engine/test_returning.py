"""A step whose connection died is repeated at once; one that breaks it every time is set aside."""

import pytest
from psycopg import sql
from sqlalchemy import create_engine, make_url, text

from studio.runtime.outcomes import LOST_AGAIN_S
from tests.engine import bench_nodes
from tests.engine.rig import step

pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@pytest.fixture
def rig(make_rig):
    yield make_rig([step("write", "test.severing")], [("t", "next", "write")])
    bench_nodes.severing.clear()


def die(unit):
    """Its backend, as an administrator or the server's memory may end it."""
    unit.session.execute(text("select pg_terminate_backend(pg_backend_pid())"))


def test_it_is_repeated_at_once_and_has_written_once(rig):
    bench_nodes.severing.append(die)
    run_id = rig.accept().run_id
    rig.drain()
    run = rig.run(run_id)
    assert (run.state, run.attempts, run.lease_by) == ("queued", 1, None)
    rig.drain()
    run = rig.run(run_id)
    assert (run.state, run.attempts) == ("succeeded", 0)
    assert len(rig.notes()) == 1


def test_one_that_breaks_its_connection_every_time_is_set_aside(rig):
    bench_nodes.severing.extend([die] * 4)
    run_id = rig.accept().run_id
    rig.drain()
    rig.drain()
    assert (rig.run(run_id).state, rig.run(run_id).attempts) == ("queued", 2)
    rig.drain()
    assert len(bench_nodes.severing) == 2, "its third try waits, for whoever ends every connection means none of them"
    rig.later(LOST_AGAIN_S)
    rig.drain()
    assert rig.run(run_id).state == "quarantined"
    assert len(bench_nodes.severing) == 1
    assert rig.notes() == []


def test_a_database_that_goes_away_says_nothing_against_the_run(rig, postgres):
    name = rig.settings.database_url.rpartition("/")[2]

    def allow(word):
        postgres.execute(sql.SQL("alter database {} allow_connections " + word).format(sql.Identifier(name)))

    def go_away(_unit):
        allow("false")
        with postgres.superuser() as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", [name]
            )

    bench_nodes.severing.append(go_away)
    run_id = rig.accept().run_id
    try:
        rig.drain()
        with pytest.raises(Exception, match="not currently accepting connections"):
            rig.engine.executor.returns.retry()
    finally:
        allow("true")
    rig.engine.executor.returns.retry()
    run = rig.run(run_id)
    assert (run.state, run.attempts) == ("queued", 0)
    rig.drain()
    assert rig.run(run_id).state == "succeeded"
    assert len(rig.notes()) == 1


def test_one_for_which_there_was_no_connection_is_not_blamed(rig, postgres):
    """Others of its process are whole, so it can be given back at once."""
    url, role = make_url(rig.settings.database_url), "nobody_connects"

    def be_refused(_unit):
        create_engine(url.set(username=role, password=role)).connect()

    bench_nodes.severing.append(be_refused)
    run_id = rig.accept().run_id
    postgres.execute(f"create role {role} login password '{role}' connection limit 0")
    try:
        rig.drain()
    finally:
        postgres.execute(f"drop role {role}")
    run = rig.run(run_id)
    assert (run.state, run.attempts) == ("queued", 0)
    rig.drain()
    assert rig.run(run_id).state == "succeeded"
