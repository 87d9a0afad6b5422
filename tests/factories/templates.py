"""A workspace's own templates."""

from typing import Any

from flask import Flask

from studio.builder.service import whole
from studio.gallery.own import service
from studio.gallery.own.service import Wanted
from tests.factories.accounts import MadeTenant
from tests.factories.workflows import make_workflow

THRESHOLD = "large.condition@22"
"""The number in the condition of factories.workflows.REFUNDS."""


def make_template(app: Flask, tenant: MadeTenant, raw: dict[str, Any] | None = None, **said: Any) -> str:
    """Of a workflow of its own; its id."""
    workflow_id = make_workflow(app, tenant, raw)
    with app.extensions["studio_database"].unit(tenant.id, tenant["builder"].actor) as uow:
        wanted = {"name": f"Refunds of {tenant.name}"[:80], "value": "Asks the ERP.", "category": "Payments"}
        asked = {"asked": {THRESHOLD: "Ask above"}} if raw is None else {"asked": {}}
        row = service.from_workflow(uow, whole.get(uow, workflow_id), Wanted(**{**wanted, **asked, **said}))
        return str(row.id)
