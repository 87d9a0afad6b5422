"""Workflows that are paused, workspaces that are stopped."""

from studio.runtime.halts import pausing, stopping
from studio.runtime.halts.asking import Wanted
from studio.runtime.models import Workflow
from tests.fakes.gates import open_gates


def stand_still(app, tenant, reason="Refunds go out twice", **wanted):
    """Everything of a tenant is stopped by its owner."""
    with open_gates(), app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as uow:
        stopping.stop(uow, Wanted(reason, **wanted))


def make_pause(app, tenant, workflow_id, reason="Stock count", **wanted):
    """One of its workflows is paused by its owner."""
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as uow:
        pausing.pause(uow, uow.session.get_one(Workflow, workflow_id), Wanted(reason, **wanted))
