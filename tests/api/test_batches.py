"""One thing done with many runs, by the API and by its pages."""

import re

import pytest
from sqlalchemy import select

from studio.core import outbox
from studio.runtime.models import Run
from tests.factories.accounts import signed_in
from tests.factories.runs import make_run

DO = {"filter": "state=failed", "do": {"verb": "rerun"}}


@pytest.fixture
def failed(app, tenant):
    return [str(make_run(app, tenant)) for _ in range(2)]


def test_looked_at_begun_paused_and_gone_on_with(api, app, failed):
    said = api.post("/api/v1/run-batches/plan", json=DO).json
    assert (said["runs"], said["looked_at"], said["refused"], said["again"]) == (2, 2, [], {})
    new = {**DO, "name": "ERP outage", "per_minute": 600}
    stale = api.post("/api/v1/run-batches", json={**new, "plan": "0" * 64})
    assert (stale.status_code, stale.json["code"]) == (409, "batch.plan_changed")
    begun = api.post("/api/v1/run-batches", json={**new, "plan": said["hash"]})
    assert (begun.status_code, begun.json["state"], begun.json["total"]) == (201, "running", 2)
    one = f"/api/v1/run-batches/{begun.json['id']}"
    assert api.patch(one, json={"state": "paused"}).json["state"] == "paused"
    assert api.patch(one, json={"state": "running"}).json["state"] == "running"
    outbox.drain(app.extensions["studio_database"])
    done = api.get(one).json
    assert (done["state"], done["done"]) == ("done", 2)
    assert sorted(item["run_id"] for item in done["items"]) == sorted(failed)
    assert api.get(f"/api/v1/runs/{failed[0]}").json["reruns"] == [
        item["again_id"] for item in done["items"] if item["run_id"] == failed[0]
    ]
    late = api.patch(one, json={"state": "cancelled"})
    assert (late.status_code, late.json["code"]) == (409, "batch.state")
    assert [row["name"] for row in api.get("/api/v1/run-batches").json["data"]] == ["ERP outage"]
    assert api.post("/api/v1/run-batches/plan", json={**DO, "filter": "state=bad"}).status_code == 422


def test_the_pages_do_the_same(app, tenant, database, failed):
    browser = signed_in(app, tenant.id, tenant["builder"])
    listed = browser.get("/runs?state=failed").text
    assert "/run-batches/new?filter=state%3Dfailed" in listed
    page = browser.get("/run-batches/new?filter=state%3Dfailed").text
    assert "2 runs fit." in page
    seen = re.search(r'name="plan" value="([0-9a-f]{64})"', page)[1]
    sent = {
        "filter": "state=failed",
        "verb": "rerun",
        "start": "failed",
        "per_minute": "600",
        "plan": seen,
        "do": "begin",
    }
    nameless = browser.post("/run-batches/new", data={**sent, "name": ""})
    assert (nameless.status_code, "Name it after the incident" in nameless.text) == (422, True)
    begun = browser.post("/run-batches/new", data={**sent, "name": "ERP outage"})
    assert begun.status_code == 303
    assert browser.post(begun.location, data={"state": "cancelled"}).status_code == 303
    assert "Cancelled" in browser.get(begun.location).text
    outbox.drain(app.extensions["studio_database"])
    with database.unit(tenant.id) as unit:
        assert len(unit.session.scalars(select(Run.id)).all()) == 2
    assert browser.get("/run-batches/new?filter=state%3Dfailed&verb=explode").status_code == 422
    assert browser.post("/run-batches/new", data={**sent, "verb": "explode"}).status_code == 422
    auditor = signed_in(app, tenant.id, tenant["auditor"])
    assert auditor.get("/run-batches/new?filter=state%3Dfailed").status_code == 403
    assert auditor.post("/run-batches/new", data=sent).status_code == 403
