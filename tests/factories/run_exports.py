"""Files of runs that somebody asked for."""

from flask import Flask

from studio.oversight.run_exports import service
from studio.oversight.run_exports.outcomes import Format
from studio.runtime.history.filters import RunFilter
from tests.factories.accounts import MadeTenant
from tests.factories.runs import make_run


def make_run_export(app: Flask, tenant: MadeTenant, *, ready: bool = True) -> str:
    """One of all runs, written or still to be written."""
    make_run(app, tenant)
    with app.extensions["studio_database"].unit(tenant.id, tenant["builder"].actor) as uow:
        export_id = service.ask(uow, RunFilter(), Format.CSV).id
    while ready and app.extensions["studio_engine"].drains["run_exports"]():
        pass
    return str(export_id)
