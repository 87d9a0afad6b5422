"""Rollouts by the API: planned, started behind the gate in production, reported to, and taken back."""

import pytest

from studio.core import clock
from tests.factories.accounts import make_token, with_token
from tests.factories.guard import make_guard_policy

ERRORS = {"key": "errors", "title": "Errors", "kind": "proportion"}
PLAN = {"steps": [{"share": 20, "dwell": 60}, {"share": 100}], "guardrails": [{"metric": "errors"}]}
HERE = "/api/v1/flags/new-checkout/environments/development/rollout"


@pytest.fixture
def api(app, tenant):
    return with_token(app, make_token(app, tenant, "owner", ["flags:read", "flags:write"]))


def test_a_rollout_by_the_api_from_its_plan_to_its_way_back(api):
    api.post("/api/v1/flags", json={"key": "new-checkout", "purpose": "release"})
    assert api.get(HERE).status_code == 404
    unknown = api.post(HERE, json={"plan": PLAN})
    assert (unknown.status_code, unknown.json["errors"][0]["path"]) == (422, "guardrails.0.metric")
    assert api.post("/api/v1/flag-metrics", json=ERRORS).status_code == 201
    assert api.post("/api/v1/flag-metrics", json=ERRORS).json["code"] == "metric.taken"
    assert [one["key"] for one in api.get("/api/v1/flag-metrics").json["data"]] == ["errors"]
    made = api.post(HERE, json={"plan": PLAN})
    assert (made.status_code, made.json["state"], made.json["allowed"]) == (201, "ready", ["start", "roll_back"])
    assert api.post(HERE, json={"plan": PLAN}).json["code"] == "rollout.open"
    few = {"steps": [{"share": 5}, {"share": 20}]}
    assert api.put(HERE, json={"plan": {"steps": [{"share": 20}, {"share": 10}]}}).json["errors"][0]["path"] == (
        "steps.1.share"
    )
    means = {"plan": few, "constraints": [{"contextName": "age", "operator": "NUM_GT", "value": "x"}]}
    assert api.put(HERE, json=means).json["errors"][0]["path"].startswith("constraints.0")
    assert api.get(HERE).json["plan"] == made.json["plan"]
    anew = api.put(HERE, json={"plan": few, "note": "Smaller"}).json
    assert ([one["share"] for one in anew["plan"]["steps"]], anew["history"][0]["what"]) == ([5, 20], "changed")
    assert len(api.put(HERE, json={"plan": few}).json["history"]) == 2, "nothing is different"
    assert api.put(HERE, json={"plan": PLAN}).status_code == 200
    assert api.post(f"{HERE}/act", json={"do": "pause"}).json["code"] == "rollout.not_allowed"
    begun = api.post(f"{HERE}/act", json={"do": "start", "note": "Go"}).json
    assert (begun["state"], begun["share"], begun["history"][0]["what"]) == ("running", 20, "started")
    assert api.put(HERE, json={"plan": few}).json["code"] == "rollout.begun"

    at = clock.local_now().isoformat()
    seen = {"environment": "development", "exposures": [
        {"flag": "new-checkout", "unit": f"user-{number}", "at": at} for number in range(1000)
    ]}  # fmt: skip
    told = api.post("/api/v1/flag-exposures", json=seen).json
    known = api.get(HERE).json
    assert told["counted"] + told["outside"] == 1000
    assert known["treatment"] + known["control"] == told["counted"] > 300
    assert api.post("/api/v1/flag-exposures", json=seen).json["duplicates"] == told["counted"]
    value = {"id": "1", "metric": "errors", "unit": "user-1", "value": 1, "at": at}
    given = [value, value, value | {"id": "2", "metric": "none"}]
    told = api.post("/api/v1/flag-measurements", json={"environment": "development", "measurements": given}).json
    assert (told["counted"], told["duplicates"], told["refused"][0]["path"]) == (1, 1, "measurements.2.metric")
    many = seen | {"exposures": seen["exposures"] * 2}
    assert api.post("/api/v1/flag-exposures", json=many).status_code == 422
    assert api.post("/api/v1/flag-exposures", json=seen | {"environment": "x"}).json["errors"][0]["path"] == (
        "environment"
    )
    back = api.post(f"{HERE}/act", json={"do": "roll_back", "note": "Enough"}).json
    assert (back["state"], back["share"], back["allowed"]) == ("rolled_back", 0, [])
    setting = api.get("/api/v1/flags/new-checkout/environments/development").json
    assert (setting["enabled"], setting["strategies"]) == (False, [])


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_starting_in_production_is_asked_about_once_with_the_largest_share_of_the_plan(api, tenant, database):
    make_guard_policy(database, tenant, target="flag.rollout", condition="facts.percent > 20.0",
                      step_up={"strength": "password"})  # fmt: skip
    api.post("/api/v1/flags", json={"key": "new-checkout", "purpose": "release"})
    here = HERE.replace("development", "production")
    for last, status, state in ((100, 401, "ready"), (20, 200, "running")):
        plan = {"steps": [{"share": 10}, {"share": last}], "control": False}
        assert api.post(here, json={"plan": plan}).status_code == 201
        assert api.post(f"{here}/act", json={"do": "start"}).status_code == status
        assert api.get(here).json["state"] == state
        assert api.post(f"{here}/act", json={"do": "roll_back"}).status_code == 200
