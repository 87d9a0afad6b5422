"""Filters by a name: one's own and everybody's, by page and API; estimates beside the filters."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.core import clock
from studio.core.ids import first_id_at
from studio.runtime.insights.estimates import rounded
from studio.runtime.insights.tallying import Tallying
from studio.runtime.models import Run
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.runs import make_run
from tests.factories.workflows import make_workflow, refunds


@pytest.fixture
def tenant(database):
    return make_tenant(database)


def views_of(browser):
    return browser.get("/runs").text


def test_ones_own_and_everybodys(app, tenant):
    builder, auditor = (signed_in(app, tenant.id, tenant[role]) for role in ("builder", "auditor"))
    kept = builder.post("/runs/views?state=failed&since=7d&label=country:DE", data={"name": " My  refunds "})
    assert kept.location.endswith("since=7d&state=failed") or "state=failed" in kept.location
    builder.post("/runs/views?state=waiting", data={"name": "All that wait", "shared": "y"})
    auditor.post("/runs/views?state=waiting", data={"name": "Mine alone"})
    assert auditor.post("/runs/views?state=failed", data={"name": "Not theirs", "shared": "y"}).status_code == 403
    mine, theirs = views_of(builder), views_of(auditor)
    assert "My refunds" in mine
    assert "label=country:DE" in mine.replace("%3A", ":")
    assert "All that wait" in mine
    assert "Mine alone" not in mine
    assert [name in theirs for name in ("My refunds", "All that wait", "Mine alone", "Not theirs")] == [
        False, True, True, False,
    ]  # fmt: skip
    other = signed_in(app, tenant.id, tenant["owner"])
    assert "My refunds" not in views_of(other)


def test_a_view_is_changed_where_it_was_opened(app, database, tenant):
    builder, auditor = (signed_in(app, tenant.id, tenant[role]) for role in ("builder", "auditor"))
    opened = builder.post("/runs/views?state=failed", data={"name": "Failed", "shared": "y"}).location
    builder.post("/runs/views?state=waiting", data={"name": "Waits", "shared": "y"})
    view_id = opened.split("view=")[1]
    assert "Save changes to this view" not in builder.get(opened).text
    page = builder.get(f"/runs?state=failed&since=7d&view={view_id}").text
    assert ("Its filters were changed here." in page, "Save changes to this view" in page) == (True, True)
    for who, shows in ((builder, True), (auditor, False)):
        assert ("view-rename" in who.get(opened).text) == shows
    change = f"/runs/views/{view_id}/change"
    assert auditor.post(f"{change}?state=queued").status_code == 403
    assert builder.post(f"{change}?state=failed&since=7d").location.endswith(f"since=7d&state=failed&view={view_id}")
    for address, name in ((f"{change}?state=odd", ""), (change, ""), (change, "x" * 61), (change, "waits")):
        assert builder.post(address, data={"name": name}).status_code == 303
    builder.post(change, data={"name": " Failed  lately "})
    builder.post(change, data={"name": "failed lately"})
    page = builder.get("/runs").text
    assert f'href="/runs?since=7d&amp;state=failed&amp;view={view_id}">failed lately</a>' in page
    assert page.count("/remove") == 2
    mine = auditor.post("/runs/views?state=queued", data={"name": "Mine"}).location.split("view=")[1]
    assert builder.post(f"/runs/views/{mine}/change", data={"name": "Yours"}).status_code == 404
    assert auditor.post(f"/runs/views/{mine}/change", data={"name": "Own"}).status_code == 303
    with database.unit(tenant.id, read_only=True) as uow:
        found = select(AuditEvent.body).where(AuditEvent.action == "run_view.changed").order_by(AuditEvent.seq)
        told = [json.loads(one)["changes"] for one in uow.session.scalars(found)]
    assert [[one["path"] for one in changes] for changes in told] == [["filter"], ["name"], ["name"]]


def test_a_slip_keeps_nothing(app, tenant):
    browser = signed_in(app, tenant.id, tenant["owner"])
    for address, name in (("?state=odd", "A"), ("", "All"), ("?state=failed", ""), ("?state=failed", "x" * 61)):
        assert browser.post(f"/runs/views{address}", data={"name": name}).status_code == 303
    browser.post("/runs/views?state=failed", data={"name": "Same"})
    browser.post("/runs/views?state=waiting", data={"name": "same"})
    assert views_of(browser).count("/remove") == 1


def test_the_api(app, tenant):
    api = with_token(app, make_token(app, tenant, "builder", ["runs:read", "workflows:write"]))
    auditors = with_token(app, make_token(app, tenant, "auditor", ["runs:read"]))
    made = api.post("/api/v1/run-views", json={"name": "Failed", "filters": {"state": ["failed"]}, "shared": True})
    assert (made.status_code, made.json["filters"], made.json["shared"]) == (201, {"state": ["failed"]}, True)
    own = api.post("/api/v1/run-views", json={"name": "Failed", "filters": {"since": ["7d"]}}).json
    assert {one["id"] for one in api.get("/api/v1/run-views").json["data"]} == {made.json["id"], own["id"]}
    assert [one["id"] for one in auditors.get("/api/v1/run-views").json["data"]] == [made.json["id"]]
    taken = api.post("/api/v1/run-views", json={"name": "failed", "filters": {"since": ["1h"]}})
    assert (taken.status_code, taken.json["code"]) == (409, "run_view.taken")
    wrong = api.post("/api/v1/run-views", json={"name": "Odd", "filters": {"state": ["odd"], "colour": ["red"]}})
    assert {one["path"] for one in wrong.json["errors"]} == {"filters.state", "filters.colour"}
    assert wrong.json["code"] == "run_view.filter"
    assert api.post("/api/v1/run-views", json={"name": "All"}).json["errors"][0]["path"] == "filters"
    shared = f"/api/v1/run-views/{made.json['id']}"
    assert [
        auditors.patch(one, json={"name": "X"}).status_code for one in (shared, f"/api/v1/run-views/{own['id']}")
    ] == [403, 404]
    changed = api.patch(shared, json={"filters": {"state": ["queued"]}}).json
    assert (changed["name"], changed["filters"], changed["shared"]) == ("Failed", {"state": ["queued"]}, True)
    assert api.patch(shared, json={"name": "Lately"}).json["filters"] == {"state": ["queued"]}
    wrong = api.patch(shared, json={"name": "No", "filters": {"state": ["odd"]}})
    assert (wrong.status_code, wrong.json["code"]) == (422, "run_view.filter")
    assert wrong.json["errors"][0]["path"] == "filters.state"
    assert api.patch(shared, json={"filters": {}}).json["errors"][0]["path"] == "filters"
    assert {one["name"] for one in api.get("/api/v1/run-views").json["data"]} == {"Lately", "Failed"}
    assert auditors.delete(f"/api/v1/run-views/{made.json['id']}").status_code == 403
    assert auditors.delete(f"/api/v1/run-views/{own['id']}").status_code == 404
    assert [api.delete(f"/api/v1/run-views/{one}").status_code for one in (own["id"], made.json["id"])] == [204, 204]
    assert api.get("/api/v1/run-views").json["data"] == []


def test_each_person_chooses_columns(app, tenant):
    make_run(app, tenant)
    builder, owner = (signed_in(app, tenant.id, tenant[role]) for role in ("builder", "owner"))
    api = with_token(app, make_token(app, tenant, "builder", ["runs:read"]))
    assert api.get("/api/v1/run-columns").json == {"columns": ["state", "workflow", "started", "took"]}
    back = builder.post("/runs/columns?state=failed", data={"columns": ["id", "version"]})
    assert back.location.endswith("/runs?state=failed")
    heads = "<th>Version</th><th>Id</th></tr>"
    assert [heads in browser.get("/runs").text for browser in (builder, owner)] == [True, False]
    assert api.get("/api/v1/run-columns").json == {"columns": ["version", "id"]}
    builder.post("/runs/columns", data={"columns": ["id", "colour"]})
    assert api.get("/api/v1/run-columns").json == {"columns": ["version", "id"]}
    everything = ["id", "error", "took", "ended", "started", "version", "workflow", "state"]
    assert api.put("/api/v1/run-columns", json={"columns": everything}).json == {"columns": everything[::-1]}
    assert "<th>Error code</th>" in builder.get("/runs").text
    assert api.put("/api/v1/run-columns", json={"columns": ["colour"]}).status_code == 422
    assert api.put("/api/v1/run-columns", json={"columns": []}).json == {"columns": []}
    assert "<th>State</th>" not in builder.get("/runs").text


def test_estimates_stand_beside_the_filters(app, database, tenant):
    workflow_id, begin = make_workflow(app, tenant, refunds(), published=False), clock.local_now()
    with database.unit(tenant.id) as uow:
        for number in range(3):
            at = begin - timedelta(minutes=9, seconds=number)
            uow.session.add(
                Run(
                    id=UUID(int=first_id_at(at).int), workflow_id=workflow_id, version_id=workflow_id, input={},
                    trigger_node="order", available_at=at, created_at=at, state="cancelled", finished_at=at,
                )
            )  # fmt: skip
    Tallying(database).catch_up(begin)
    page = signed_in(app, tenant.id, tenant["owner"]).get("/runs?since=24h").text
    assert page.count("about 3") == 2, "beside the state, and beside the workflow"
    assert "Estimates, of the last 24h." in page
    assert [rounded(count) for count in (7, 99, 1_249, 193_686)] == [7, 99, 1_200, 190_000]
