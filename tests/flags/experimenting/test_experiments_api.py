"""Experiments by the API: planned, started, reported to, read, decided; and other workspaces' are not there."""

import pytest

from studio.core import clock
from studio.flags.experiments import allotment
from studio.flags.experiments.design import FORM
from tests.factories.accounts import make_tenant, make_token, with_token
from tests.factories.flags import HALVES, make_experiment
from tests.flags.experimenting.world import balanced

HERE = "/api/v1/flags/new-checkout/environments/development/experiment"
ORDERS = {"key": "orders", "title": "Orders", "kind": "proportion", "worse": "down"}


@pytest.fixture
def api(app, tenant):
    return with_token(app, make_token(app, tenant, "owner", ["flags:read", "flags:write"]))


def test_an_experiment_by_the_api_from_its_plan_to_its_decision(api):
    api.post("/api/v1/flags", json={"key": "new-checkout", "purpose": "experiment"})
    assert api.get(HERE).status_code == 404
    unknown = api.post(HERE, json={"design": HALVES})
    assert (unknown.status_code, unknown.json["errors"][0]["path"]) == (422, "primary")
    api.post("/api/v1/flag-metrics", json=ORDERS)
    made = api.post(HERE, json={"design": HALVES, "hypothesis": "One page sells more"})
    assert (made.status_code, made.json["state"], made.json["allowed"]) == (201, "draft", ["start", "drop"])
    assert api.post(HERE, json={"design": HALVES}).json["code"] == "experiment.open"
    assert api.post(f"{HERE}/decision", json={"ship": "new"}).json["code"] == "experiment.not_allowed"
    begun = api.post(f"{HERE}/act", json={"do": "start", "note": "Go"}).json
    assert (begun["state"], begun["allowed"], begun["read"]["outcome"]) == ("running", ["stop"], "inconclusive")

    at, group = clock.local_now().isoformat(), f"experiment:{begun['id']}"
    arms = FORM.validate_python(dict(HALVES))
    users = balanced(lambda user: allotment.arm_of(arms, group, user, boolean=True), ("old", "new"), 600)
    seen = {"environment": "development", "exposures": [
        {"flag": "new-checkout", "unit": user, "at": at, "variant": "new"} for user in users
    ]}  # fmt: skip
    told = api.post("/api/v1/flag-exposures", json=seen).json
    read = api.get(HERE).json["read"]
    assert (told["counted"], read["crossed"]) == (600, read["arms"][0]["units"])
    assert api.post("/api/v1/flag-exposures", json=seen).json["duplicates"] == 600
    orders = [{"id": user, "metric": "orders", "unit": user, "value": 1, "at": at} for user in users[:200]]
    api.post("/api/v1/flag-measurements", json={"environment": "development", "measurements": orders})
    now = api.get(HERE).json
    read = now["read"]
    assert (now["state"], now["allowed"]) == ("running", ["decide", "stop"])
    assert (read["final"], read["sizes"], read["arms"][1]["verdict"]) == (True, "expected", "no_difference")
    assert read["arms"][1]["difference"]["low"] < 0 < read["arms"][1]["difference"]["high"]
    wrong = api.post(f"{HERE}/decision", json={"ship": "old"})
    assert (wrong.status_code, wrong.json["errors"][0]["path"]) == (422, "ship")
    done = api.post(f"{HERE}/decision", json={"ship": "new", "note": "We like it"}).json
    assert (done["state"], done["decision"]["objections"], done["allowed"]) == ("decided", ["not_shown"], [])
    assert [one["what"] for one in done["history"]] == ["decided", "ended", "started", "created"]
    setting = api.get("/api/v1/flags/new-checkout/environments/development").json
    assert (setting["enabled"], [one["name"] for one in setting["strategies"]]) == (True, ["default"])
    assert api.post(f"{HERE}/act", json={"do": "stop"}).json["code"] == "experiment.not_allowed"
    assert api.post(f"{HERE}/act", json={"do": "withdraw"}).json["code"] == "experiment.not_asked"

    again = api.post("/api/v1/flags", json={"key": "second"}).json["key"]
    there = HERE.replace("new-checkout", again)
    for _ in range(2):
        assert api.post(there, json={"design": HALVES}).status_code == 201
        assert api.post(f"{there}/act", json={"do": "drop"}).json["state"] == "dropped"
    first = api.get(f"{there}s?limit=1").json
    rest = api.get(f"{there}s?limit=1&cursor={first['next_cursor']}").json
    assert [len(first["data"]), len(rest["data"]), rest["next_cursor"]] == [1, 1, None]
    found = api.get(f"{there}s/{rest['data'][0]['id']}").json
    assert (found["id"], found["read"]["arms"][0]["units"]) == (rest["data"][0]["id"], 0)
    assert api.get(f"{HERE}s/{found['id']}").status_code == 404  # another flag's


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_is_anothers_is_not_there(app, database, api, tenant):
    other = make_tenant(database)
    theirs = make_experiment(app, other, place="development")
    make_experiment(app, tenant, place="development")
    assert api.get(f"{HERE}s/{theirs}").status_code == 404
    made = api.post("/api/v1/flag-metrics", json={**ORDERS, "key": "only-here"})
    assert made.status_code == 201
    with_theirs = with_token(app, make_token(app, other, "owner", ["flags:read", "flags:write"]))
    with_theirs.post(f"{HERE}/act", json={"do": "drop"})
    refused = with_theirs.post(HERE, json={"design": {**HALVES, "primary": "only-here"}})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "primary")
    for place in ("staging", "x" * 300):
        assert api.get(HERE.replace("development", place)).status_code == 404
    reader = with_token(app, make_token(app, tenant, "owner", ["flags:read"]))
    assert reader.post(f"{HERE}/act", json={"do": "start"}).status_code == 403
