"""Templates and node types by the API; a draft tried on a sample."""

from sqlalchemy import func, select

from studio.contract.node import registry
from studio.gallery.loading import templates
from studio.runtime.models import Run
from tests.factories.connections import make_account
from tests.factories.workflows import ORDER, make_workflow, refunds

URL = "/api/v1/templates"


def test_templates_are_listed_with_what_they_ask(api):
    listed = api.get(URL).json["data"]
    assert [one["slug"] for one in listed] == [one.slug for one in templates()]
    one = api.get(f"{URL}/high-value-refunds").json
    assert one | next(line for line in listed if line["slug"] == "high-value-refunds") == one
    assert {question["key"] for question in one["questions"]} == {
        question.key for question in next(t for t in templates() if t.slug == "high-value-refunds").questions
    }
    assert one["samples"][0]["data"]
    assert api.get(f"{URL}/no-such-template").status_code == 404


def test_every_template_becomes_a_workflow_that_can_be_published(app, tenant, api):
    for connector in sorted({key for one in templates() for question in one.questions for key in question.connectors}):
        make_account(app, tenant, connector)
    for template in templates():
        made = api.post(f"{URL}/{template.slug}/workflows", json={})
        assert made.status_code == 201, made.json
        one = f"/api/v1/workflows/{made.json['id']}"
        assert api.post(f"{one}/check", json={}).json["publishable"] is True
        revision = api.get(f"{one}/draft").json["revision"]
        assert api.post(f"{one}/publish", json={"revision": revision}).status_code == 201


def test_a_bad_answer_is_named_and_makes_nothing(api):
    refused = api.post(f"{URL}/high-value-refunds/workflows", json={"answers": {"limit": "much", "colour": "red"}})
    assert refused.status_code == 422
    assert "answers.colour" in [one["path"] for one in refused.json["errors"]]
    assert api.get("/api/v1/workflows").json["data"] == []


def test_only_builders_use_templates(caller):
    reader = caller("auditor", ["workflows:read"])
    assert reader.get(URL).status_code == 200
    assert caller("auditor").post(f"{URL}/high-value-refunds/workflows", json={}).status_code == 403


def test_node_types_say_what_a_document_may_hold(api):
    found = {one["key"]: one for one in api.get("/api/v1/node-types").json["data"]}
    assert set(found) == set(registry)
    assert found["condition.if"]["ports"] == ["true", "false"]
    assert found["condition.if"]["schema"]["properties"]["condition"]["x-expression"] == "bool"


def test_a_draft_is_tried_and_nothing_is_kept(api, app, tenant, database):
    one = f"/api/v1/workflows/{make_workflow(app, tenant)}"
    tried = api.post(f"{one}/test-runs", json={"trigger": "order", "sample": ORDER})
    assert (tried.status_code, tried.json["state"]) == (200, "succeeded"), tried.json
    assert [(step["node"], step["port"]) for step in tried.json["steps"]] == [
        ("order", "next"),
        ("large", "true"),
        ("call", "next"),
    ]
    with database.unit(tenant.id) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Run)) == 0
    small = {"order": {"id": "1", "total": 1.0}}
    sent = api.post(f"{one}/test-runs", json={"document": refunds(), "trigger": "order", "sample": small})
    assert [step["node"] for step in sent.json["steps"]] == ["order", "large"]


def test_what_cannot_be_tried_is_named(api, app, tenant):
    one = f"/api/v1/workflows/{make_workflow(app, tenant)}/test-runs"
    unknown = api.post(one, json={"trigger": "nothing"})
    assert (unknown.status_code, unknown.json["errors"][0]["path"]) == (422, "trigger")
    live = api.post(one, json={"trigger": "order", "sample": ORDER, "live": ["nothing"]})
    assert (live.status_code, live.json["errors"][0]["path"]) == (422, "live")
    document = refunds(nodes=[{"key": "a", "type": "code.shell", "name": "A"}], edges=[])
    bad = api.post(one, json={"document": document, "trigger": "a"})
    assert (bad.status_code, bad.json["errors"][0]["path"]) == (422, "document.nodes.0.type")


def test_a_workspaces_own_templates_by_the_api(api, app, tenant, caller):
    workflow = f"/api/v1/workflows/{make_workflow(app, tenant)}"
    too_large = api.get(f"{workflow}/askable?number={2**63}")
    assert (too_large.status_code, too_large.json["errors"][0]["path"]) == (422, "number")
    [asked] = [one["key"] for one in api.get(f"{workflow}/askable").json["data"] if one["value"] == 400.0]
    body = {"name": "Refunds", "value": "Asks the ERP.", "category": "Payments", "asked": {asked: "Ask above"}}
    assert caller("auditor").post(f"{workflow}/templates", json=body).status_code == 403
    kept = api.post(f"{workflow}/templates", json=body).json
    assert (kept["number"], kept["archived"]) == (1, False)
    assert api.get(URL).json["data"][0]["slug"] == kept["slug"]
    slug = kept["slug"]
    made = "/api/v1/workflows/" + api.post(f"{URL}/{slug}/workflows", json={}).json["id"]
    assert api.get(f"{made}/template-update").status_code == 404
    api.put(f"{workflow}/draft", json={"revision": 1, "document": refunds(description="Newer.")})
    assert api.post(f"{workflow}/templates", json={**body, "template": kept["slug"]}).json["number"] == 2
    news = api.get(f"{made}/template-update").json
    assert (news["number"], news["changes"]) == (2, ["Its description changed"])
    taken = api.post(f"{made}/template-update", json={"revision": news["revision"]}).json
    assert taken["document"]["description"] == "Newer."
    assert api.delete(f"{made}/template-update").status_code == 404

    own = f"/api/v1/own-templates/{kept['slug'].removeprefix('own-')}"
    file = api.get(f"{own}/file")
    again = api.post(f"{URL}/import", data=file.data, content_type="application/json")
    assert (again.status_code, again.json["name"]) == (201, "Refunds")
    large = api.post(f"{URL}/import", data=b" " * 10_000_000, content_type="application/json")
    assert large.status_code == 413
    assert api.delete(own).status_code == 204
    assert [one["slug"] for one in api.get(f"{URL}?archived=true").json["data"]] == [kept["slug"]]
    assert api.post(f"{own}/bring-back").json["archived"] is False
    assert {one["slug"] for one in api.get(f"{URL}?needs=flag").json["data"]} < {one.slug for one in templates()}
