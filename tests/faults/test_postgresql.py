"""PostgreSQL stopped at once, backends terminated in mid-transaction, connections used up, replies lost."""

import signal
import threading
from contextlib import ExitStack, closing, suppress

import psycopg
import pytest

from tests.faults.conftest import begin, studio
from tests.faults.shop import DATABASE_AWAY, READY, Shop, wait_for
from tests.servers.tcp_proxy import tcp_proxy

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(150)]

WAITING = "select pid from pg_stat_activity where wait_event_type = 'Lock' and usename = %s"


def superuser(made):
    return made.postgres.superuser(made.settings.engine_url.rpartition("/")[2])


def test_stopped_at_once_and_started_again(shop, running):
    made, _ = running
    with shop.open():
        shop.sells(5)
        made.postgres.stop(signal.SIGQUIT)
        try:
            shop.is_refused()
            assert shop.ready() == DATABASE_AWAY
            assert shop.get("/livez").status_code == 200
            page = shop.get("/", headers={"Accept": "text/html"}, cookies={"studio": "x"})
            assert page.status_code < 500 or page.headers["Retry-After"]
        finally:
            made.postgres.start()
        wait_for(lambda: shop.ready() == READY)
        shop.sells(10)
        shop.finishes(5)
    shop.assert_nothing_lost()


@pytest.mark.parametrize(
    ("table", "role"), [("event", "studio_engine"), ("run_note", "studio_app"), ("step", "studio_engine")]
)
def test_a_backend_is_terminated_in_mid_transaction(shop, running, table, role):
    """While a lock holds it in the middle of accepting, of a local step, of a flush."""
    made, _ = running
    with shop.open(), superuser(made) as connection:
        with connection.transaction():
            connection.execute(f"lock table {table} in share row exclusive mode")
            with superuser(made) as other:
                for (pid,) in wait_for(lambda: other.execute(WAITING, [role]).fetchall()):
                    assert other.execute("select pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)
        shop.sells(10)
        shop.finishes(10)
    shop.assert_nothing_lost()


def test_a_deadlock_costs_a_pause_and_the_whole_step_is_done_again(running):
    """The worker has written its note and waits for its run, which somebody holds who waits for the notes."""
    made, target = running
    shop, notes = Shop(made, target, "deadlock"), "lock table run_note in share row exclusive mode"
    with superuser(made) as first, superuser(made) as second, superuser(made) as looking:
        deadlocks = _deadlocks(looking)
        second.execute("set deadlock_timeout = '60s'")  # so it is the worker that finds out, and gives way
        with second.transaction():
            with first.transaction():
                first.execute(notes)
                assert shop.deliver("deadlock-0")
                wait_for(lambda: looking.execute(WAITING, ["studio_app"]).fetchall())
                second.execute("select from run where id = %s for update", [shop.taken()["deadlock-0"]])
                asking = threading.Thread(target=second.execute, args=[notes])
                asking.start()
                wait_for(lambda: looking.execute(WAITING, ["postgres"]).fetchall())
            asking.join(30)
            assert not asking.is_alive()
        wait_for(lambda: _deadlocks(looking) > deadlocks)
    shop.assert_nothing_lost()
    assert "boundary_repeated" in made.logs["worker"].read_text()


def _deadlocks(connection):
    return connection.execute("select deadlocks from pg_stat_database where datname = current_database()").fetchone()[0]


def test_connections_are_used_up():
    """By somebody else, who takes each that Studio lets go of."""
    with studio("postgresql", postgres_settings={"max_connections": "40"}) as (made, target):
        begin(made)
        shop = Shop(made, target, "few")
        with shop.open(senders=8, pause=0.2):
            shop.sells(20)
            with ExitStack() as held, superuser(made) as connection:
                before = len(shop.told)
                wait_for(lambda: _taken_away(made, connection, held) and shop.refused_since(before))
                wait_for(lambda: _taken_away(made, connection, held) and shop.ready() == DATABASE_AWAY)
            wait_for(lambda: shop.ready() == READY)
            shop.sells(20)
            shop.finishes(20)
        shop.assert_nothing_lost()


def _taken_away(made, connection, held):
    connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where usename in ('studio_app', 'studio_engine') and application_name <> 'somebody else'"
    )
    url = made.settings.database_url.replace("+psycopg", "")
    with suppress(psycopg.OperationalError):
        while True:
            held.enter_context(closing(psycopg.connect(url, application_name="somebody else")))
    return True


@pytest.fixture(scope="module")
def cutting():
    """Web and worker reach the database through a proxy each; no lease runs out within the test."""
    with studio("postgresql", STUDIO_LEASE_SECONDS="600") as (made, target), ExitStack() as opened:
        whole, proxies = dict(made.environ), {}
        for name in ("web", "worker"):
            proxies[name] = opened.enter_context(tcp_proxy(made.postgres.port))
            told, ours = f":{made.postgres.port}/", f":{proxies[name].port}/"
            made.environ = {key: value.replace(told, ours) for key, value in whole.items()}
            made.start(name, name)
        opened.callback(made.stop)
        made.wait_ready()
        yield made, target, proxies


@pytest.mark.parametrize(
    ("side", "marker", "after"),
    [
        ("web", b"cut-me", b""),
        ("worker", b"cut-me", b""),
        ("worker", b"COMMIT", b"cut-me"),
    ],
    ids=["accepting", "flushing", "a local step's commit"],
)
def test_the_reply_to_a_commit_is_lost(cutting, side, marker, after):
    made, target, proxies = cutting
    name = f"cut-me-{side}-{marker.decode()}"
    shop = Shop(made, target, name)
    cut = proxies[side].cut(marker, after)
    assert wait_for(lambda: shop.deliver(f"{name}-0"))
    assert cut.done.wait(20)
    shop.assert_nothing_lost()
