"""A database without the app around it."""

from collections.abc import Iterator

import pytest

from studio.core import clock
from studio.core.db import open_engine
from studio.core.ids import new_id
from studio.core.settings import Settings
from studio.core.unit_of_work import Database


@pytest.fixture
def units(store_settings: Settings) -> Iterator[Database]:
    engines = open_engine(store_settings.database_url), open_engine(store_settings.engine_url)
    yield Database(*engines)
    clock.reset()
    for engine in engines:
        engine.dispose()


@pytest.fixture
def workspace():
    return new_id()
