"""Alerts that have opened."""

from flask import Flask

from studio.oversight.alerts import opening
from studio.runtime.models import Run
from tests.factories.accounts import MadeTenant
from tests.factories.runs import make_run


def make_alert(app: Flask, tenant: MadeTenant) -> str:
    """About a workflow that carries the workspace's name; its first level is due."""
    run_id = make_run(app, tenant)
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        workflow_id = uow.session.get_one(Run, run_id).workflow_id
        alert = opening.happened(uow, "workflow.failing", workflow_id, {"run_id": str(run_id)}, uow.now)
        assert alert is not None
        return str(alert.id)
