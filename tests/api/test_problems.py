"""Bad input: each a clear 4xx that names the field, and nothing is changed."""

import json
from urllib.parse import unquote

import pytest

from tests.security.bodies import BODIES

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

URL = "/api/v1/workflows"
ANY_ID = "019a0000-0000-7000-8000-000000000000"


def refused(answer, status: int, code: str, *paths: str):
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert answer.content_type == "application/problem+json"
    assert set(answer.json) == {"type", "title", "status", "code", "detail", "resource", "errors", "request_id"}
    assert answer.json["status"] == status
    assert [one["path"] for one in answer.json["errors"]] == list(paths)
    assert all(set(one) == {"path", "code", "message"} for one in answer.json["errors"])


def test_the_body_is_not_json(api):
    for data in (
        b"{",
        b"",
        b'{"name": NaN}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b"[" * 5_000,
    ):
        refused(api.post(URL, data=data, content_type="application/json"), 400, "body.not_json")


def test_the_body_is_of_another_type(api):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        refused(api.post(URL, data=b'{"name": "x"}', content_type=kind), 415, "body.content_type")


def test_fields_are_named(api):
    refused(api.post(URL, json={}), 422, "body.invalid", "name")
    refused(api.post(URL, json={"name": 7, "colour": "red"}), 422, "body.invalid", "name", "colour")
    refused(api.post(URL, json=[]), 422, "body.invalid", "body")
    refused(api.post(URL, json="x" * 10), 422, "body.invalid", "body")
    members = {"name": "Team", "members": [ANY_ID, "nobody"]}
    refused(api.post("/api/v1/approver-groups", json=members), 422, "body.invalid", "members.1")


def test_nothing_is_coerced(api):
    refused(api.patch("/api/v1/workspace", json={"retention_days": "90"}), 422, "body.invalid", "retention_days")
    refused(api.patch("/api/v1/workspace", json={"retention_days": 90.5}), 422, "body.invalid", "retention_days")


def test_what_a_service_refuses_has_its_field_too(api):
    for field, value in (("currency", "ABC"), ("time_zone", "Mars/Olympus"), ("locale", "zz_ZZ")):
        answer = api.patch("/api/v1/workspace", json={field: value})
        refused(answer, 422, "invalid_input", field)
    assert api.get("/api/v1/workspace").json["currency"] == "EUR"


def test_the_query_is_checked(api):
    for query, path in (
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=ten", "limit"), ("colour=red", "colour"),
        ("cursor=../../etc", "cursor"), ("enabled=perhaps", "enabled"),
    ):  # fmt: skip
        refused(api.get(f"{URL}?{query}"), 422, "query.invalid", path)
    refused(api.get(f"{URL}?limit=1&limit=2"), 422, "query.repeated", "limit")
    refused(api.get(f"{URL}?q=%00"), 422, "body.text", "q")
    for path in (URL, "/api/v1/runs", "/api/v1/members", "/api/v1/audit/events", "/api/v1/approvals"):
        refused(api.get(f"{path}?cursor=nonsense"), 422, "query.cursor", "cursor")


@pytest.mark.parametrize("moment", ["1969-12-31T23:59:59Z", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
def test_moments_at_the_edge_of_the_calendar(api, moment):
    for path in ("/api/v1/runs", "/api/v1/audit/events"):
        refused(api.get(f"{path}?since={moment}"), 422, "query.invalid", "since")
    for path, example, field in (
        ("/api/v1/access-reviews", "start_access_review", "due_at"),
        ("/api/v1/protection/freezes", "plan_freeze", "starts_at"),
    ):
        body = BODIES[f"api_v1.{example}"]["json"] | {field: unquote(moment)}
        refused(api.post(path, json=body), 422, "body.invalid", field)


def test_too_large(api):
    big = json.dumps({"name": "x" * 5_000_000}).encode()
    refused(api.post(URL, data=big, content_type="application/json"), 413, "body.too_large")
    huge = b" " * (11 * 1_048_576)
    assert api.post(URL, data=huge, content_type="application/json").status_code == 413


def test_too_deep(api):
    deep: object = 1
    for _ in range(90):
        deep = {"a": deep}
    answer = api.post("/api/v1/signals/parcel", json={"key": "1", "payload": deep})
    assert (answer.status_code, answer.json["code"]) == (422, "body.too_deep")
    data = b'{"key": "1", "payload": ' + b"[" * 500 + b"]" * 500 + b"}"
    assert api.post("/api/v1/signals/parcel", data=data, content_type="application/json").status_code in (400, 422)


@pytest.mark.parametrize("payload", ["a\0b", {"a\0": 1}, [2**63], {"a": {"b": -(2**64)}}])
def test_what_no_column_can_hold(api, payload):
    data = json.dumps({"key": "1", "payload": payload})
    answer = api.post("/api/v1/signals/parcel", data=data, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["path"].startswith("payload")


def test_a_number_beyond_all_bounds(api):
    data = b'{"key": "1", "payload": [1e999]}'
    refused(api.post("/api/v1/signals/parcel", data=data, content_type="application/json"), 422, "body.number",
            "payload.0")  # fmt: skip


def test_a_body_where_none_belongs(api):
    refused(api.post(f"{URL}/{ANY_ID}/enable", json={"enabled": False}), 422, "body.unexpected", "body")


def test_addresses_that_are_none(api):
    for path in ("/api/v1/nothing", f"{URL}/not-an-id", f"{URL}/{ANY_ID}"):
        answer = api.get(path)
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
        assert answer.content_type == "application/problem+json"
    answer = api.put(URL, json={})
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_tokens_that_do_not_work(app, api):
    for header in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Bearer stu_" + "A" * 64}):
        answer = app.test_client().get(URL, headers=header)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    refused(app.test_client().get("/api/v1/me"), 401, "not_signed_in")


def test_the_request_has_an_id(api):
    first, second = api.get(f"{URL}/{ANY_ID}").json, api.get(f"{URL}/{ANY_ID}").json
    assert first["request_id"] != second["request_id"]
