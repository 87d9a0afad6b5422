"""The list of workflows: found by folder, tag, owner and state; many changed at once; archived and brought back."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.runtime.models import TriggerSubscription, Workflow
from studio.runtime.service import sorting
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.workflows import make_workflow, refunds

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def flows(app, tenant):
    return [make_workflow(app, tenant, refunds(name=f"Flow {n}"), published=True) for n in range(3)]


@pytest.fixture
def builder(app, tenant):
    return signed_in(app, tenant.id, tenant["builder"])


@pytest.fixture
def api(app, tenant):
    return with_token(app, make_token(app, tenant, "builder", ["workflows:read", "workflows:write"]))


def names(page):
    return [name for name in ("Flow 0", "Flow 1", "Flow 2") if f">{name}<" in page.text]


def bulk(browser, flows, **fields):
    return browser.post("/workflows/bulk", data={"pick": [str(one) for one in flows], **fields}, follow_redirects=True)


def test_many_are_moved_tagged_and_found_by_it(builder, flows, database, tenant):
    assert "2 workflows were changed." in bulk(builder, flows[:2], do="move", folder=" Refunds  EU ").text
    bulk(builder, flows[1:], do="tag", tag="Risk")
    assert names(builder.get("/workflows?folder=Refunds+EU")) == ["Flow 0", "Flow 1"]
    assert names(builder.get("/workflows?tag=risk")) == ["Flow 1", "Flow 2"]
    assert names(builder.get("/workflows?tag=risk&folder=Refunds+EU")) == ["Flow 1"]
    assert names(builder.get(f"/workflows?owner={tenant['builder'].user_id}")) == ["Flow 0", "Flow 1", "Flow 2"]
    assert names(builder.get(f"/workflows?owner={tenant['owner'].user_id}")) == []
    bulk(builder, flows[1:2], do="untag", tag="risk")
    assert names(builder.get("/workflows?tag=risk")) == ["Flow 2"]
    with database.unit(tenant.id) as uow:
        changed = uow.session.scalars(select(AuditEvent).where(AuditEvent.action == "workflow.updated"))
        said = [json.loads(event.body)["changes"] for event in changed]
    assert said[0] == [{"path": "folder", "from": "", "to": "Refunds EU", "redacted": False}]
    assert len(said) == 5


def test_the_page_after_a_change_is_the_one_before_it(builder, flows):
    sent = {"pick": [str(flows[0])], "do": "tag", "tag": "risk"}
    assert builder.post("/workflows/bulk", data=sent | {"back": "/workflows?q=Flow"}).location == "/workflows?q=Flow"
    assert builder.post("/workflows/bulk", data=sent | {"back": "https://evil.example"}).location == "/workflows"


def test_archived_ones_are_hidden_start_nothing_and_come_back_off(builder, flows, database, tenant):
    bulk(builder, flows[:1], do="archive")
    assert names(builder.get("/workflows")) == ["Flow 1", "Flow 2"]
    page = builder.get("/workflows?state=archived")
    assert "Bring back" in page.text
    assert "This workflow is archived" in builder.get(f"/workflows/{flows[0]}").text
    with database.unit(tenant.id) as uow:
        rows = uow.session.scalars(select(TriggerSubscription).where(TriggerSubscription.workflow_id == flows[0]))
        assert [row.active for row in rows] == [False]
    text = builder.post(f"/workflows/{flows[0]}/bring-back", follow_redirects=True).text
    assert "It is off until you turn it on." in text
    assert builder.post(f"/workflows/{flows[0]}/bring-back").status_code == 409
    with database.unit(tenant.id) as uow:
        assert uow.session.get_one(Workflow, flows[0]).enabled is False


def test_many_are_paused_with_a_reason(builder, flows):
    bulk(builder, flows[:2], do="pause", reason="Stock count")
    assert names(builder.get("/workflows?state=paused")) == ["Flow 0", "Flow 1"]
    assert "Say why" in bulk(builder, flows, do="pause", reason="").text
    assert names(builder.get("/workflows?state=paused")) == ["Flow 0", "Flow 1"]


def test_a_workflow_is_sorted_and_handed_over_on_its_page(builder, flows, tenant, database):
    sent = {"folder": "Refunds", "tags": "Risk, EU ,risk", "owner": str(tenant["admin"].user_id)}
    page = builder.post(f"/workflows/{flows[0]}/place", data=sent, follow_redirects=True).text
    assert tenant["admin"].name in page
    with database.unit(tenant.id) as uow:
        assert uow.session.get_one(Workflow, flows[0]).owner_id == tenant["admin"].user_id
        assert sorting.tags_of(uow, flows) == {flows[0]: ["eu", "risk"]}


def test_an_approver_owns_no_workflow(builder, flows, tenant, database):
    sent = {"folder": "", "tags": "", "owner": str(tenant["approver"].user_id)}
    assert builder.post(f"/workflows/{flows[0]}/place", data=sent).status_code == 422
    with database.unit(tenant.id) as uow:
        assert uow.session.get_one(Workflow, flows[0]).owner_id == tenant["builder"].user_id


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"workflows": []}, "workflows"),
        ({"workflows": [str(uuid4()) for _ in range(201)], "archive": True}, "workflows"),
        ({}, "change"),
        ({"folder": "x" * 81}, "folder"),
        ({"add_tags": ["<b>"]}, "add_tags"),
        ({"add_tags": [f"tag {n}" for n in range(21)]}, "tags"),
        ({"pause": " "}, "reason"),
        ({"owner_id": str(uuid4())}, "owner_id"),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(api, flows, fields, path):
    sent = {"workflows": [str(flows[0]), str(flows[1])], **fields}
    answer = api.post("/api/v1/workflows/bulk", json=sent)
    assert (answer.status_code, answer.json["errors"][0]["path"]) == (422, path)
    listed = api.get("/api/v1/workflows").json["data"]
    assert {(one["folder"], tuple(one["tags"]), one["archived_at"]) for one in listed} == {("", (), None)}


def test_one_that_is_not_there_keeps_all_as_they_were(api, flows):
    sent = {"workflows": [str(flows[0]), str(uuid4())], "folder": "Refunds"}
    answer = api.post("/api/v1/workflows/bulk", json=sent)
    assert (answer.status_code, answer.json["errors"][0]["path"]) == (422, "workflows.1")
    assert api.get(f"/api/v1/workflows/{flows[0]}").json["folder"] == ""


def test_the_api_sorts_lists_duplicates_and_brings_back(api, flows, tenant):
    one = f"/api/v1/workflows/{flows[0]}"
    info = api.patch(one, json={"folder": "Refunds", "tags": ["risk"], "owner_id": str(tenant["admin"].user_id)}).json
    assert (info["folder"], info["tags"], info["owner_id"]) == ("Refunds", ["risk"], str(tenant["admin"].user_id))
    for query in ("folder=Refunds", "tag=risk", f"owner_id={tenant['admin'].user_id}"):
        assert [row["id"] for row in api.get(f"/api/v1/workflows?{query}").json["data"]] == [str(flows[0])], query
    assert api.post(f"{one}/duplicate").json["name"] == "Copy of Flow 0"
    assert (
        api.post("/api/v1/workflows/bulk", json={"workflows": [str(flows[0])], "archive": True}).json["workflows"] == 1
    )
    assert [row["id"] for row in api.get("/api/v1/workflows?archived=true").json["data"]] == [str(flows[0])]
    assert api.get(one).status_code == 404
    assert api.post(f"{one}/bring-back").json["enabled"] is False
