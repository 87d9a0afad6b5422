"""What the fault tests share: a store with its servers lives as long as a module, processes as long as a test."""

from contextlib import ExitStack

import pytest

from tests.faults.drill import drill as open_drill
from tests.servers.http_target import http_target as run_http_target
from tests.servers.missing import start_or_skip


def _drill(store):
    with run_http_target() as target, ExitStack() as opened:
        yield start_or_skip(open_drill(store, target), opened)


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def _drill_on_either(request):
    yield from _drill(request.param)


@pytest.fixture(scope="module")
def _drill_on_postgresql():
    yield from _drill("postgresql")


@pytest.fixture
def drill(_drill_on_either):
    """Give a Studio on each store, of which nothing runs yet."""
    yield _drill_on_either
    _drill_on_either.end()


@pytest.fixture
def production(_drill_on_postgresql):
    """Give one on PostgreSQL and Redis: what needs several processes."""
    yield _drill_on_postgresql
    _drill_on_postgresql.end()
