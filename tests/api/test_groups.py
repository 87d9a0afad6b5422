"""A group applied to what is open, by the API."""

from tests.factories.approvals import TITLE, listen, make_request


def test_open_requests_follow_a_group_as_far_as_they_are_named(api, database, tenant):
    listen()
    owner, admin, builder = (tenant[role] for role in ("owner", "admin", "builder"))
    made = api.post("/api/v1/approver-groups", json={"name": "Team", "members": [str(admin.user_id)]}).json
    one = f"/api/v1/approver-groups/{made['id']}"
    open_ = [str(make_request(database, tenant, ["group:Team"])) for _ in range(2)]
    assert api.get(f"{one}/open-changes").json["data"] == []
    api.put(one, json={"name": "Team", "members": [str(owner.user_id)]})
    found = api.get(f"{one}/open-changes").json
    came_and_went = {"title": TITLE, "came": [owner.name], "went": [admin.name], "votes": 0, "next_stage": False}
    assert found["data"] == [{"request_id": this, **came_and_went, "outcome": None, "refused": None} for this in open_]
    done = api.post(f"{one}/open-changes", json={"shown": found["shown"], "requests": open_[:1]})
    assert (done.status_code, [row["request_id"] for row in done.json["data"]]) == (200, open_[:1])
    assert [row["request_id"] for row in api.get(f"{one}/open-changes").json["data"]] == open_[1:]
    api.put(one, json={"name": "Team", "members": [str(builder.user_id)]})
    late = api.post(f"{one}/open-changes", json={"shown": found["shown"], "requests": open_})
    assert (late.status_code, late.json["code"]) == (409, "group_changed")
    nothing = api.post(f"{one}/open-changes", json={"shown": found["shown"], "requests": []})
    assert (nothing.status_code, nothing.json["errors"][0]["path"]) == (422, "requests")
