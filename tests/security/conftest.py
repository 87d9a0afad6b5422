"""The census asks every route; limits on how often would only hide what it looks for."""

from collections.abc import Iterator

import pytest
from flask import Flask

from studio.core.limits import limiter
from tests.security.world import World, make_world


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    limiter.enabled = False
    yield make_world(app)
    limiter.enabled = True
