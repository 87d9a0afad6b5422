"""The workspace's key-value table, on both databases."""

from datetime import timedelta
from uuid import UUID

import pytest

from studio.core.db import open_engine
from studio.core.unit_of_work import Database
from studio.runtime.store import KvStore

NORTH, SOUTH = UUID(int=1), UUID(int=2)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('new_sqlite_file')()}"
    else:
        url = request.getfixturevalue("postgres_urls").app
    engine = open_engine(url)
    yield Database(engine, engine)
    engine.dispose()


def test_values_end_are_replaced_and_belong_to_one_workspace(database):
    store = KvStore()
    with database.unit(NORTH) as unit:
        store.put(unit, "t", "k", {"a": 1})
        store.put(unit, "t", "k", [2], ttl_s=60)
        assert store.get(unit, "t", "k") == [2]
        assert store.get(unit, "t", "other") is None
        unit._now = unit.now + timedelta(seconds=61)
        assert store.get(unit, "t", "k") is None
        store.put(unit, "t", "k", "again")
        assert store.get(unit, "t", "k") == "again"
    with database.unit(SOUTH) as unit:
        assert store.get(unit, "t", "k") is None
        store.put(unit, "t", "k", "south")
    with database.unit(NORTH) as unit:
        assert store.get(unit, "t", "k") == "again"
        store.put(unit, "t", "k", None)
        assert store.get(unit, "t", "k") is None


def test_a_key_is_claimed_once_until_it_ends(database):
    store = KvStore()
    with database.unit(NORTH) as unit:
        assert store.first(unit, "once", "k", ttl_s=60, by="run-1")
        assert store.first(unit, "once", "k", ttl_s=60, by="run-1")
        assert not store.first(unit, "once", "k", ttl_s=60, by="run-2")
        unit._now = unit.now + timedelta(seconds=61)
        assert store.first(unit, "once", "k", ttl_s=None, by="run-2")
        assert not store.first(unit, "once", "k", ttl_s=None, by="run-1")
    with database.unit(SOUTH) as unit:
        assert store.first(unit, "once", "k", ttl_s=None, by="run-9")
