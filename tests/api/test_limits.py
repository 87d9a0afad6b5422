"""What all workflows of a workspace may do together, by the API and on its page."""

import re

import pytest
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.runtime.models import Run, TriggerSubscription
from tests.factories.accounts import signed_in
from tests.factories.workflows import make_workflow, refunds

NONE = {"at_once": None, "starts": None, "per_s": None}
SOME = {"at_once": 20, "starts": 600, "per_s": 60}
AT = "/api/v1/workspace/limits"


@pytest.fixture
def controls(database, tenant):
    def read():
        with database.unit(tenant.id, read_only=True) as uow:
            return list(uow.session.scalars(select(TriggerSubscription.control)))

    return read


def test_they_are_set_read_and_lifted_and_every_trigger_knows(app, api, tenant, controls, database):
    make_workflow(app, tenant, refunds(settings={"at_once": {"limit": 1}}), published=True)
    assert api.get(AT).json == NONE
    assert api.put(AT, json=SOME).json == SOME == api.get(AT).json
    make_workflow(app, tenant, refunds(), published=True)  # published after it, and marked all the same
    assert [control["workspace"] for control in controls()] == [True, True]
    assert api.put(AT, json={"at_once": 3}).json == NONE | {"at_once": 3}
    assert api.put(AT, json={}).json == NONE
    assert sorted(controls(), key=str) == [None, {"at_once": {"limit": 1, "key": ""}}] or None in controls()
    with database.unit(tenant.id, read_only=True) as uow:
        told = list(uow.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "workspace.limited")))
    assert len(told) == 3


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"at_once": 0}, "at_once", "limits.bounds"),
        ({"at_once": 100_001}, "at_once", "limits.bounds"),
        ({"starts": 5}, "per_s", "limits.incomplete"),
        ({"per_s": 5}, "starts", "limits.incomplete"),
        ({"starts": 5, "per_s": 86_401}, "per_s", "limits.bounds"),
        ({"at_once": "5"}, "at_once", "body.invalid"),
    ],
)
def test_what_would_be_no_limit_is_refused_by_field(api, body, field, code):
    answer = api.put(AT, json=body)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert api.get(AT).json == NONE
    assert field in answer.text


def test_an_admin_sets_them_on_their_page_and_others_read_them(app, api, tenant):
    browser = signed_in(app, tenant.id, tenant["owner"])
    saved = browser.post("/settings/limits", data={"at_once": "7", "starts": "", "per_s": ""})
    assert (saved.status_code, api.get(AT).json) == (303, NONE | {"at_once": 7})
    assert 'value="7"' in browser.get("/settings/limits").text
    wrong = browser.post("/settings/limits", data={"at_once": "7", "starts": "5", "per_s": ""})
    assert wrong.status_code == 422
    assert "Say how many runs may start" in wrong.text
    both = browser.post("/settings/limits", data={"at_once": "0", "starts": "5", "per_s": ""}).text
    assert "Give a whole number from 1 to 100,000, or nothing." in both
    assert "Say how many runs may start" in both
    assert re.search(r'<a href="/settings/limits" aria-current="page">Limits</a>', both)
    assert browser.post("/settings/limits", data={"at_once": "many"}).status_code == 422
    assert api.get(AT).json == NONE | {"at_once": 7}


def test_a_run_that_is_started_waits_for_a_place(app, api, tenant, database):
    workflow_id = make_workflow(app, tenant, refunds(), published=True)
    api.put(AT, json={"at_once": 1})
    started = [api.post(f"/api/v1/workflows/{workflow_id}/runs", json={"data": {}}).json["id"] for _ in range(2)]
    app.extensions["studio_engine"].gate.look()
    with database.unit(tenant.id, read_only=True) as uow:
        lanes = {str(run.id): run.lane for run in uow.session.scalars(select(Run))}
    assert [lanes[run_id] for run_id in started] == ["main", "gate"]
    held = api.get(f"/api/v1/runs/{started[1]}").json["held"]
    assert (held["why"], held["limit"]) == ("place", 1)
    app.extensions["studio_engine"].stop()


def test_who_starts_a_run_by_the_api_hears_which_one_is_in_progress(app, api, tenant):
    limits = {"one_at_a_time": {"conflict": "skip"}}
    workflow_id = make_workflow(app, tenant, refunds(settings=limits), published=True)
    first = api.post(f"/api/v1/workflows/{workflow_id}/runs", json={"data": {}}).json["id"]
    again = api.post(f"/api/v1/workflows/{workflow_id}/runs", json={"data": {}})
    assert (again.status_code, again.json["code"], again.json["resource"]) == (409, "run.in_progress", f"run:{first}")
    app.extensions["studio_engine"].stop()


def test_who_starts_too_many_hears_when_to_come_again(app, api, tenant):
    limits = {"rate": {"limit": 1, "per_s": 600, "over": "skip"}}
    workflow_id = make_workflow(app, tenant, refunds(settings=limits), published=True)
    assert api.post(f"/api/v1/workflows/{workflow_id}/runs", json={"data": {}}).status_code == 201
    again = api.post(f"/api/v1/workflows/{workflow_id}/runs", json={"data": {}})
    assert (again.status_code, again.json["code"]) == (429, "workflow.rate")
    assert 590 <= int(again.headers["Retry-After"]) <= 601
    app.extensions["studio_engine"].stop()
