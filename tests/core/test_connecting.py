"""How many connections a process opens, how long it waits, and what an address may say for itself."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from studio.core import clashes, connecting, direct
from studio.core.db import engine_options, open_engine
from studio.core.settings import SettingsError, load

WHO = text("select pg_backend_pid()")
SLOW = text("select pg_sleep(cast(:s as float8))")


@given(st.integers(connecting.FEWEST, 1000))
def test_the_shares_are_all_there_is_and_nobody_goes_empty(total):
    found = connecting.shares(total)
    assert found.app + found.engine + found.direct == total
    assert found.app >= found.engine >= 2
    assert found.direct >= 1


@pytest.mark.parametrize(
    ("name", "value"), [("STUDIO_DATABASE_CONNECTIONS", "4"), ("STUDIO_DATABASE_PATIENCE_SECONDS", "0")]
)
def test_too_little_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=f"{name} must be"):
        load({name: value})


def test_what_an_address_says_counts():
    url = "postgresql+psycopg://u@h/d?connect_timeout=60&options=-c%20work_mem%3D8MB"
    found = connecting.arguments(url, 60.0)
    assert "connect_timeout" not in found
    assert found["options"] == "-c idle_in_transaction_session_timeout=30000 -c work_mem=8MB"
    assert found["tcp_user_timeout"] == 15_000


@pytest.fixture
def patient(postgres_urls):
    """An engine as the app has it, but with half a second's patience."""
    engine = create_engine(postgres_urls.app, **engine_options(postgres_urls.app, 2, 0.5))
    connecting.be_patient(engine, 0.5)
    yield engine
    engine.dispose()


def test_an_answer_that_does_not_come_is_an_outage_and_the_next_one_comes(patient):
    with patient.connect() as connection, pytest.raises(OperationalError, match=r"not answered for 0\.5") as caught:
        connection.execute(SLOW, {"s": 30})
    assert clashes.is_outage(caught.value)
    with patient.connect() as connection:
        assert connection.execute(SLOW, {"s": 0.1}).all()


def test_a_transaction_in_which_nothing_is_said_is_ended_by_the_server(patient, postgres):
    alive = "select count(*) from pg_stat_activity where pid = %s"
    with postgres.superuser() as other, patient.connect() as connection:
        pid, until = connection.execute(WHO).scalar_one(), time.monotonic() + 10
        while other.execute(alive, [pid]).fetchone() == (1,):
            assert time.monotonic() < until, "it is still there"
        with pytest.raises(DBAPIError) as caught:
            connection.execute(WHO)
    assert clashes.is_outage(caught.value)


def test_single_statements_never_take_more_connections_than_they_may(postgres_urls, monkeypatch):
    engine = open_engine(postgres_urls.engine)
    hands, seen = direct.Direct(engine, 2), set()

    def ask(_number):
        [(pid, _)] = hands.rows(text("select pg_backend_pid(), pg_sleep(0.02)"), {})
        seen.add(pid)

    def ask_for_ever():
        while True:
            ask(0)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(24)))
    assert len(seen) == 2
    monkeypatch.setattr(direct, "POOL_S", 0.1)
    busy = [threading.Thread(target=hands.rows, args=(SLOW, {"s": 1})) for _ in range(2)]
    for thread in busy:
        thread.start()
    with pytest.raises(PoolTimeout) as caught:
        ask_for_ever()
    assert clashes.is_outage(caught.value)
    for thread in busy:
        thread.join()
    ask(0)
    hands.close()
    engine.dispose()
