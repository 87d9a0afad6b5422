"""Whatever the app records: names and addresses of people stand beside the chain, never in it."""

import pytest
from sqlalchemy import select

from studio.audit.models import AuditEvent
from tests.factories.accounts import signed_in
from tests.fixtures.world import store_settings, world

__all__ = ["store_settings", "world"]  # fixtures, by being imported


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_chain_names_nobody(world, app, database):
    tenant = world.ours
    owner = signed_in(app, tenant.id, tenant["owner"])
    builder = tenant["builder"]
    app.test_client().post("/sign-in", data={"email": builder.email, "password": "wrong"})
    app.test_client().post("/password/forgot", data={"email": builder.email})
    owner.post("/settings/people", data={"email": "new@example.com", "name": "Nora New", "role": "approver"})
    owner.post(f"/settings/people/{builder.seat_id}/role", data={"role": "admin"})
    owner.post(f"/settings/people/{builder.seat_id}/disable")
    owner.post("/settings/mail/test")
    owner.post(f"/runs/{world.our_ids['run_id']}/cancel", data={"reason": f"{builder.name} said so"})
    with database.unit(tenant.id, read_only=True) as uow:
        bodies = uow.session.scalars(select(AuditEvent.body)).all()
        columns = uow.session.scalars(select(AuditEvent.search)).all()
    assert len(bodies) > 12
    people = [*tenant.people.values()]
    said = [word for one in people for word in (one.name, one.email)] + ["Nora New", "new@example.com", "127.0.0.1"]
    assert [(word, body) for word in said for body in bodies if word in body] == []
    assert [(word, text) for word in said for text in columns if word.lower() in text] == []
