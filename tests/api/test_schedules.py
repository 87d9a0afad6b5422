"""Schedules of who is on call, by the API."""


def test_a_schedule_from_making_to_deleting(api, tenant):
    people = [str(tenant[role].user_id) for role in ("owner", "admin")]
    save = {"name": "Support", "time_zone": "Europe/Berlin", "starts": "2026-03-02T09:00:00", "days": 7,
            "people": people}  # fmt: skip
    made = api.post("/api/v1/schedules", json=save)
    assert (made.status_code, made.json["people"]) == (201, people)
    one = f"/api/v1/schedules/{made.json['id']}"
    whose = [api.get(f"{one}/on-call?at=2126-03-{day:02}T12:00:00Z").json["user_id"] for day in (5, 12, 19)]
    assert whose[0] != whose[1]
    assert whose[0] == whose[2]
    override = {"user_id": whose[1], "start": "2126-03-05T11:00:00Z", "end": "2126-03-05T13:00:00Z"}
    put = api.post(f"{one}/overrides", json=override)
    assert put.status_code == 201
    assert api.get(f"{one}/on-call?at=2126-03-05T12:00:00Z").json["user_id"] == whose[1]
    assert api.post(f"{one}/overrides", json=override).json["code"] == "overlap"
    assert api.delete(f"{one}/overrides/{put.json['id']}").status_code == 204
    assert api.get(f"{one}/on-call?at=2126-03-05T12:00:00Z").json["user_id"] == whose[0]
    refused = api.put(one, json=save | {"people": [made.json["id"]]})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "people.0")
    refused = api.get(f"{one}/on-call?at=0001-01-01T00:00:00Z")
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "at")
    assert api.delete(one).status_code == 204
    assert api.get("/api/v1/schedules").json["data"] == []
