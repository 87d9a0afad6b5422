"""Approval policies, by the API."""

from tests.approvals.test_policy_applying import ask
from tests.factories.approvals import listen
from tests.factories.policies import change_policy, make_policy

RULE = {"approvers": ["group:Refund team"], "need": "at_least", "number": 2, "due_in": {"amount": 4, "unit": "hours"}}


def test_a_policy_from_making_to_deleting(api, tenant):
    who = f"user:{tenant['owner'].email}"
    rule = RULE | {"approvers": [who], "need": "any_one", "number": None}
    made = api.post("/api/v1/approval-policies", json={"name": "Refunds", "rule": rule})
    assert (made.status_code, made.json["version"], made.json["rule"]["due_in"]["amount"]) == (201, 1, 4)
    one = f"/api/v1/approval-policies/{made.json['id']}"
    level = {"after": {"amount": 2, "unit": "hours"}, "targets": [who]}
    more = {"declines": 1, "exclude_roles": ["builder"], "escalate": [level]}
    save = {"name": "Refunds", "rule": rule | more, "version": 1}
    assert api.put(one, json=save).json["version"] == 2
    assert api.put(one, json=save | {"rule": rule}).json["code"] == "policy_changed"
    assert api.get(one).json["rule"]["exclude_roles"] == ["builder"]
    assert api.get(one).json["rule"]["escalate"][0]["targets"] == [who]
    assert api.get(f"{one}/uses").json == {"workflows": []}
    assert [row["name"] for row in api.get("/api/v1/approval-policies").json["data"]] == ["Refunds"]
    assert api.post("/api/v1/approval-policies", json={"name": " refunds", "rule": rule}).json["code"] == "name_taken"
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_what_does_not_fit_is_refused_with_its_path(api):
    refused = api.post("/api/v1/approval-policies", json={"name": "Refunds", "rule": RULE})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "rule.approvers.0")
    refused = api.post("/api/v1/approval-policies", json={"name": "Refunds", "rule": RULE | {"number": None}})
    assert refused.json["errors"][0]["path"] == "rule.number"
    refused = api.post("/api/v1/approval-policies", json={"name": "Refunds", "rule": RULE | {"title": "x"}})
    assert refused.json["errors"][0]["code"] == "body.unknown_field"


def test_a_dry_run_of_a_policy_and_of_fields_that_are_not_saved(api, tenant):
    who, hour = f"user:{tenant['owner'].email}", {"amount": 1, "unit": "hours"}
    level = {"after": hour, "targets": [f"user:{tenant['admin'].email}"]}
    rule = {"approvers": [who], "due_in": hour | {"amount": 4}, "escalate": [level]}
    made = api.post("/api/v1/approval-policies", json={"name": "Refunds", "rule": rule})
    found = api.get(f"/api/v1/approval-policies/{made.json['id']}/dry-run").json
    assert [(one["kind"], one["stage"], one["level"]) for one in found["timeline"]] == [
        ("asked", 1, None), ("escalated", 1, 1), ("deadline", 1, None),
    ]  # fmt: skip
    assert found["timeline"][0]["people"][0]["name"] == tenant["owner"].name
    assert (found["problems"], found["due_at"]) == ([], found["timeline"][2]["at"])
    body = {"rule": rule | {"need": "at_least", "number": 2}, "requester": tenant["owner"].email}
    found = api.post("/api/v1/approval-dry-runs", json=body).json
    assert [(one["path"], one["code"]) for one in found["problems"]] == [("approvers", "nobody_can_decide")]
    past = api.post("/api/v1/approval-dry-runs", json=body | {"at": "2020-01-01T08:00:00Z"})
    assert (past.status_code, past.json["code"]) == (422, "in_the_past")


def test_open_requests_follow_an_edited_policy_as_far_as_they_are_named(api, database, tenant):
    listen()
    owner, admin = tenant["owner"], tenant["admin"]
    policy_id = make_policy(database, tenant, owner)
    one = f"/api/v1/approval-policies/{policy_id}/open-changes"
    open_ = [str(ask(database, tenant, policy_id, ("any", [owner]))) for _ in range(2)]
    assert api.get(one).json == {"data": [], "more": False, "shown": "1"}
    change_policy(database, tenant, policy_id, admin)
    found = api.get(one).json
    assert [(row["request_id"], row["came"], row["went"]) for row in found["data"]] == [
        (this, [admin.name], [owner.name]) for this in open_
    ]
    late = api.post(one, json={"shown": "x", "requests": open_})
    assert (late.status_code, late.json["code"]) == (409, "policy_changed")
    done = api.post(one, json={"shown": found["shown"], "requests": open_[:1]}).json
    assert [(row["request_id"], row["next_stage"], row["refused"]) for row in done["data"]] == [(open_[0], False, None)]
    assert [row["request_id"] for row in api.get(one).json["data"]] == open_[1:]
