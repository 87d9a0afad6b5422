"""Another process holds SQLite's lock: deliveries wait, and after too long are told to come later."""

import pytest

from studio.core.db import sqlite_driver
from tests.faults.conftest import begin, studio
from tests.faults.shop import READY, Shop, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(150)]


@pytest.fixture(scope="module")
def embedded():
    with studio("sqlite") as (made, target):
        begin(made)
        yield made, target


@pytest.fixture
def lock(embedded):
    """The write lock, as a backup tool or a shell would take it."""
    connection = sqlite_driver().connect(embedded[0].settings.sqlite_path, isolation_level=None, timeout=30)
    yield connection
    connection.close()


def test_a_lock_for_a_moment_delays_and_refuses_nothing(embedded, lock):
    shop = Shop(*embedded, "moment")
    with shop.open():
        shop.sells(5)
        lock.execute("begin immediate")
        wait_for(lambda: shop.ready() == READY)  # reading goes on
        lock.execute("rollback")
        shop.sells(5)
        shop.finishes(5)
    assert {told.status for told in shop.told} == {202}
    shop.assert_nothing_lost()


def test_a_lock_for_long_is_told_and_loses_nothing(embedded, lock):
    shop = Shop(*embedded, "long")
    with shop.open():
        shop.sells(5)
        lock.execute("begin immediate")
        shop.is_refused()
        assert shop.ready() == READY
        lock.execute("rollback")
        shop.sells(5)
        shop.finishes(5)
    assert not any(told.status == 200 for told in shop.told), "it was refused and taken all the same"
    shop.assert_nothing_lost()
