"""Calendars of working hours by the API."""

from datetime import timedelta

import pytest

from studio.approvals import service
from studio.approvals.deadlines import Duration, deadline
from tests.factories.approvals import listen, make_ask

SAVE = {
    "name": "Support hours",
    "time_zone": "Europe/Berlin",
    "week": [*[["09:00-17:00"]] * 5, [], []],
    "holidays": [{"date": "2026-12-25", "name": "Christmas", "yearly": True}],
}


def test_a_calendar_from_making_to_deleting(api):
    made = api.post("/api/v1/calendars", json=SAVE)
    assert (made.status_code, made.json["is_default"]) == (201, True)
    one = f"/api/v1/calendars/{made.json['id']}"
    due = api.get(f"{one}/due?hours=8&at=2026-03-06T16:00:00%2B01:00")
    assert due.json["due_at"] == "2026-03-09T15:00:00Z"
    changed = api.put(one, json=SAVE | {"name": "Hours", "holidays": [{"date": "2026-03-09"}]})
    assert changed.json["holidays"] == [{"date": "2026-03-09", "name": "", "yearly": False}]
    assert api.get(f"{one}/due?hours=8&at=2026-03-06T16:00:00%2B01:00").json["due_at"] == "2026-03-10T15:00:00Z"
    more = api.post(f"{one}/public-holidays", json={"place": "DE", "year": 2026})
    assert {"date": "2026-10-03", "name": "German Unity Day", "yearly": False} in more.json["holidays"]
    other = api.post("/api/v1/calendars", json=SAVE | {"name": "Nights"}).json
    assert api.delete(one).status_code == 409
    assert api.post(f"/api/v1/calendars/{other['id']}/default").json["is_default"]
    assert api.delete(one).status_code == 204
    assert [row["name"] for row in api.get("/api/v1/calendars").json["data"]] == ["Nights"]


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        ({"week": [[]] * 7}, "no_working_time", "week"),
        ({"week": [["9 to 5"], *[[]] * 6]}, "bad_hours", "week.0.0"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone", "time_zone"),
        ({"holidays": [{"date": "2026-02-30"}]}, "bad_date", "holidays.0.date"),
    ],
)
def test_a_bad_calendar_is_refused_with_its_field(api, changed, code, path):
    answer = api.post("/api/v1/calendars", json=SAVE | changed)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert [error["path"] for error in answer.json["errors"]] == [path]
    assert api.get("/api/v1/calendars").json["data"] == []


def test_moments_need_their_offset_and_answers_an_end(api):
    made = api.post("/api/v1/calendars", json=SAVE | {"week": [["09:00-10:00"], *[[]] * 6]}).json
    one = f"/api/v1/calendars/{made['id']}"
    assert api.get(f"{one}/due?hours=8&at=2026-03-06T16:00:00").status_code == 422
    assert api.get(f"{one}/due?hours=9999").json["code"] == "beyond_calendar"


def test_open_deadlines_are_moved_by_the_plan_that_was_shown(api, database, tenant):
    listen()
    always = {"name": "Always", "time_zone": "UTC", "week": [["00:00-24:00"]] * 7, "holidays": []}
    made = api.post("/api/v1/calendars", json=always).json
    one = f"/api/v1/calendars/{made['id']}"
    with database.unit(tenant.id) as uow:
        ends = deadline(uow, uow.now, Duration(amount=8, unit="working_hours"), None)
        ask = make_ask([tenant["owner"]], due_at=ends.due_at, calendar_id=ends.calendar_id, counted=ends.counted)
        request_id = service.request(uow, ask)
        off = [{"date": (uow.now + timedelta(days=n)).date().isoformat()} for n in (0, 1)]
    before = api.get(f"{one}/deadlines").json
    assert (before["moves"], before["over"], before["unknown"], before["more"]) == ([], 0, 0, False)
    api.put(one, json=always | {"holidays": off})
    plan = api.get(f"{one}/deadlines").json
    [move] = plan["moves"]
    assert (move["request_id"], move["remind_after"], move["escalates_after"]) == (str(request_id), None, None)
    assert move["due_after"] > move["due_before"]
    late = api.post(f"{one}/deadlines", json={"shown": before["shown"]})
    assert (late.status_code, late.json["code"]) == (409, "calendar_changed")
    assert api.post(f"{one}/deadlines", json={"shown": plan["shown"]}).json == {"moved": 1}
    assert api.get(f"/api/v1/approvals/{request_id}").json["due_at"] == move["due_after"]
