"""Who asks, the workspace, its members and secrets."""

from studio.accounts.permissions import SCOPES
from tests.factories.files import picture


def test_who_asks(api, tenant, caller):
    owner = tenant["owner"]
    me = api.get("/api/v1/me").json
    assert (me["email"], me["role"], me["workspace_id"]) == (owner.email, "owner", str(tenant.id))
    assert me["scopes"] == sorted(SCOPES)
    assert me["token_name"] == "Test"
    assert caller("approver", ["approvals:read"]).get("/api/v1/me").json["scopes"] == ["approvals:read"]


def test_the_workspace(api, tenant):
    assert api.get("/api/v1/workspace").json["name"] == tenant.name
    wanted = {"name": "Lumen", "currency": "CHF", "locale": "de_CH", "time_zone": "Europe/Zurich", "retention_days": 30}
    changed = api.patch("/api/v1/workspace", json=wanted)
    assert changed.json | wanted == changed.json
    assert api.patch("/api/v1/workspace", json={}).json == changed.json


def test_members_come_and_change_and_go(api, mailer):
    made = api.post("/api/v1/members", json={"email": "Mira@Example.com", "name": "Mira", "role": "approver"})
    assert (made.status_code, made.json["email"], made.json["disabled"]) == (201, "mira@example.com", False)
    assert len(mailer.sent) == 1
    again = api.post("/api/v1/members", json={"email": "mira@example.com", "name": "Mira", "role": "approver"})
    assert (again.status_code, again.json["code"]) == (409, "already_member")
    seat = f"/api/v1/members/{made.json['id']}"
    assert api.patch(seat, json={"role": "builder"}).json["role"] == "builder"
    assert api.post(f"{seat}/disable").json["disabled"] is True
    assert api.post(f"{seat}/enable").json["disabled"] is False


def test_members_are_paged(api):
    first = api.get("/api/v1/members?limit=3").json
    second = api.get("/api/v1/members", query_string={"limit": 3, "cursor": first["next_cursor"]}).json
    roles = [row["role"] for row in first["data"] + second["data"]]
    assert sorted(roles) == ["admin", "approver", "auditor", "builder", "owner"]
    assert second["next_cursor"] is None


def test_an_admins_token_makes_no_owner(caller, tenant):
    admin = caller("admin")
    made = admin.post("/api/v1/members", json={"email": "mira@example.com", "name": "Mira", "role": "owner"})
    assert (made.status_code, made.json["code"]) == (403, "owner_only")
    last = caller().post(f"/api/v1/members/{tenant['owner'].seat_id}/disable")
    assert (last.status_code, last.json["code"]) == (409, "last_owner")


def test_a_disabled_members_token_stops(api, caller, tenant):
    builder = caller("builder")
    assert builder.get("/api/v1/me").status_code == 200
    api.post(f"/api/v1/members/{tenant['builder'].seat_id}/disable")
    assert builder.get("/api/v1/me").status_code == 401


def test_secrets_go_in_and_never_come_out(api):
    made = api.post(
        "/api/v1/secrets", json={"name": "erp_key", "value": "canary-77", "hosts": ["API.example.com"]}
    )  # fmt: skip
    assert (made.status_code, made.json["hosts"]) == (201, ["api.example.com"])
    one = f"/api/v1/secrets/{made.json['id']}"
    moved = api.put(one, json={"hosts": ["evil.example.com"]})
    assert (moved.status_code, moved.json["errors"][0]["path"]) == (422, "value")
    replaced = api.put(one, json={"value": "canary-78", "hosts": ["erp.example.com"]})
    assert replaced.json["hosts"] == ["erp.example.com"]
    listed = api.get("/api/v1/secrets")
    assert [row["name"] for row in listed.json["data"]] == ["erp_key"]
    assert "canary" not in made.text + replaced.text + listed.text
    taken = api.post("/api/v1/secrets", json={"name": "erp_key", "value": "x", "hosts": []})
    assert (taken.status_code, taken.json["errors"][0]["path"]) == (409, "name")
    assert api.delete(one).status_code == 204
    assert api.delete(one).status_code == 404


def test_short_lists_are_paged_too(api):
    for number in range(5):
        api.post("/api/v1/secrets", json={"name": f"key_{number}", "value": "x", "hosts": []})
    names, cursor = [], None
    for _ in range(3):
        page = api.get("/api/v1/secrets", query_string={"limit": 2} | ({"cursor": cursor} if cursor else {})).json
        names += [row["name"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert (names, cursor) == ([f"key_{number}" for number in range(5)], None)


def test_no_operation_makes_tokens(app):
    assert not [
        rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/") and "token" in rule.rule
    ]


def test_approver_seats_by_the_api(api):
    assert api.get("/api/v1/workspace/approver-seats").json == {"used": 1, "limit": 50}
    assert api.patch("/api/v1/workspace", json={"approver_seats": 2}).json["approver_seats"] == 2
    wanted = {"email": "mira@example.com", "name": "Mira", "role": "approver"}
    made = api.post("/api/v1/members", json=wanted)
    assert (made.status_code, made.json["invited"]) == (201, True)
    full = api.post("/api/v1/members", json=wanted | {"email": "noah@example.com"})
    assert (full.status_code, full.json["code"], full.json["errors"][0]["path"]) == (409, "approver_seats_full", "role")
    low = api.patch("/api/v1/workspace", json={"approver_seats": 1})
    assert (low.status_code, low.json["errors"][0]["path"]) == (422, "approver_seats")
    seat = f"/api/v1/members/{made.json['id']}"
    assert api.post(f"{seat}/invite").status_code == 200
    assert api.post(f"{seat}/withdraw").json["disabled"] is True
    assert api.post(f"{seat}/invite").json["code"] == "no_seat"
    assert api.get("/api/v1/workspace/approver-seats").json["used"] == 1


def test_a_logo_is_put_and_taken_away(api, caller):
    put = api.put("/api/v1/workspace/logo", data=picture(), content_type="image/png")
    assert (put.status_code, api.get("/api/v1/workspace").json["logo"]) == (200, put.json["logo"])
    assert api.get(put.json["logo"]).mimetype == "image/png"
    refused = api.put("/api/v1/workspace/logo", data=b"<svg/>", content_type="image/png")
    assert (refused.status_code, refused.json["code"]) == (422, "logo_mismatch")
    assert caller("builder").delete("/api/v1/workspace/logo").status_code == 403
    assert api.delete("/api/v1/workspace/logo").status_code == 204
    assert api.get("/api/v1/workspace").json["logo"] is None
