"""A rig whose steps may call one inner address by connections."""

import pytest

from tests.engine.conftest import make_rig
from tests.factories.connections import Switchboard

__all__ = ["make_rig"]  # a fixture, by being imported


@pytest.fixture
def switchboard(app, make_rig, http_target):
    """Give a rig of one workflow with no steps yet, and its workspace's connections."""

    def make(nodes, edges):
        rig = make_rig(nodes, edges)
        return rig, Switchboard(app, rig.workspace_id, f"127.0.0.1:{http_target.port}")

    return make
