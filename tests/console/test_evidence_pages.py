"""Evidence packs on pages and by the API: asked for, followed, stopped, taken away, by whom it may be."""

import io
import zipfile

import pytest
from sqlalchemy import func, select

from studio.audit.models import AuditEvent
from studio.oversight.evidence.tables import EvidencePack
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.approvals import listen, make_request
from tests.factories.evidence import make_pack


@pytest.fixture
def tenant(database):
    listen()
    return make_tenant(database)


@pytest.fixture
def admin(app, tenant):
    return signed_in(app, tenant.id, tenant["admin"])


def state_of(database, tenant):
    with database.unit(tenant.id) as uow:
        return uow.session.scalars(select(EvidencePack.state)).all()


def test_an_admin_makes_follows_and_downloads_a_pack(app, database, tenant, admin):
    request_id = make_request(database, tenant, [tenant["approver"]])
    asked = admin.post("/audit/evidence", data={"kind": "approval", "subject": str(request_id)})
    assert asked.status_code == 303
    where = asked.headers["Location"]
    assert "You can leave this page and come back" in admin.get(where).text
    while app.extensions["studio_engine"].drains["evidence"]():
        pass
    assert "The pack is ready" in admin.get(where).text
    taken = admin.post(f"{where}/download")
    assert taken.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(taken.data)) as file:
        assert "index.html" in file.namelist()
    assert len(taken.data) == int(taken.headers["Content-Length"])
    assert "Evidence of an approval: Refund €420.00 to Anna Keller" in admin.get("/audit/evidence").text
    with database.unit(tenant.id) as uow:
        told = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "evidence.exported")
        assert uow.session.scalar(told) == 1


def test_a_period_without_its_beginning_is_refused_at_its_field(database, tenant, admin):
    refused = admin.post("/audit/evidence", data={"kind": "period"})
    assert refused.status_code == 422
    assert "Say from when." in refused.text
    assert state_of(database, tenant) == []


def test_the_audit_pages_filters_go_along(database, tenant, admin):
    assert "action=approval.approved" in admin.get("/audit/evidence?action=approval.approved").text
    asked = {"kind": "period", "since": "2026-01-01", "action": "approval.approved"}
    assert admin.post("/audit/evidence", data=asked).status_code == 303
    with database.unit(tenant.id) as uow:
        row = uow.session.scalars(select(EvidencePack)).one()
        assert row.filters == {"action": "approval.approved"}


def test_one_is_stopped(app, database, tenant, admin):
    pack_id = make_pack(app, tenant, ready=False)
    assert admin.post(f"/audit/evidence/{pack_id}/cancel").status_code == 303
    assert "nothing of it is kept" in admin.get(f"/audit/evidence/{pack_id}").text
    assert admin.post(f"/audit/evidence/{pack_id}/download").status_code == 409


@pytest.mark.parametrize("role", ["builder", "approver"])
def test_whoever_may_not_export_the_trail_gets_none(app, tenant, role):
    pack_id = make_pack(app, tenant)
    client = signed_in(app, tenant.id, tenant[role])
    assert client.get("/audit/evidence").status_code == 403
    assert client.post(f"/audit/evidence/{pack_id}/download").status_code == 403
    assert client.post("/audit/evidence", data={"kind": "period", "since": "2026-01-01"}).status_code == 403


def test_the_api_does_the_same(app, database, tenant):
    client = with_token(app, make_token(app, tenant, "admin", ["audit:read"]))
    request_id = make_request(database, tenant, [tenant["approver"]])
    body = {"kind": "approval", "subject": str(request_id)}
    made = client.post("/api/v1/evidence-packs", json=body)
    assert (made.status_code, made.json["state"]) == (201, "queued")
    where = f"/api/v1/evidence-packs/{made.json['id']}"
    early = client.get(f"{where}/file")
    assert (early.status_code, early.json["code"]) == (409, "evidence.not_ready")
    while app.extensions["studio_engine"].drains["evidence"]():
        pass
    assert client.get(where).json["state"] == "ready"
    taken = client.get(f"{where}/file")
    with zipfile.ZipFile(io.BytesIO(taken.data)) as file:
        assert "manifest.json" in file.namelist()
    assert [one["id"] for one in client.get("/api/v1/evidence-packs").json["data"]] == [made.json["id"]]
    ended = client.post(f"{where}/cancel")
    assert (ended.status_code, ended.json["code"]) == (409, "evidence.ended")
    bad = client.post("/api/v1/evidence-packs", json={"kind": "period"})
    assert (bad.status_code, bad.json["errors"][0]["path"]) == (422, "since")
