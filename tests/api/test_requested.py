"""Asking, following and reminding by the API, as the person behind the token."""

from uuid import UUID

import pytest

from studio.approvals import askers
from studio.approvals.models import Request
from tests.factories.approvals import decide, listen, make_request

URL = "/api/v1/approvals"


@pytest.fixture(autouse=True)
def heard():
    askers.register(askers.PERSON, askers.nobody)
    return listen()


@pytest.fixture
def body(tenant):
    return {
        "title": "Buy a camera", "text": "The old one broke.", "facts": [["Shop", "Foto Koch"]], "amount": "420.00",
        "currency": "EUR", "approvers": [f"user:{tenant['admin'].email}"],
    }  # fmt: skip


def test_ask_follow_remind_and_hear(caller, api, tenant, database, body):
    mine = caller("approver")
    made = mine.post(URL, json=body)
    assert made.status_code == 201
    assert (made.json["title"], made.json["instructions"], made.json["state"]) == (
        "Buy a camera", "The old one broke.", "pending",
    )  # fmt: skip
    one = f"{URL}/{made.json['id']}"
    [line] = mine.get(f"{URL}/requested").json["data"]
    assert (line["id"], line["held_by"], line["changes_wanted"]) == (made.json["id"], [tenant["admin"].name], "")
    assert mine.post(f"{one}/remind").json == {"names": [tenant["admin"].name]}
    again = mine.post(f"{one}/remind")
    assert (again.status_code, again.json["code"]) == (429, "reminded_lately")
    assert int(again.headers["Retry-After"]) > 0
    decide(database, tenant, tenant["admin"], UUID(made.json["id"]))
    assert mine.get(f"{URL}/requested?show=open").json["data"] == []
    [line] = mine.get(f"{URL}/requested?show=approved").json["data"]
    assert line["decision"]["by_name"] == tenant["admin"].name
    assert api.get(f"{URL}/requested").json["data"] == []


def test_pages_and_a_cursor_that_is_none(caller, tenant, database):
    mine = caller("approver")
    made = [
        str(make_request(database, tenant, [tenant["admin"]], requester=tenant["approver"].email)) for _ in range(3)
    ]
    first = mine.get(f"{URL}/requested?limit=2").json
    rest = mine.get(f"{URL}/requested?limit=2&cursor={first['next_cursor']}").json
    assert [one["id"] for one in first["data"] + rest["data"]] == made[::-1]
    assert rest["next_cursor"] is None
    refused = mine.get(f"{URL}/requested?cursor=abc")
    assert (refused.status_code, refused.json["code"]) == (422, "query.cursor")


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"title": " "}, "title"),
        ({"facts": [["", "x"]]}, "facts.0.label"),
        ({"facts": [["a"]]}, "facts.0"),
        ({"approvers": []}, "approvers"),
        ({"approvers": ["user:nobody@example.com"]}, "approvers"),
        ({"amount": "1e400"}, "amount"),
        ({"due_at": "2020-01-01T00:00:00Z"}, "due_at"),
        ({"policy": "No such", "approvers": []}, "policy"),
        ({"no_such": 1}, "no_such"),
    ],
)
def test_what_is_wrong_is_named_by_its_path_and_asks_nobody(caller, tenant, database, body, changed, path):
    refused = caller("approver").post(URL, json=body | changed)
    assert refused.status_code == 422
    assert [one["path"] for one in refused.json["errors"]] == [path]
    with database.unit(tenant.id) as uow:
        assert uow.session.query(Request).count() == 0


def test_oneself_is_no_approver_by_the_api_either(caller, tenant, body):
    refused = caller("approver").post(URL, json=body | {"approvers": [f"user:{tenant['approver'].email}"]})
    assert (refused.status_code, refused.json["code"]) == (422, "nobody_can_decide")


def test_a_token_needs_the_scope_and_the_seat(caller, body):
    assert caller("approver", ["approvals:read"]).post(URL, json=body).status_code == 403
    assert caller("auditor").post(URL, json=body).status_code == 403
