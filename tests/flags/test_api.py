"""Flags by the API: what programs send and get, and what they are told where it is wrong."""

import pytest

from tests.factories.accounts import make_token, with_token
from tests.factories.guard import make_guard_policy

SCOPES = ["flags:read", "flags:write"]


@pytest.fixture
def api(app, tenant):
    return with_token(app, make_token(app, tenant, "owner", SCOPES))


def test_a_flag_by_the_api_from_its_first_day_to_its_last(api):
    made = api.post("/api/v1/flags", json={"key": "new-checkout", "purpose": "release", "note": "Begin"})
    assert (made.status_code, [one["environment"] for one in made.json["settings"]]) == (
        201,
        ["production", "development"],
    )
    here = "/api/v1/flags/new-checkout/environments/production"
    beta = {"name": "flexibleRollout", "title": "Beta", "parameters": {"rollout": "10", "stickiness": "default"}}
    first = api.put(here, json={"enabled": True, "strategies": [beta], "version": 1}).json
    assert (first["percent"], first["version"]) == (10.0, 2)
    stale = api.put(here, json={"enabled": False, "strategies": [], "version": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "flag.changed")
    asked = api.post(f"{here}/explain", json={"context": {"userId": "4711"}}).json
    assert (asked["flag"], asked["value"]) == ("new-checkout", asked["enabled"])
    assert "share" in str([one["code"] for one in asked["facts"]])
    assert api.post(f"{here}/off", json={"note": "Not yet", "version": 2}).json["enabled"] is False
    [line] = api.get("/api/v1/flags?state=off&environment=production&q=CHECK").json["data"]
    assert (line["key"], line["environments"][0], line["stale"]) == (
        "new-checkout", {"environment": "production", "enabled": False, "percent": 0.0}, None,
    )  # fmt: skip
    assert api.get("/api/v1/flags?state=on").json["data"] == []
    history = api.get("/api/v1/flags/new-checkout/versions?limit=2").json
    assert history["data"][0]["changes"] == [{"field": "enabled", "before": True, "after": False}]
    assert history["next_cursor"] == "2"
    back = api.post("/api/v1/flags/new-checkout/versions/2/restore", json={"note": "Now"}).json
    assert (back["version"], back["settings"][0]["enabled"]) == (4, True)
    assert api.post("/api/v1/flags/new-checkout/archive", json={}).json["archived_at"]
    assert api.put(here, json={"enabled": False, "strategies": []}).json["code"] == "flag.archived"
    assert api.get("/api/v1/flags").json["data"] == []
    assert api.post("/api/v1/flags/new-checkout/bring-back", json={}).json["settings"][0]["percent"] == 10.0


def test_segments_and_environments_by_the_api(api):
    plan = {"contextName": "plan", "operator": "IN", "values": ["pro"]}
    made = api.post("/api/v1/flag-segments", json={"name": "Pros", "constraints": [plan]}).json
    one = f"/api/v1/flag-segments/{made['id']}"
    changed = api.put(one, json={"name": "Pros", "constraints": [], "version": 1}).json
    assert (changed["version"], changed["flags"]) == (2, [])
    assert api.post(f"{one}/versions/1/restore", json={}).json["constraints"] == [plan]
    assert [item["number"] for item in api.get(f"{one}/versions").json["data"]] == [3, 2, 1]
    staging = {"name": "staging", "title": "Staging", "kind": "staging"}
    assert api.post("/api/v1/flag-environments", json=staging).status_code == 201
    names = ["staging", "production", "development"]
    assert [row["name"] for row in api.put("/api/v1/flag-environments", json={"names": names}).json["data"]] == names
    assert api.delete("/api/v1/flag-environments/staging").status_code == 204
    assert api.get("/api/v1/flags/none/environments/staging").status_code == 404
    assert api.post("/api/v1/flag-environments", json=staging).json["code"] == "flag.environment_taken"


def test_what_has_no_form_is_refused_by_its_field(api):
    api.post("/api/v1/flags", json={"key": "new-checkout"})
    here = "/api/v1/flags/new-checkout/environments/production"
    for body, path in [
        ({"enabled": True, "strategies": [{"name": ""}]}, "strategies.0.name"),
        ({"enabled": True, "strategies": [{"name": "default", "segments": 3}]}, "strategies.0.segments"),
        ({"enabled": True, "strategies": [{"name": "default", "segments": [3]}]}, "strategies.0.segments.0"),
        ({"enabled": True, "strategies": [], "variants": [{"name": "a", "weight": "x"}]}, "variants.0.weight"),
        ({"enabled": "yes", "strategies": []}, "enabled"),
    ]:
        answer = api.put(here, json=body)
        assert (answer.status_code, answer.json["errors"][0]["path"]) == (422, path), body
    assert api.get("/api/v1/flags/new-checkout").json["version"] == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_production_asks_the_gate_by_the_share_that_will_be_on(api, tenant, database):
    make_guard_policy(database, tenant, target="flag.rollout", condition="facts.percent > 20.0",
                      step_up={"strength": "password"})  # fmt: skip
    api.post("/api/v1/flags", json={"key": "new-checkout"})
    one = "/api/v1/flags/new-checkout/environments"
    share = {"name": "flexibleRollout", "parameters": {"rollout": "20", "stickiness": "default"}}
    assert api.put(f"{one}/production", json={"enabled": True, "strategies": [share]}).status_code == 200
    assert api.put(f"{one}/production", json={"enabled": True, "strategies": []}).status_code == 401
    assert api.put(f"{one}/development", json={"enabled": True, "strategies": []}).status_code == 200
    assert api.post(f"{one}/production/off", json={}).status_code == 200
