"""Alerts that have opened."""

from flask import Flask

from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import opening, ruling
from studio.oversight.alerts.rules import Rule
from studio.oversight.alerts.ruling import NamedRule
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


def add_alert_rule(uow: UnitOfWork, name: str = "At night") -> str:
    """Its owner at once, whoever owns it again a quarter of an hour later; quiet at night."""
    rule = Rule.model_validate({
        "kinds": ["workflow.failing"], "whom": ["owner"], "failures": 3,
        "levels": [{"after": {"amount": 15, "unit": "minutes"}, "targets": ["owner"]}],
        "quiet": {"zone": "Europe/Berlin", "from": "22:00", "until": "07:00"},
    })  # fmt: skip
    return str(ruling.add(uow, NamedRule(name, rule)).id)
