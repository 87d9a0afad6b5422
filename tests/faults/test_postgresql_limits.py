"""PostgreSQL that stalls, a worker that freezes in a transaction, and fewer connections than would be asked for."""

import os
import signal
import subprocess
import sys

import pytest

from benchmarks.stack import PROJECT
from tests.faults.conftest import begin, studio
from tests.faults.drill import children
from tests.faults.shop import DATABASE_AWAY, READY, Shop, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(150)]

PATIENCE_S = 4
OURS = "select count(*) from pg_stat_activity where usename in ('studio_app', 'studio_engine')"
HELD = """
select pid from pg_stat_activity
where usename in ('studio_app', 'studio_engine') and state = 'idle in transaction' and backend_xid is not null
"""


@pytest.fixture(scope="module")
def impatient():
    with studio("postgresql", STUDIO_DATABASE_PATIENCE_SECONDS=str(PATIENCE_S)) as (made, target):
        begin(made)
        yield made, target


def superuser(made):
    return made.postgres.superuser(made.settings.engine_url.rpartition("/")[2])


def test_stalled_for_longer_than_anybody_is_ready_to_wait(impatient):
    made, target = impatient
    shop = Shop(made, target, "stalled")
    with shop.open():
        shop.sells(5)
        with made.postgres.stalled():
            shop.is_refused()
            assert shop.ready() == DATABASE_AWAY
            assert shop.get("/livez").status_code == 200
        wait_for(lambda: shop.ready() == READY)
        shop.sells(10)
        shop.finishes(10)
    shop.assert_nothing_lost()


def test_a_worker_that_freezes_in_a_transaction_keeps_its_locks_no_longer_than_that(impatient):
    made, target = impatient
    made.start("standby", "worker")
    shop = Shop(made, target, "frozen")
    frozen = children(made.processes["worker"].pid)
    with shop.open(), superuser(made) as connection:
        shop.sells(10)
        pids = wait_for(lambda: _frozen_in_a_transaction(frozen, connection))
        try:
            still = "select count(*) from pg_stat_activity where pid = any(%s)"
            wait_for(lambda: connection.execute(still, [pids]).fetchone() == (0,), PATIENCE_S + 10)
            shop.finishes(20)
        finally:
            _all(frozen, signal.SIGCONT)
        shop.sells(10)
        shop.finishes(10)
    shop.assert_nothing_lost()


def _frozen_in_a_transaction(processes, connection):
    """Freeze, and look whether that was at such a moment. What runs meanwhile at the server is given time to end."""
    _all(processes, signal.SIGSTOP)
    connection.execute("select pg_sleep(0.2)")
    if found := [pid for (pid,) in connection.execute(HELD).fetchall() if _of(processes, pid, connection)]:
        return found
    _all(processes, signal.SIGCONT)
    return None


def _of(processes, pid, connection):
    """Whether a backend serves one of these processes: by the ports of their ends of its connection."""
    [(port,)] = connection.execute("select client_port from pg_stat_activity where pid = %s", [pid]).fetchall()
    ends = subprocess.run(["ss", "-tnpH", f"sport = :{port}"], capture_output=True, text=True, check=True).stdout
    return any(f"pid={process}," in ends for process in processes)


def _all(processes, number):
    for process in processes:
        os.kill(process, number)


def test_fewer_connections_than_one_command_may_open_are_told_at_its_start():
    with studio("postgresql", postgres_settings={"max_connections": "15"}) as (made, _):
        for command in ("web", "worker"):
            asked = [sys.executable, "-m", "studio", command]
            told = subprocess.run(
                asked, cwd=PROJECT, env=made.environ, capture_output=True, text=True, timeout=30, check=False
            )
            assert told.returncode == 2
            assert "PostgreSQL allows 12 connections" in told.stderr
            assert "STUDIO_DATABASE_CONNECTIONS" in told.stderr


def test_few_connections_are_enough_and_are_kept_to():
    few = {"STUDIO_DATABASE_CONNECTIONS": "5"}
    with studio("postgresql", postgres_settings={"max_connections": "16"}, **few) as (made, target):
        begin(made)
        shop = Shop(made, target, "few")
        with shop.open(senders=4), superuser(made) as connection:
            shop.sells(40)
            shop.finishes(20)
            assert connection.execute(OURS).fetchone()[0] <= 10
        assert {told.status for told in shop.told} == {202}
        shop.assert_nothing_lost()
