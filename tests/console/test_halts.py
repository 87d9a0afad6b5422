"""Pausing and stopping by pages and by the API: who may, what is asked, what everybody sees."""

import re

import pytest
from sqlalchemy import func, select

from studio.runtime.halts import pausing, stopping
from studio.runtime.halts.outcomes import Under
from studio.runtime.models import Event, Run, Workflow
from studio.runtime.service import subscriptions
from tests.accounts.test_factors import proved
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.halts import make_pause, stand_still
from tests.factories.workflows import make_workflow, refunds

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
WHY = "Refunds go out twice"


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def flow(app, tenant):
    return make_workflow(app, tenant, refunds(), published=True)


@pytest.fixture
def hook(app, tenant, flow):
    """Deliver an order."""
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        [row] = subscriptions.of_workflow(uow, flow)
        path = f"/hooks/{subscriptions.address(app.extensions['studio_keyring'], row)}"
    client = app.test_client()
    return lambda number=1: client.post(path, json={"order": {"id": str(number), "total": 1.0}})


def browser_of(app, tenant, role):
    return signed_in(app, tenant.id, tenant[role])


def test_everything_is_stopped_and_started_with_a_proof_and_all_are_told(app, tenant, flow, hook, database):
    builder = browser_of(app, tenant, "builder")
    asked = builder.post("/stop", data={"reason": WHY, "events": "hold"})
    assert asked.status_code == 401
    with database.unit(tenant.id) as uow:
        assert stopping.current(uow) is None
    assert "Everything is stopped. Nothing goes out any more." in proved(builder, asked.text).text
    for role, page in (("owner", "/home"), ("approver", "/inbox"), ("auditor", "/workflows"), ("builder", "/runs")):
        text = browser_of(app, tenant, role).get(page).text
        assert "Everything is stopped." in text, role
        assert WHY in text, role
    assert WHY in builder.get(f"/workflows/{flow}/edit").text
    answer = hook()
    assert (answer.status_code, answer.json["held"]) == (202, True)
    assert answer.json["reason"] == f"Everything is stopped: {WHY}"
    page = builder.get("/stop").text
    assert "Let everything go on" in page
    asked = builder.post("/stop/end", data={"over": "0"})
    assert asked.status_code == 401
    assert "Everything goes on." in proved(builder, asked.text).text
    assert WHY not in browser_of(app, tenant, "approver").get("/inbox").text


def test_a_proof_for_stopping_is_none_for_starting(app, tenant, database):
    owner = browser_of(app, tenant, "owner")
    proved(owner, owner.post("/stop", data={"reason": WHY, "events": "hold"}).text)
    assert owner.post("/stop/end", data={"over": ""}).status_code == 401
    with database.unit(tenant.id) as uow:
        assert stopping.current(uow) is not None


def test_who_may_only_read_sees_why_and_has_no_button(app, tenant):
    stand_still(app, tenant)
    auditor = browser_of(app, tenant, "auditor")
    page = auditor.get("/stop").text
    assert WHY in page
    assert "/stop/end" not in page
    assert auditor.post("/stop/end", data={"over": ""}).status_code == 403
    assert browser_of(app, tenant, "approver").get("/stop").status_code == 403


def test_a_stop_without_a_reason_says_so_at_its_field(app, tenant):
    answer = browser_of(app, tenant, "owner").post("/stop", data={"reason": " ", "events": "hold"})
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert browser_of(app, tenant, "owner").post("/stop", data={"reason": "x", "events": "burn"}).status_code == 422


def test_a_workflow_is_paused_changed_and_resumed_on_its_pages(app, tenant, flow, hook, database):
    builder, page = browser_of(app, tenant, "builder"), f"/workflows/{flow}"
    assert "Pause…" in builder.get(page).text
    form = {"reason": "Stock count", "events": "hold", "runs": "park", "until": ""}
    text = builder.post(f"{page}/pause", data=form, follow_redirects=True).text
    assert "It is paused: Stock count" in text
    assert "Runs that had begun are parked." in text
    assert hook().json["reason"] == "The workflow is paused: Stock count"
    assert "Held events: 1." in builder.get(page).text
    assert "Paused" in builder.get("/workflows?state=paused").text
    assert "High-value" not in builder.get("/workflows?state=on&q=nothing").text
    assert "Stock count" in builder.get(f"{page}/edit").text
    assert "Held" in builder.get(f"{page}/events").text
    assert 'value="Stock count"' in builder.get(f"{page}/pause").text
    builder.post(f"{page}/pause", data=form | {"events": "refuse", "reason": "Still counting"})
    refused = hook(2)
    assert (refused.status_code, refused.json["detail"]) == (409, "The workflow is paused: Still counting")
    text = builder.post(f"{page}/resume", data={"over": "600"}, follow_redirects=True).text
    assert "It catches up after a pause." in text
    text = builder.post(f"{page}/held/drop", data={}, follow_redirects=True).text
    assert "1 held event was dropped." in text
    with database.unit(tenant.id) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Run)) == 0
        assert set(uow.session.scalars(select(Event.verdict))) == {"refused"}


def test_a_parked_run_says_so_and_why(app, tenant, flow, hook, database):
    assert hook().status_code == 202
    builder, pages = browser_of(app, tenant, "builder"), ["/runs"]
    with database.unit(tenant.id) as uow:
        run = uow.session.scalars(select(Run)).one()
        run.lane = "parked"  # as a claim does with what is due in a pause
        pages.append(f"/runs/{run.id}")
    make_pause(app, tenant, flow, runs=Under.PARK)
    for page in pages:
        text = builder.get(page).text
        assert re.search(r'class="chip warn[^>]*>\s*Parked', text), page
        assert "Its workflow is paused: Stock count" in text, page
    stand_still(app, tenant, WHY)
    assert f"Everything is stopped: {WHY}" in builder.get(pages[1]).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": ""}, "Say why"),
        ({"until": "2020-01-01T10:00"}, "It ends in the future"),
        ({"until": "soon"}, "Not a valid datetime"),
        ({"runs": "explode"}, "Not a valid choice"),
    ],
)
def test_bad_input_stands_at_its_field_and_pauses_nothing(app, tenant, flow, database, changed, said):
    form = {"reason": "Stock count", "events": "hold", "runs": "park", "until": ""} | changed
    answer = browser_of(app, tenant, "builder").post(f"/workflows/{flow}/pause", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    with database.unit(tenant.id) as uow:
        assert pausing.of(uow, uow.session.get_one(Workflow, flow)) is None


def test_the_api_pauses_and_says_how_far_it_is(app, tenant, flow, hook):
    api = with_token(app, make_token(app, tenant, "builder", ["workflows:read", "workflows:write"]))
    one = f"/api/v1/workflows/{flow}"
    assert api.get(f"{one}/pause").json["state"] == "running"
    paused = api.put(f"{one}/pause", json={"reason": "Stock count", "until": "2100-01-01T00:00:00Z"})
    assert (paused.status_code, paused.json["errors"][0]["path"]) == (422, "until")
    zoneless = api.put(f"{one}/pause", json={"reason": "Stock count", "until": "2100-01-01T00:00:00"})
    assert (zoneless.status_code, zoneless.json["code"]) == (422, "halt.zone")
    paused = api.put(f"{one}/pause", json={"reason": "Stock count"}).json
    assert (paused["state"], paused["events"], paused["runs"]) == ("paused", "hold", "finish")
    hook()
    assert api.get(f"{one}/pause").json["held_events"] == 1
    assert api.post(f"{one}/resume", json={"over_s": 90_000}).status_code == 422
    resumed = api.post(f"{one}/resume", json={"over_s": 600}).json
    assert (resumed["state"], resumed["total"], resumed["released"]) == ("catching_up", 1, 0)
    assert api.post(f"{one}/resume", json={}).json["code"] == "workflow.not_paused"
    assert api.post(f"{one}/drop-held").json == {"events": 1}
    assert api.post(f"{one}/drop-held").json["code"] == "workflow.nothing_held"


def test_the_api_stops_everything_once_its_person_has_proved_it(app, tenant):
    api = with_token(app, make_token(app, tenant, "owner", ["workflows:read", "workflows:write"]))
    asked = api.put("/api/v1/workspace/stop", json={"reason": WHY})
    assert asked.status_code == 401
    assert asked.json["step_up"]["action"] == "workspace.stop"
    page = re.sub(r"^https?://[^/]+", "", asked.json["step_up"]["url"])
    owner = browser_of(app, tenant, "owner")
    proved(owner, owner.get(page).text)
    stopped = api.put("/api/v1/workspace/stop", json={"reason": WHY}).json
    assert (stopped["stopped"], stopped["reason"], stopped["events"]) == (True, WHY, "hold")
    assert api.put("/api/v1/workspace/stop", json={"reason": " "}).status_code == 422


def test_nobody_pauses_what_is_anothers(app, tenant, flow, database):
    other = make_tenant(database)
    make_pause(app, tenant, flow)
    stranger = browser_of(app, other, "owner")
    assert stranger.post(f"/workflows/{flow}/resume", data={"over": ""}).status_code == 404
    assert stranger.get(f"/workflows/{flow}/pause").status_code == 404
