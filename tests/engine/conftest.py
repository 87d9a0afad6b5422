"""A rig on both databases."""

import pytest

from tests.engine.rig import Rig
from tests.factories.accounts import make_tenant


@pytest.fixture
def make_rig(app):
    """Make rigs on this test's database, closed at its end."""
    made = []

    def make(nodes, edges):
        tenant = make_tenant(app.extensions["studio_database"])
        made.append(Rig(app, tenant.id, nodes, edges))
        return made[-1]

    yield make
    for rig in made:
        rig.close()
