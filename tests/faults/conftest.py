"""What the fault tests share: a store with its servers lives as long as a module, processes as long as a test.

`drill` and `production` kill processes; `running` and `shop` are a whole Studio whose servers a test may break.
"""

from contextlib import ExitStack, contextmanager

import pytest

from benchmarks import seeding
from benchmarks.stack import stack
from tests.faults.approving import Approving, asking
from tests.faults.drill import drill as open_drill
from tests.faults.shop import Shop, selling
from tests.servers.http_target import http_target as run_http_target
from tests.servers.missing import start_or_skip

LEASE_S = "3"


@contextmanager
def studio(store, **more):
    """Databases, the workflow and its target; `begin()` starts the processes. Gives the stack and the target."""
    with ExitStack() as opened:
        target = opened.enter_context(run_http_target())
        allowed = {"STUDIO_ALLOWED_HOSTS": f"127.0.0.1:{target.port}", "STUDIO_LEASE_SECONDS": LEASE_S}
        made = start_or_skip(stack(store, **(allowed | more)), opened)
        made.seeded = seeding.seed(made.settings, selling(target.url))
        yield made, target


def begin(made):
    """Start what serves and what works, and wait until it does."""
    if made.postgres is None:
        made.start("studio", "run")
    else:
        made.start("web", "web", "--workers", "1")
        made.start("worker", "worker")
    made.wait_ready()


@pytest.fixture(scope="module")
def running():
    """One for all tests of a module: each leaves its servers as it found them."""
    with studio("postgresql") as (made, target):
        begin(made)
        yield made, target


@pytest.fixture
def shop(running, request):
    """A shop of this test's own that has sold something already."""
    made, target = running
    shop = Shop(made, target, request.node.name)
    with shop.open():
        shop.sells(5)
        shop.finishes(1)
    return shop


def _drill(store):
    with run_http_target() as target, ExitStack() as opened:
        yield start_or_skip(open_drill(store, target), opened)


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def _drill_on_either(request):
    yield from _drill(request.param)


@pytest.fixture(scope="module")
def _drill_on_postgresql():
    yield from _drill("postgresql")


@pytest.fixture(scope="module")
def _drill_on_sqlite():
    yield from _drill("sqlite")


@pytest.fixture
def drill(_drill_on_either):
    """Give a Studio on each store, of which nothing runs yet."""
    yield _drill_on_either
    _drill_on_either.rest()


@pytest.fixture
def production(_drill_on_postgresql):
    """Give one on PostgreSQL and Redis: what needs several processes."""
    yield _drill_on_postgresql
    _drill_on_postgresql.end()


@pytest.fixture
def embedded_drill(_drill_on_sqlite):
    """Give one on SQLite: what needs one process alone."""
    yield _drill_on_sqlite
    _drill_on_sqlite.end()


def _approving(store):
    with run_http_target() as target, ExitStack() as opened:
        yield Approving(start_or_skip(open_drill(store, target, asking), opened))


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def _approving_on_either(request):
    yield from _approving(request.param)


@pytest.fixture(scope="module")
def _approving_on_postgresql():
    yield from _approving("postgresql")


@pytest.fixture
def approving_on_either(_approving_on_either):
    """Give people who are asked, on each store; nothing runs yet."""
    yield _approving_on_either
    _approving_on_either.drill.rest()


@pytest.fixture
def approving_on_postgresql(_approving_on_postgresql):
    """Give them on PostgreSQL and Redis."""
    yield _approving_on_postgresql
    _approving_on_postgresql.drill.rest()
