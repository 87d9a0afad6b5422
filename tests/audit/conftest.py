"""A database whose units end with audit's finisher, and nothing else of the app."""

from collections.abc import Iterator

import pytest

from studio.audit import chain
from studio.core import clock
from studio.core.actor import Actor, ActorType, Origin
from studio.core.db import open_engine
from studio.core.ids import new_id
from studio.core.settings import Settings
from studio.core.unit_of_work import Database

JONAS = Actor(ActorType.USER, "u-1", "Jonas Weber", origin=Origin(ip="192.0.2.7", user_agent="Firefox"))


@pytest.fixture
def units(store_settings: Settings) -> Iterator[Database]:
    """Both engines, and the finisher."""
    engines = open_engine(store_settings.database_url), open_engine(store_settings.engine_url)
    yield Database(*engines, finishers=[chain.finish])
    clock.reset()
    for engine in engines:
        engine.dispose()


@pytest.fixture
def workspace():
    return new_id()


@pytest.fixture
def jonas():
    return JONAS
