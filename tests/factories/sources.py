"""Event sources, and what was sent to them."""

from typing import Any

from flask import Flask

from studio.runtime.models import EventSource
from studio.runtime.sources import service
from tests.factories.accounts import MadeTenant


def open_source(app: Flask, tenant: MadeTenant, name: str = "New shop", **settings: Any) -> tuple[EventSource, str]:
    """A source with a webhook's address, and the path of that."""
    keyring = app.extensions["studio_keyring"]
    with app.extensions["studio_database"].unit(tenant.id, tenant["builder"].actor) as uow:
        row = service.open_(uow, keyring, name, service.WEBHOOK, settings)
        return row, f"/hooks/{service.address(keyring, row)}"


def make_source(app: Flask, tenant: MadeTenant) -> str:
    """One that is named after the workspace, with an event."""
    row, path = open_source(app, tenant, f"Source of {tenant.name}")
    assert app.test_client().post(path, json={"name": tenant.name}).status_code == 202
    return str(row.id)
