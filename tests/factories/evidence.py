"""Evidence packs that somebody asked for."""

from flask import Flask

from studio.oversight.evidence import service
from studio.oversight.evidence.outcomes import Kind
from studio.oversight.evidence.wanted import Wanted
from tests.factories.accounts import MadeTenant
from tests.factories.approvals import listen, make_request


def make_pack(app: Flask, tenant: MadeTenant, *, ready: bool = True) -> str:
    """One of an approval, made or still to be made."""
    listen()
    database = app.extensions["studio_database"]
    request_id = make_request(database, tenant, [tenant["approver"]], title=f"Refund for {tenant.name}")
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        pack_id = service.ask(uow, Wanted(Kind.APPROVAL, request_id)).id
    while ready and app.extensions["studio_engine"].drains["evidence"]():
        pass
    return str(pack_id)
