"""Workflows by the API: from nothing to a published version and back to a file."""

import json

import pytest

from tests.factories.workflows import make_workflow, refunds

BASE = "/api/v1/workflows"


@pytest.fixture
def workflow(app, tenant) -> str:
    """A workflow with a draft of revision 1, never published."""
    return f"{BASE}/{make_workflow(app, tenant)}"


@pytest.fixture
def published(app, tenant) -> str:
    return f"{BASE}/{make_workflow(app, tenant, published=True)}"


def test_from_nothing_to_a_published_version(api):
    made = api.post(BASE, json={"name": "Refunds", "description": "Asks first."})
    assert (made.status_code, made.json["published_version"], made.json["enabled"]) == (201, None, False)
    one = f"{BASE}/{made.json['id']}"
    draft = api.get(f"{one}/draft").json
    assert draft["document"]["name"] == "Refunds"
    assert draft["document"]["description"] == "Asks first."
    saved = api.put(f"{one}/draft", json={"revision": draft["revision"], "document": refunds()})
    assert saved.status_code == 200, saved.json
    assert saved.json["revision"] == draft["revision"] + 1
    checked = api.post(f"{one}/check", json={})
    assert checked.json == {"publishable": True, "problems": []}
    version = api.post(f"{one}/publish", json={"revision": saved.json["revision"], "note": "First"})
    assert version.status_code == 201, version.json
    assert (version.json["number"], version.json["current"], version.json["note"]) == (1, True, "First")
    now = api.get(one).json
    assert (now["name"], now["enabled"], now["published_version"]) == (refunds()["name"], True, 1)
    assert api.get(f"{one}/draft").json["changed"] is False


def test_a_version_is_staged_widened_and_taken_to_everybody_or_back(api, published):
    stage = f"{published}/stage"
    assert api.get(stage).status_code == 404
    for colder in ("Colder", "Colder still"):
        draft = api.get(f"{published}/draft").json
        document = draft["document"] | {"description": colder}
        seen = api.put(f"{published}/draft", json={"revision": draft["revision"], "document": document}).json
        wish = {"revision": seen["revision"], "note": colder, "share": 10, "min_runs": 30, "points": 5}
        refused = api.post(stage, json=wish | {"share": 100})
        assert refused.status_code == 422
        begun = api.post(stage, json=wish)
        assert (begun.status_code, begun.json["share"], begun.json["ended_at"]) == (201, 10, None)
        again = api.post(stage, json=wish)
        assert (again.status_code, again.json["code"]) == (409, "stage.going_on")
        assert api.patch(stage, json={"share": 60}).json["share"] == 60
        verb, outcome = ("take", "taken") if colder == "Colder" else ("back", "back")
        ended = api.post(f"{stage}/{verb}").json
        assert (ended["outcome"], ended["new"]["number"], ended["old"]["number"]) == (
            outcome, api.get(stage).json["new"]["number"], ended["new"]["number"] - 1
        )  # fmt: skip
        none = api.post(f"{stage}/{verb}")
        assert (none.status_code, none.json["code"]) == (409, "stage.none")
    assert api.get(published).json["published_version"] == 2


def test_the_list_is_filtered_and_paged(api, app, tenant):
    for number in range(5):
        make_workflow(app, tenant, refunds(name=f"Flow {number}"), published=number == 3)
    first = api.get(BASE, query_string={"limit": 2}).json
    assert [row["name"] for row in first["data"]] == ["Flow 4", "Flow 3"]
    second = api.get(BASE, query_string={"limit": 3, "cursor": first["next_cursor"]}).json
    assert [row["name"] for row in second["data"]] == ["Flow 2", "Flow 1", "Flow 0"]
    assert second["next_cursor"] is None
    assert [row["name"] for row in api.get(BASE, query_string={"q": "flow 2"}).json["data"]] == ["Flow 2"]
    assert [row["name"] for row in api.get(BASE, query_string={"enabled": "true"}).json["data"]] == ["Flow 3"]


def test_rename_and_describe(api, workflow):
    changed = api.patch(workflow, json={"name": "Large refunds", "description": "New words."})
    assert (changed.json["name"], changed.json["description"]) == ("Large refunds", "New words.")
    document = api.get(f"{workflow}/draft").json["document"]
    assert (document["name"], document["description"]) == ("Large refunds", "New words.")


def test_an_archived_workflow_is_gone(api, published):
    assert api.delete(published).status_code == 204
    assert api.get(published).status_code == 404
    assert api.get(BASE).json["data"] == []


def test_problems_of_a_document_are_named_below_it(api, workflow):
    document = refunds()
    document["nodes"][2]["colour"] = "red"
    refused = api.put(f"{workflow}/draft", json={"revision": 1, "document": document})
    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    assert [one["path"] for one in refused.json["errors"]] == ["document.nodes.2.colour"]
    del document["nodes"][2]["colour"]
    document["nodes"][2]["config"]["url"] = ""
    assert api.put(f"{workflow}/draft", json={"revision": 1, "document": document}).status_code == 200
    refused = api.post(f"{workflow}/publish", json={"revision": 2})
    assert (refused.status_code, refused.json["code"]) == (422, "workflow.problems")
    assert "document.nodes.2.config.url" in [one["path"] for one in refused.json["errors"]]
    found = api.post(f"{workflow}/check", json={"document": document}).json
    assert found["publishable"] is False
    assert found["problems"][0]["node"] == "call"
    assert api.get(workflow).json["published_version"] is None


def test_the_slower_of_two_is_refused(api, workflow):
    assert api.put(f"{workflow}/draft", json={"revision": 1, "document": refunds()}).status_code == 200
    refused = api.put(f"{workflow}/draft", json={"revision": 1, "document": refunds()})
    assert (refused.status_code, refused.json["code"]) == (409, "draft.conflict")


def test_versions_are_listed_read_and_restored(api, published):
    revision = 1
    for number in range(2, 5):
        document = refunds(description=f"Number {number}")
        revision = api.put(f"{published}/draft", json={"revision": revision, "document": document}).json["revision"]
        assert api.post(f"{published}/publish", json={"revision": revision}).json["number"] == number
    first = api.get(f"{published}/versions", query_string={"limit": 3}).json
    assert [(row["number"], row["current"]) for row in first["data"]] == [(4, True), (3, False), (2, False)]
    rest = api.get(f"{published}/versions", query_string={"cursor": first["next_cursor"]}).json
    assert ([row["number"] for row in rest["data"]], rest["next_cursor"]) == ([1], None)
    assert api.get(f"{published}/versions/2").json["document"]["description"] == "Number 2"
    assert api.get(f"{published}/versions/9").status_code == 404
    restored = api.post(f"{published}/versions/2/restore", json={"revision": revision})
    assert restored.json["document"]["description"] == "Number 2"


def test_on_and_off(api, published, workflow):
    assert api.post(f"{published}/disable").json["enabled"] is False
    assert api.post(f"{published}/enable").json["enabled"] is True
    refused = api.post(f"{workflow}/enable")
    assert (refused.status_code, refused.json["code"]) == (422, "not_published")


ODD = refunds(
    name="Überweisung: “Ümläute” 🎈",
    description="a: b\n - c # no comment\nno\n1_000\n2026-01-01\n",
    settings={"max_steps": 7, "title": "{{ trigger.order.id }}"},
)
ODD["nodes"][0]["config"]["sample"] = {
    "texts": ["yes", "no", "on", "~", "null", "1e3", "0x10", "", " lead", "line\u2028sep", "tab\t"],
    "numbers": [1, 1.0, -0.5, 1e21, 9007199254740991, 1e-7],
    "empty": [{}, [], None, True, False],
    "z first": 1,
    "a second": 2,
}


@pytest.mark.parametrize("kind", ["application/json", "application/yaml"])
def test_export_and_import_are_exact(api, kind):
    sent = json.dumps(ODD).encode()
    made = api.post(f"{BASE}/import", data=sent, content_type="application/json")
    assert made.status_code == 201, made.json
    out = api.get(f"{BASE}/{made.json['id']}/export", headers={"Accept": kind})
    assert out.mimetype == kind
    assert out.headers["Content-Disposition"].startswith("attachment")
    again = api.post(f"{BASE}/import", data=out.data, content_type=kind)
    assert again.status_code == 201, again.json
    assert json.dumps(api.get(f"{BASE}/{again.json['id']}/draft").json["document"]) == json.dumps(ODD)
    assert api.get(f"{BASE}/{again.json['id']}/export", headers={"Accept": kind}).data == out.data


def test_a_version_is_exported_too(api, published):
    out = api.get(f"{published}/export", query_string={"version": 1})
    assert json.loads(out.data) == refunds()
    assert api.get(f"{published}/export", query_string={"version": 2}).status_code == 404


def test_a_bad_import_makes_nothing(api):
    for data, kind, status, code in (
        (b"{", "application/json", 422, "document.not_json"),
        (b"a: &x 1\nb: *x", "application/yaml", 422, "document.alias"),
        (b"{}", "text/plain", 415, "body.content_type"),
        (json.dumps(refunds(nodes=[{"key": "a", "type": "code.shell", "name": "A"}], edges=[])).encode(),
         "application/json", 422, "document.unknown_type"),
    ):  # fmt: skip
        refused = api.post(f"{BASE}/import", data=data, content_type=kind)
        assert (refused.status_code, refused.json["code"]) == (status, code)
    assert api.get(BASE).json["data"] == []


def test_triggers_show_their_address_to_those_who_may_edit(api, caller, published):
    found = api.get(f"{published}/triggers").json["data"]
    assert [(one["key"], one["type"], one["active"]) for one in found] == [("order", "trigger.webhook", True)]
    assert "/hooks/" in found[0]["address"]
    reader = caller("auditor", ["workflows:read"])
    assert reader.get(f"{published}/triggers").json["data"][0]["address"] is None
    rotated = api.post(f"{published}/triggers/order/rotate")
    assert rotated.json["address"] != found[0]["address"]
    assert api.post(f"{published}/triggers/nothing/rotate").status_code == 404
    path = rotated.json["address"].split("/hooks/")[1]
    order = {"order": {"id": "1", "total": 1.0}}
    assert api.post(f"/hooks/{path}", json=order).status_code == 202
