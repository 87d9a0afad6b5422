"""Elevated access by the API: granted, asked for, agreed to, ended; and nothing that a token could use."""

import pytest

from studio.core.ids import new_id
from tests.factories.elevations import make_elevation, make_eligible

BODY = {"minutes": 60, "justification": "Restore the payout export"}


def problems(answer) -> list[tuple[str, str]]:
    return [(one["path"], one["code"]) for one in answer.json["errors"]]


def test_asking_through_the_api_and_what_is_refused(app, database, api, caller, tenant):
    builder = caller("builder")
    held = str(make_eligible(database, tenant, tenant["builder"]))
    [mine] = builder.get("/api/v1/eligibilities/mine").json["data"]
    assert (mine["id"], mine["role"], mine["most_minutes"]) == (held, "admin", 240)

    def ask(**changed):
        return builder.post("/api/v1/elevations", json=BODY | {"eligibility_id": held} | changed)

    assert problems(ask(minutes=14)) == [("minutes", "too_short")]
    assert problems(ask(minutes=241)) == [("minutes", "too_long")]
    assert problems(ask(justification=" ")) == [("justification", "justification_missing")]
    assert problems(ask(starts_at="2020-01-01T00:00:00Z")) == [("starts_at", "in_the_past")]
    assert problems(ask(scope=["workspace.owner"])) == [("scope", "scope_too_wide")]
    assert problems(ask(scope=[])) == [("scope", "scope_empty")]
    assert problems(ask(eligibility_id=str(new_id()))) == [("eligibility_id", "eligibility.unknown")]
    made = ask(scope=["member.manage"])
    assert (made.status_code, made.json["state"], made.json["permissions"]) == (201, "approved", ["member.manage"])
    assert ask().json["code"] == "already_asked"
    one = f"/api/v1/elevations/{made.json['id']}"
    assert builder.post(f"{one}/start").json["code"] == "not_a_browser"
    assert builder.post(f"{one}/end").json["ending"] == "taken_back"
    assert builder.post(f"{one}/end").json["code"] == "already_ended"
    assert [row["id"] for row in api.get("/api/v1/elevations").json["data"]] == [made.json["id"]]
    assert builder.get("/api/v1/elevations/mine").json["data"][0]["state"] == "ended"


def test_an_admin_ends_somebodys_and_grants_after_a_proof_alone(app, api, tenant):
    asked = make_elevation(app, tenant)
    answer = api.post(f"/api/v1/elevations/{asked}/revoke", json={"reason": "Not today"})
    assert (answer.json["ending"], answer.json["reason"]) == ("revoked", "Not today")
    save = {"role": "admin", "user_id": str(tenant["auditor"].user_id)}
    refused = api.post("/api/v1/eligibilities", json=save)
    assert (refused.status_code, refused.json["code"]) == (401, "step_up_needed")
    assert "insufficient_user_authentication" in refused.headers["WWW-Authenticate"]
    assert len(api.get("/api/v1/eligibilities").json["data"]) == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_lists_go_on_behind_their_cursor(database, caller, tenant, api):
    builder = caller("builder")
    for role in ("admin", "owner", "auditor"):
        held = str(make_eligible(database, tenant, tenant["builder"], role=type(tenant["builder"].role)(role)))
        assert builder.post("/api/v1/elevations", json=BODY | {"eligibility_id": held}).status_code == 201
    first = api.get("/api/v1/elevations?limit=2").json
    rest = api.get(f"/api/v1/elevations?limit=2&cursor={first['next_cursor']}").json
    assert [len(first["data"]), len(rest["data"]), rest["next_cursor"]] == [2, 1, None]
