"""Approval policies, by the API."""

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
