"""The editor's calls: two tabs, bad form, problems, other tenants, other seats."""

import pytest

from studio.core.unit_of_work import Database
from studio.runtime.models import Workflow
from tests.builder.conftest import Api
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.workflows import make_workflow, refunds

one_store = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def test_a_save_gives_the_next_revision_and_what_is_wrong(api: Api):
    document = refunds()
    document["nodes"][1]["config"]["condition"] = "trigger.order.totl > 400.0"
    answer = api.save(1, document)
    assert answer.status_code == 200
    assert answer.json["revision"] == 2
    assert answer.json["changed"] is True
    assert [problem["node"] for problem in answer.json["problems"]] == ["large"]
    assert answer.json["node_info"]["large"]["ports"] == ["true", "false"]
    assert answer.json["node_info"]["call"]["summary"] == "POST erp.example.com"


def test_the_slower_of_two_tabs_gets_what_is_there_and_loses_nothing(api: Api, browser, tenant):
    other = Api(browser("admin"), api.workflow_id)
    assert other.save(1, refunds(name="Theirs")).status_code == 200
    answer = api.save(1, refunds(name="Mine"))
    assert answer.status_code == 409
    assert answer.json["code"] == "draft.conflict"
    current = answer.json["current"]
    assert current["revision"] == 2
    assert current["document"]["name"] == "Theirs"
    assert current["by"] == tenant["admin"].name
    assert current["at"]
    assert api.save(2, refunds(name="Mine")).json["revision"] == 3


def test_two_first_saves_do_not_both_win(app, tenant, browser):
    """A workflow that was made without the builder has no draft row yet."""
    database = app.extensions["studio_database"]
    with database.unit(tenant.id, tenant["builder"].actor) as uow:
        from studio.runtime.service import workflows  # noqa: PLC0415 - only here

        workflow_id = workflows.create(uow, "Bare").id
    first, second = Api(browser(), workflow_id), Api(browser("admin"), workflow_id)
    assert first.save(0, refunds()).json["revision"] == 1
    assert second.save(0, refunds()).status_code == 409


def test_layout_alone_is_no_change(app, tenant, browser):
    api = Api(browser(), make_workflow(app, tenant, published=True))
    document = refunds()
    document["nodes"][0]["position"] = {"x": 500, "y": 12.5}
    assert api.save(1, document).json["changed"] is False
    document["nodes"][2]["config"]["method"] = "PUT"
    assert api.save(2, document).json["changed"] is True


BAD_FORM = {
    "not an object": ([], "document.not_object", "document"),
    "no schema": ({"name": "x"}, "document.required", "schema"),
    "unknown field": (refunds(colour="red"), "document.unknown_field", "colour"),
    "unknown type": (
        refunds(nodes=[{"key": "a", "type": "action.teleport", "name": "A"}], edges=[]),
        "document.unknown_type",
        "nodes.0.type",
    ),
    "same key twice": (
        refunds(nodes=[{"key": "a", "type": "flow.join", "name": "A"}] * 2, edges=[]),
        "document.duplicate_key",
        "nodes.1.key",
    ),
    "edge to nowhere": (
        refunds(edges=[{"from": "order", "port": "next", "to": "nobody"}]),
        "document.unknown_step",
        "edges.0.to",
    ),
    "a name of the wrong kind": (refunds(name=7), "document.type", "name"),
}


@one_store
@pytest.mark.parametrize("case", BAD_FORM)
def test_bad_form_is_refused_with_its_field_and_changes_nothing(api: Api, case):
    document, code, path = BAD_FORM[case]
    answer = api.save(1, document)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert (answer.json["errors"][0]["code"], answer.json["errors"][0]["path"]) == (code, path)
    assert api.save(1, refunds()).status_code == 200, "the revision is still the first"


def nested(levels: int) -> dict:
    value: object = 1
    for _ in range(levels):
        value = [value]
    document = refunds()
    document["nodes"][0]["config"]["sample"] = value
    return document


@one_store
@pytest.mark.parametrize("levels", [80, 900, 5_000, 100_000])
def test_deep_nesting_is_refused_in_words(api: Api, levels):
    text = '{"revision": 1, "document": ' + "[" * levels + "]" * levels + "}"
    answer = api.client.put(f"{api.base}/draft", data=text, content_type="application/json")
    assert answer.status_code == 422
    if levels <= 900:
        assert api.save(1, nested(levels)).json["code"] == "document.too_deep"


@one_store
def test_an_oversized_document_is_refused(api: Api):
    document = refunds()
    document["nodes"][0]["config"]["sample"] = "x" * 2_000_000
    assert api.save(1, document).json["code"] == "document.too_large"
    document["nodes"][0]["config"]["sample"] = "x" * 5_000_000
    assert api.save(1, document).status_code == 413


@one_store
@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"revision": "1", "document": {}}', '{"revision": -1}'])
def test_a_body_of_another_form_is_refused(api: Api, text):
    answer = api.client.put(f"{api.base}/draft", data=text, content_type="application/json")
    assert answer.status_code == 422


@one_store
def test_problems_do_not_keep_a_draft_from_being_saved_but_from_being_published(api: Api):
    document = refunds()
    document["edges"].append({"from": "call", "port": "next", "to": "large"})
    document["nodes"][2]["config"]["url"] = "{{ nonsense( }}"
    assert api.save(1, document).status_code == 200
    answer = api.post("/publish", {"revision": 2, "note": ""})
    assert (answer.status_code, answer.json["code"]) == (422, "workflow.problems")
    codes = {error["code"] for error in answer.json["errors"]}
    assert "graph.cycle" in codes
    assert "expression.syntax" in codes
    assert all(error["path"] for error in answer.json["errors"])
    assert api.get("/versions").json == {"versions": []}


def test_publish_needs_the_revision_that_was_seen(api: Api):
    api.save(1, refunds(name="Newer"))
    assert api.post("/publish", {"revision": 1, "note": ""}).status_code == 409
    answer = api.post("/publish", {"revision": 2, "note": "Ask above 400"})
    assert answer.json["version"] == 1
    assert "/hooks/" in answer.json["node_info"]["order"]["address"]
    assert answer.json["node_info"]["order"]["curl"].startswith("curl -X POST http")
    (version,) = api.get("/versions").json["versions"]
    assert (version["number"], version["note"], version["current"]) == (1, "Ask above 400", True)


def test_an_old_version_becomes_the_draft_again(api: Api):
    api.post("/publish", {"revision": 1})
    other = refunds()
    other["nodes"][1]["config"]["condition"] = "trigger.order.total > 900.0"
    api.save(1, other)
    changes = api.get("/changes").json["changes"]
    assert [change["node"] for change in changes] == ["large"]
    assert "900" in changes[0]["text"]
    assert api.post("/versions/1/restore", {"revision": 1}).status_code == 409
    answer = api.post("/versions/1/restore", {"revision": 2})
    assert answer.json["revision"] == 3
    assert answer.json["document"]["nodes"][1]["config"] == {"condition": "trigger.order.total > 400.0"}
    assert api.get("/changes").json == {"changes": []}
    assert api.post("/versions/9/restore", {"revision": 3}).status_code == 404
    assert api.post("/versions/x/restore", {"revision": 3}).status_code == 404


def test_off_and_on(api: Api):
    assert api.post("/enabled", {"enabled": True}).status_code == 422
    api.post("/publish", {"revision": 1})
    assert api.post("/enabled", {"enabled": False}).json == {"enabled": False}
    assert api.post("/enabled", {"enabled": True}).json == {"enabled": True}


def test_another_tenants_workflow_does_not_exist(api: Api, app, database: Database):
    other = make_tenant(database)
    stranger = Api(signed_in(app, other.id, other["owner"]), api.workflow_id)
    assert stranger.save(1, refunds(name="Taken over")).status_code == 404
    assert stranger.get("/versions").status_code == 404
    assert stranger.post("/publish", {"revision": 1}).status_code == 404
    assert stranger.client.get(f"/workflows/{api.workflow_id}/edit").status_code == 404
    with database.unit(other.id) as uow:
        assert uow.session.get(Workflow, api.workflow_id) is None


@one_store
@pytest.mark.parametrize(
    ("role", "reads", "writes"), [("approver", 403, 403), ("auditor", 200, 403), ("admin", 200, 200)]
)
def test_seats(api: Api, browser, role, reads, writes):
    theirs = Api(browser(role), api.workflow_id)
    assert theirs.get("/changes").status_code == reads
    assert theirs.save(1, refunds()).status_code == writes
    assert theirs.client.get(f"/workflows/{api.workflow_id}/edit").status_code == writes


def test_the_editors_page_carries_all_it_needs(api: Api):
    page = api.client.get(f"/workflows/{api.workflow_id}/edit").text
    assert '<div id="editor">' in page
    for part in ('"node_types"', '"trigger.webhook"', '"revision": 1', '"can_publish": true', '/shadows"', '"csrf"'):
        assert part in page
    assert "</script><" not in page.split('id="boot">')[1].split("</script>")[0]


def test_a_new_workflow_opens_its_empty_canvas(browser):
    client = browser()
    answer = client.post("/workflows/new")
    assert answer.status_code == 302
    assert '"nodes": []' in client.get(answer.location).text
