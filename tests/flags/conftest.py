"""A rig whose steps ask for flags and set them."""

import pytest

from studio.guard import acting
from tests.engine.rig import Rig
from tests.factories.accounts import make_tenant


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def make_rig(app, tenant):
    """Make a rig of one workflow in the tenant's workspace, whose protected steps are judged."""
    made = []

    def make(nodes, edges):
        rig = Rig(app, tenant.id, nodes, edges)
        rig.engine.judge = acting.judge
        made.append(rig)
        return rig

    yield make
    for rig in made:
        rig.close()
