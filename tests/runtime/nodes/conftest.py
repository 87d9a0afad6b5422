"""A run of one step, and Studio's own tables on SQLite."""

import pytest

from studio.core.db import open_engine
from studio.core.unit_of_work import Database
from tests.fakes.node_world import NOW, WORKSPACE, World

DATA = {
    "order": {
        "id": 6021, "total": 420.0, "country": "DE", "note": None,
        "lines": [{"sku": "MUG-1", "quantity": 3}, {"sku": "CAP-2", "quantity": 1}],
    },
    "customer": {"name": "Anna", "email": "anna@example.com"},
}  # fmt: skip


@pytest.fixture
def world():
    return World(DATA)


@pytest.fixture
def unit(new_sqlite_file):
    engine = open_engine(f"sqlite:///{new_sqlite_file()}")
    with Database(engine, engine).unit(WORKSPACE) as unit:
        unit._now = NOW
        yield unit
    engine.dispose()
