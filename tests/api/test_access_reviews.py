"""Access reviews of seats, by the API."""

from datetime import timedelta

from studio.core import clock


def test_a_review_from_starting_to_its_report(api, caller, tenant):
    due = (clock.local_now() + timedelta(days=10)).isoformat()
    people = [str(tenant[role].user_id) for role in ("owner", "admin")]
    save = {"name": "Spring review", "silence": "remove", "due_at": due, "reviewers": {"people": people}}
    made = api.post("/api/v1/access-reviews", json=save)
    assert (made.status_code, made.json["seats"], made.json["answered"]) == (201, 5, 0)
    one = f"/api/v1/access-reviews/{made.json['id']}"
    mine = api.get("/api/v1/access-reviews/mine?limit=2").json
    assert (len(mine["data"]), mine["next_cursor"] is not None) == (2, True)
    seats = {seat["role"]: seat for seat in api.get(f"{one}/seats").json["data"]}
    assert seats["owner"]["reviewers"] == people[1:]

    def answer(whose, client=api, **said):
        body = {"answer": "keep", "shown": whose, "reason": "Needed"} | said
        return client.post(f"/api/v1/access-reviews/seats/{seats[whose]['id']}/answer", json=body)

    assert answer("owner").json["code"] == "own_seat"
    assert answer("builder", caller("builder")).json["code"] == "own_seat"
    assert answer("builder", reason="").status_code == 422
    assert answer("approver", answer="remove").json["answer"] == "remove"
    assert answer("auditor", answer="change", role="approver").json["role_after"] == "approver"
    moved = {"user_id": str(tenant["admin"].user_id)}
    there = f"/api/v1/access-reviews/seats/{seats['builder']['id']}/reviewer"
    assert api.post(there, json=moved).json["reviewers"] == [moved["user_id"]]
    assert api.post(f"{one}/stop-repeating").json["next_at"] is None
    ended = api.post(f"{one}/call-off").json
    assert (ended["state"], ended["removed"], ended["changed"]) == ("called_off", 1, 1)
    assert api.post(f"{one}/call-off").json["code"] == "review_ended"
    assert api.get(f"{one}/report").text.count("Spring review") == 5
    assert api.get("/api/v1/access-reviews").json["data"][0]["state"] == "called_off"
    refused = api.post("/api/v1/access-reviews", json=save | {"reviewers": {"group": "Nobody"}})
    assert refused.json["errors"][0]["path"] == "reviewers.group"
