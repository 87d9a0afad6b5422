"""How long ended runs are kept, by the API and on its page: tried, set, refused at its fields."""

from datetime import timedelta
from uuid import UUID

import pytest

from studio.core import clock
from studio.core.ids import first_id_at
from studio.runtime.models import Run
from tests.factories.accounts import signed_in
from tests.factories.workflows import make_workflow, refunds

AT = "/api/v1/workspace/retention"
NO_DAYS = {"succeeded": None, "failed": None, "cancelled": None}


@pytest.fixture
def workflow_id(app, tenant):
    return str(make_workflow(app, tenant, refunds(), published=True))


@pytest.fixture
def old(database, tenant, workflow_id):
    """Three succeeded runs of forty days ago, and one that waits since."""
    then = clock.local_now() - timedelta(days=40)
    with database.unit(tenant.id) as uow:
        for number, state in enumerate(("succeeded", "succeeded", "succeeded", "waiting")):
            made = UUID(int=first_id_at(then).int + number)
            uow.session.add(
                Run(id=made, workflow_id=UUID(workflow_id), version_id=made, trigger_node="order", state=state,
                    available_at=then, created_at=then)
            )  # fmt: skip


def test_they_are_tried_set_read_and_lifted(api, workflow_id, old):
    found = api.get(AT).json
    assert (found["days"], found["due"], found["looked_at"]) == (90, 0, None)
    wanted = {"everywhere": NO_DAYS | {"succeeded": 30, "failed": 180}, "workflows": {workflow_id: NO_DAYS}}
    assert api.post(f"{AT}/preview", json=wanted).json == {"due": 3, "due_more": False}
    assert api.get(AT).json == found, "a preview sets nothing"
    assert api.put(AT, json=wanted).json["rules"] == wanted | {"workflows": {}}
    assert api.get(AT).json["due"] == 3
    own = {"everywhere": {"succeeded": 30}, "workflows": {workflow_id: {"succeeded": 60}}}
    assert api.put(AT, json=own).json["due"] == 0
    assert api.put(AT, json={}).json["rules"] == {"everywhere": NO_DAYS, "workflows": {}}


@pytest.mark.parametrize("days", [0, -3, 6, 4000])
def test_what_is_no_time_to_keep_is_refused_at_its_field(api, workflow_id, days):
    refused = api.put(AT, json={"workflows": {workflow_id: {"failed": days}}})
    assert (refused.status_code, refused.json["code"]) == (422, "retention.bounds")
    assert refused.json["errors"][0]["path"] == f"workflows.{workflow_id}.failed"


def test_the_page_says_what_it_would_delete_and_saves_nothing_by_it(app, tenant, workflow_id, old, api):
    admin = signed_in(app, tenant.id, tenant["admin"])
    told = admin.post("/settings/retention", data={"succeeded": "30", "preview": "1"})
    assert told.status_code == 200
    assert "about 3 ended runs of all workflows are due" in told.text
    assert api.get(AT).json["rules"]["everywhere"] == NO_DAYS
    assert admin.post("/settings/retention", data={"succeeded": "30"}).status_code == 303
    assert "about 3 runs" in admin.get("/settings/retention").text
    at = f"/settings/retention/{workflow_id}"
    assert admin.get(f"/settings/retention?workflow={workflow_id}").headers["Location"] == at
    assert admin.post(at, data={"succeeded": "365"}).status_code == 303
    page = admin.get("/settings/retention").text
    assert "365 days" in page
    assert "about 3 runs" not in page
    refused = admin.post("/settings/retention", data={"failed": "0"})
    assert refused.status_code == 422
    assert "Keep runs for 7 to 3650 days" in refused.text


def test_who_may_read_settings_sees_them_and_changes_nothing(app, tenant, workflow_id):
    auditor = signed_in(app, tenant.id, tenant["auditor"])
    assert "90 days" in auditor.get("/settings/retention").text
    assert auditor.post("/settings/retention", data={"failed": "30"}).status_code == 403
