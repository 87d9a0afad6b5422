"""Absences, quiet hours and many put off at once, by the API."""

from datetime import UTC, datetime, timedelta

from tests.factories.approvals import listen, make_request


def moment(**ahead):
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


def test_an_absence_from_saying_so_to_being_back(api, caller, database, tenant):
    listen()
    owner, admin = tenant["owner"], tenant["admin"]
    body = {"to_user_id": str(admin.user_id), "starts_at": moment(seconds=-1), "ends_at": moment(days=3)}
    request_id = make_request(database, tenant, [owner])
    made = api.post("/api/v1/absences", json=body)
    assert (made.status_code, made.json["user_id"], made.json["open_items"]) == (201, str(owner.user_id), True)
    again = api.post("/api/v1/absences", json=body)
    assert (again.status_code, again.json["errors"][0]["code"]) == (422, "overlapping")
    assert [one["id"] for one in caller("admin").get("/api/v1/absences").json["data"]] == [made.json["id"]]
    assert caller("builder").get("/api/v1/absences").json["data"] == []
    assert caller("builder").post(f"/api/v1/absences/{made.json['id']}/end").status_code == 404
    back = api.post(f"/api/v1/absences/{made.json['id']}/end").json
    assert back["ends_at"] < made.json["ends_at"]
    assert api.get("/api/v1/absences").json["data"] == []
    assert api.get(f"/api/v1/approvals/{request_id}").json["state"] == "pending"


def test_what_does_not_fit_is_refused_at_its_field_and_others_are_away_by_admins_alone(api, caller, tenant):
    owner, admin = tenant["owner"], tenant["admin"]
    body = {"to_user_id": str(owner.user_id), "starts_at": moment(seconds=-1), "ends_at": moment(days=3)}
    wrong = [
        ({}, "to_user_id"),
        ({"to_user_id": str(admin.user_id), "ends_at": moment(days=-3)}, "ends_at"),
        ({"to_user_id": str(admin.user_id), "starts_at": moment(days=-3)}, "starts_at"),
        ({"to_user_id": str(admin.user_id), "starts_at": "2030-01-01T08:00:00"}, "starts_at"),
        ({"to_user_id": str(admin.user_id), "user_id": "019a0000-0000-7000-8000-000000000000"}, "user_id"),
    ]
    for changed, path in wrong:
        answer = api.post("/api/v1/absences", json=body | changed)
        assert (answer.status_code, answer.json["errors"][0]["path"]) == (422, path), changed
    for_another = body | {"user_id": str(admin.user_id)}
    refused = caller("approver").post("/api/v1/absences", json=for_another)
    assert (refused.status_code, refused.json["code"]) == (403, "not_yours")
    assert api.post("/api/v1/absences", json=for_another).json["user_id"] == str(admin.user_id)


def test_quiet_hours_and_the_one_mail_a_day(api):
    none = {"quiet_from": None, "quiet_until": None, "digest_at": None, "completion_mails": True}
    assert api.get("/api/v1/me/mail").json == none
    wanted = {"quiet_from": "18:00", "quiet_until": "08:30", "digest_at": "09:00", "completion_mails": False}
    assert api.put("/api/v1/me/mail", json=wanted).json == wanted
    for changed, path in (({"quiet_until": None}, "quiet_until"), ({"quiet_until": "18:00"}, "quiet_until"),
                          ({"digest_at": "25:00"}, "digest_at")):  # fmt: skip
        refused = api.put("/api/v1/me/mail", json=wanted | changed)
        assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, path)
    assert api.get("/api/v1/me/mail").json == wanted


def test_many_are_put_off_and_taken_up_each_for_itself(api, database, tenant):
    listen()
    own = [str(make_request(database, tenant, [tenant["owner"]])) for _ in range(2)]
    others = str(make_request(database, tenant, [tenant["admin"]]))
    done = api.post("/api/v1/approvals/snoozes", json={"items": [*own, others], "until": moment(hours=3)}).json["data"]
    assert [(one["request_id"], one["result"]) for one in done] == [
        (own[0], "done"), (own[1], "done"), (others, "refused"),
    ]  # fmt: skip
    assert len(api.get("/api/v1/approvals?tab=snoozed").json["data"]) == 2
    past = api.post("/api/v1/approvals/snoozes", json={"items": own, "until": moment(hours=-3)})
    assert (past.status_code, past.json["code"]) == (422, "in_the_past")
    back = api.post("/api/v1/approvals/unsnoozes", json={"items": own}).json["data"]
    assert [one["result"] for one in back] == ["done", "done"]
    assert api.get("/api/v1/approvals?tab=snoozed").json["data"] == []
