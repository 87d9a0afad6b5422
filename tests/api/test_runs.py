"""Runs by the API: start, look, signal, cancel, run again, annotate; and a workflow's events."""

import pytest

from studio.api.v1.resources import run_views
from studio.contract.node import registry
from studio.core.ids import new_id
from studio.runtime.models import Blob, Run, Step
from studio.runtime.outcomes import Lane
from tests.factories.accounts import signed_in
from tests.factories.runs import make_run
from tests.factories.workflows import make_workflow

DOCUMENT = {
    "schema": "studio.workflow/1",
    "name": "Parcels",
    "nodes": [
        {
            "key": "by_hand", "type": "trigger.manual", "name": "By hand",
            "config": {"fields": [{"name": "order", "label": "Order"}, {"name": "pieces", "type": "number"}]},
        },
        {
            "key": "set", "type": "data.set", "name": "Remember",
            "config": {"fields": [{"name": "seen", "value": "trigger.order"}]},
        },
        {
            "key": "parcel", "type": "flow.wait_signal", "name": "Wait for the parcel",
            "config": {"name": "parcel-shipped", "key": "{{ trigger.order }}"},
        },
    ],
    "edges": [
        {"from": "by_hand", "port": "next", "to": "set"},
        {"from": "set", "port": "next", "to": "parcel"},
    ],
}  # fmt: skip
DATA = {"data": {"order": "6021", "pieces": 2}}


@pytest.fixture
def workflow(app, tenant) -> str:
    return f"/api/v1/workflows/{make_workflow(app, tenant, DOCUMENT, published=True)}"


@pytest.fixture
def drain(app):
    return lambda: app.extensions["studio_engine"].executor.drain(Lane.MAIN)


def test_start_wait_signal_succeed(api, workflow, drain):
    started = api.post(f"{workflow}/runs", json=DATA)
    assert (started.status_code, started.json["state"], started.json["trigger"]) == (201, "queued", "by_hand")
    one = f"/api/v1/runs/{started.json['id']}"
    drain()
    waiting = api.get(one).json
    assert (waiting["state"], waiting["waiting_for"]) == ("waiting", "signal")
    assert waiting["input"] == DATA["data"]
    signal = "/api/v1/signals/parcel-shipped"
    assert api.post(signal, json={"key": "other"}).json == {"heard": 0}
    sent = {"key": "6021", "payload": {"tracking": "JD0002"}}
    assert api.post(signal, json=sent).json == {"heard": 1}
    assert api.post(signal, json=sent).json == {"heard": 0}
    drain()
    done = api.get(one).json
    assert done["state"] == "succeeded"
    steps = {step["node"]: step for step in done["steps"]}
    assert steps["parcel"]["output"] == {"received": True, "payload": {"tracking": "JD0002"}}
    assert (steps["parcel"]["port"], steps["set"]["state"]) == ("received", "succeeded")


def test_the_form_of_the_trigger_is_checked(api, workflow):
    refused = api.post(f"{workflow}/runs", json={"data": {"pieces": "many"}})
    assert (refused.status_code, refused.json["code"]) == (422, "form.invalid")
    assert [one["path"] for one in refused.json["errors"]] == ["data.order", "data.pieces"]
    for data in ([], "6021", None, 7):
        refused = api.post(f"{workflow}/runs", json={"data": data})
        assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "data"), data
    refused = api.post(f"{workflow}/runs", json={"trigger": "nothing", **DATA})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "trigger")
    assert api.get("/api/v1/runs").json["data"] == []


def test_a_workflow_that_is_off_starts_nothing(api, workflow):
    api.post(f"{workflow}/disable")
    refused = api.post(f"{workflow}/runs", json=DATA)
    assert (refused.status_code, refused.json["code"]) == (409, "workflow.off")


def test_cancel_ends_a_run_once(api, workflow, drain):
    one = f"/api/v1/runs/{api.post(f'{workflow}/runs', json=DATA).json['id']}"
    drain()
    ended = api.post(f"{one}/cancel", json={"reason": "withdrawn"})
    assert (ended.status_code, ended.json["state"]) == (200, "cancelled")
    again = api.post(f"{one}/cancel", json={})
    assert (again.status_code, again.json["code"]) == (409, "run.ended")
    assert api.post("/api/v1/signals/parcel-shipped", json={"key": "6021"}).json == {"heard": 0}


def test_run_again_from_a_step(api, workflow, drain):
    first = api.post(f"{workflow}/runs", json=DATA).json
    drain()
    going = api.post(f"/api/v1/runs/{first['id']}/rerun", json={})
    assert (going.status_code, going.json["code"]) == (409, "run.going")
    api.post(f"/api/v1/runs/{first['id']}/cancel", json={})
    unknown = api.post(f"/api/v1/runs/{first['id']}/rerun", json={"from_step": "nothing"})
    assert (unknown.status_code, unknown.json["errors"][0]["path"]) == (422, "from_step")
    again = api.post(f"/api/v1/runs/{first['id']}/rerun", json={"from_step": "parcel", "version": "newest"})
    assert (again.status_code, again.json["rerun_of"], again.json["rerun_from"]) == (201, first["id"], "parcel")
    assert api.get(f"/api/v1/runs/{first['id']}").json["reruns"] == [again.json["id"]]


def test_notes(api, app, tenant):
    one = f"/api/v1/runs/{make_run(app, tenant)}/notes"
    made = api.post(one, json={"text": "The carrier confirmed it."})
    assert (made.status_code, made.json["author"]) == (201, f"Test ({tenant['owner'].name})")
    assert [note["text"] for note in api.get(one).json["data"]][1:] == ["The carrier confirmed it."]
    assert len(api.get(f"{one}?limit=1").json["data"]) == 1
    for text, code in ((" \n", "body.invalid"), ("x" * 4_001, "body.bounds")):
        refused = api.post(one, json={"text": text})
        assert (refused.status_code, refused.json["errors"][0]["path"], refused.json["errors"][0]["code"]) == (
            422, "text", code,
        )  # fmt: skip
    browser = signed_in(app, tenant.id, tenant["owner"])
    page = f"/runs/{one.split('/')[-2]}"
    told = browser.post(f"{page}/notes", data={"text": "x" * 4_001}, follow_redirects=True).text
    assert "cannot be longer than 4000 characters" in told
    unknown = api.put("/api/v1/workspace/retention", json={"workflows": {"x": {"failed": 9}}})
    assert unknown.json["detail"] == "This is no id."


def test_the_list_is_filtered_and_paged(api, app, tenant, workflow):
    failed = str(make_run(app, tenant))
    ours = [api.post(f"{workflow}/runs", json={"data": {"order": str(n), "pieces": n}}).json["id"] for n in range(4)]

    def ids(**query) -> list[str]:
        return [row["id"] for row in api.get("/api/v1/runs", query_string=query).json["data"]]

    assert ids(workflow_id=workflow.rsplit("/", 1)[1]) == ours[::-1]
    assert ids(state="failed") == [failed]
    assert ids(state=["failed", "queued"], limit=2) == ours[:1:-1]
    assert ids(q=tenant.name) == [failed]
    assert ids(since="2100-01-01T00:00:00Z") == []
    first = api.get("/api/v1/runs?limit=4").json
    rest = api.get("/api/v1/runs", query_string={"limit": 4, "cursor": first["next_cursor"]}).json
    assert ([row["id"] for row in rest["data"]], rest["next_cursor"]) == ([failed], None)
    assert rest["data"][0]["error"]["code"] == "test.refused"


def test_events_of_a_workflow(api, workflow):
    run = api.post(f"{workflow}/runs", json=DATA).json
    [event] = api.get(f"{workflow}/events").json["data"]
    assert (event["verdict"], event["run_id"], event["type"]) == ("started", run["id"], "trigger.manual")


def test_a_run_in_doubt_goes_on_as_somebody_says(api, app, tenant):
    run_id = make_run(app, tenant)
    with app.extensions["studio_database"].unit(tenant.id) as unit:
        unit.session.get(Run, run_id).state = "needs_review"
        [step] = unit.session.query(Step).filter(Step.run_id == run_id)
        step.state = "needs_review"
    one = f"/api/v1/runs/{run_id}"
    assert api.post(f"{one}/settle", json={"finding": "perhaps"}).status_code == 422
    settled = api.post(f"{one}/settle", json={"finding": "arrived"})
    assert (settled.status_code, settled.json["state"]) == (200, "queued")
    assert settled.json["steps"][0]["state"] == "succeeded"
    again = api.post(f"{one}/settle", json={"finding": "arrived"})
    assert (again.status_code, again.json["code"]) == (409, "run.not_stuck")


@pytest.fixture
def large_run(app, tenant):
    """A run that received a forged mark, with three steps; the middle one gave very much."""
    run_id, ids = make_run(app, tenant), [new_id() for _ in range(3)]
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        uow.session.get_one(Run, run_id).input = {"$blob": "no id at all"}
        blob = Blob(id=new_id(), run_id=run_id, data={"text": "x" * 50_000})
        uow.session.add(blob)
        for step_id, output in zip(ids, ["small", {"$blob": str(blob.id), "bytes": 50_000}, "last"], strict=True):
            uow.session.add(
                Step(id=step_id, run_id=run_id, node_key="call", type="action.http", state="succeeded", input={"a": 1},
                     output=output, attempt=ids.index(step_id) + 2, started_at=uow.now, finished_at=uow.now)
            )  # fmt: skip
    return f"/api/v1/runs/{run_id}", [str(step_id) for step_id in ids]


def test_a_run_shows_what_its_steps_gave(api, large_run):
    one, ids = large_run
    found = api.get(one).json
    steps = {step["id"]: step for step in found["steps"]}
    assert found["input"] == {"$blob": "no id at all"}
    assert [steps[one]["output"] for one in ids] == ["small", {"text": "x" * 50_000}, "last"]
    assert not any(step["payloads_left_out"] for step in steps.values())


def test_more_than_an_answer_carries_is_read_step_by_step(api, large_run, monkeypatch):
    monkeypatch.setattr(run_views, "INLINE_BYTES", 10_000)
    one, ids = large_run
    steps = {step["id"]: step for step in api.get(one).json["steps"]}
    assert [(steps[one]["output"], steps[one]["payloads_left_out"]) for one in ids] == [
        ("small", False), (None, True), (None, True),
    ]  # fmt: skip
    whole = api.get(f"{one}/steps/{ids[1]}").json
    assert (whole["output"], whole["input"], whole["payloads_left_out"]) == ({"text": "x" * 50_000}, {"a": 1}, False)
    assert api.get(f"{one}/steps/{new_id()}").status_code == 404


def test_runs_are_found_by_labels_and_a_filter_that_is_none_is_named(api, app, tenant, drain):
    mark = {"key": "mark", "type": "run.label", "name": "Mark", "config": {
        "label": "order", "value": "{{ trigger.order }}",
    }}  # fmt: skip
    edges = [{"from": "by_hand", "port": "next", "to": "mark"}]
    document = {**DOCUMENT, "nodes": [DOCUMENT["nodes"][0], mark], "edges": edges}
    workflow_id = make_workflow(app, tenant, document, published=True)
    started = api.post(f"/api/v1/workflows/{workflow_id}/runs", json=DATA).json["id"]
    api.post(f"/api/v1/workflows/{workflow_id}/runs", json={"data": {"order": "7", "pieces": 1}})
    drain()
    found = api.get(f"/api/v1/runs?label=order:6021&workflow_id={workflow_id}&version=1").json["data"]
    assert [(one["id"], one["state"], one["version"]) for one in found] == [(started, "succeeded", 1)]
    assert api.get(f"/api/v1/runs/{started}").json["labels"] == {"order": "6021"}
    for query, field in (("label=order", "label"), ("version=1", "version"), (f"cursor={new_id()}", "cursor")):
        refused = api.get(f"/api/v1/runs?{query}")
        assert refused.status_code == 422
        assert [one["path"] for one in refused.json["errors"]] == [field], refused.json


class TestPlan:
    """What would happen is said first."""

    def test_the_plan_changes_nothing_and_is_run_under_its_hash(self, api, workflow, drain):
        first = api.post(f"{workflow}/runs", json=DATA).json["id"]
        drain()
        api.post(f"/api/v1/runs/{first}/cancel", json={})
        one = f"/api/v1/runs/{first}/rerun"
        wish = {"from_step": "parcel", "data": {"order": "6022", "pieces": 1}}
        said = api.post(f"{one}/plan", json=wish).json
        assert (said["possible"], said["problems"], said["version"]) == (True, [], 1)
        assert {line["step"]: line["fate"] for line in said["steps"]}["set"] == "kept"
        assert api.get(f"/api/v1/runs/{first}").json["reruns"] == []
        stale = api.post(one, json={**wish, "plan": "0" * 64})
        assert (stale.status_code, stale.json["code"]) == (409, "rerun.plan_changed")
        made = api.post(one, json={**wish, "plan": said["hash"]})
        assert (made.status_code, made.json["input"]) == (201, {"order": "6022", "pieces": 1})

    @pytest.mark.parametrize(
        ("wish", "path"),
        [
            ({"from_step": "parcel", "path": "0"}, "path"),
            ({"data": {"order": "6021", "pieces": "many"}}, "data.pieces"),
            ({"skip": [{"step": "nothing"}]}, "give.0.step"),
            ({"settle": [{"step": "parcel", "finding": "arrived"}]}, "settle.0"),
            ({"path": "first"}, "path"),
            ({"plan": "short"}, "plan"),
        ],
    )
    def test_what_cannot_be_is_said_by_field_and_starts_nothing(self, api, workflow, drain, wish, path):
        first = api.post(f"{workflow}/runs", json=DATA).json["id"]
        drain()
        api.post(f"/api/v1/runs/{first}/cancel", json={})
        refused = api.post(f"/api/v1/runs/{first}/rerun", json=wish)
        assert (refused.status_code, [one["path"] for one in refused.json["errors"]]) == (422, [path])
        assert len(api.get("/api/v1/runs").json["data"]) == 1

    def test_a_version_whose_step_is_retired_is_refused_and_the_newest_without_it_runs(
        self, api, app, tenant, workflow, drain, monkeypatch
    ):  # fmt: skip
        first = api.post(f"{workflow}/runs", json=DATA).json["id"]
        drain()
        api.post(f"/api/v1/runs/{first}/cancel", json={})
        draft = api.get(f"{workflow}/draft").json
        document = {**DOCUMENT, "nodes": [DOCUMENT["nodes"][0], DOCUMENT["nodes"][2]],
                    "edges": [{"from": "by_hand", "port": "next", "to": "parcel"}]}  # fmt: skip
        saved = api.put(f"{workflow}/draft", json={"document": document, "revision": draft["revision"]})
        assert saved.status_code == 200, saved.json
        assert api.post(f"{workflow}/publish", json={"revision": saved.json["revision"], "note": ""}).status_code < 300
        monkeypatch.delitem(registry, "data.set")
        app.extensions["studio_engine"].versions._kept.clear()
        one = f"/api/v1/runs/{first}/rerun"
        for address in (one, f"{one}/plan"):
            refused = api.post(address, json={"from_step": "parcel"})
            assert (refused.status_code, refused.json["code"]) == (422, "rerun.retired_type")
            assert refused.json["errors"][0]["path"] == "version"
        assert len(api.get("/api/v1/runs").json["data"]) == 1
        assert api.get(f"/api/v1/runs/{first}").status_code == 200
        made = api.post(one, json={"from_step": "parcel", "version": "newest"})
        assert made.status_code == 201, made.json
        drain()
        assert api.get(f"/api/v1/runs/{made.json['id']}").json["waiting_for"] == "signal"
