"""Filters of the list of runs by a name."""

from flask import Flask

from studio.runtime.history import views
from studio.runtime.history.filters import RunFilter
from tests.factories.accounts import MadeTenant


def make_run_view(app: Flask, tenant: MadeTenant, *, shared: bool = True) -> str:
    """Of failed runs."""
    with app.extensions["studio_database"].unit(tenant.id, tenant["builder"].actor) as uow:
        return str(views.save(uow, f"Failed in {tenant.name}", RunFilter(states=("failed",)), shared=shared).id)
