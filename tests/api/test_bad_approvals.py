"""What cannot be is refused by the API: with a code, the path of the field, and without a row that changes."""

import pytest

from studio.contract.approving import ApprovalItem
from tests.api.test_approvals import NOBODY, OPTIONS, URL
from tests.api.test_calendars import SAVE
from tests.approvals.bad_items import REFUSED, bad_items
from tests.factories.approvals import listen, make_group, make_request
from tests.security.world import World

ITEMS = [ApprovalItem("mug", "Mug", "12.50"), ApprovalItem("plate", "Plate", "9.00")]
PAST = "2020-01-01T08:00:00Z"
UNFIT = (
    ("offers", {"outcome": "maybe"}, "outcome"),
    ("offers", {"outcome": "expired"}, "outcome"),
    ("offers", {"outcome": "declined"}, "comment"),
    ("offers", {"outcome": "approved", "shown": "short"}, "shown"),
    ("offers", {"outcome": "approved", "comment": "x" * 5001}, "comment"),
    ("offers", {"option": "refund"}, "option"),
    ("offers", {"option": "voucher", "answer": {"value": "many"}}, "answer.value"),
    ("offers", {"option": "voucher", "answer": {}}, "answer.value"),
    ("offers", {"option": "voucher", "answer": {"value": "1", "more": "2"}}, "answer.more"),
    ("items", {"outcome": "approved", "items": ["spoon"]}, "items"),
    ("items", {"outcome": "approved", "items": []}, "items"),
)
"""What does not fit a request that is open, and the path that the problem names."""


@pytest.fixture
def rows(app, tenant):
    """All of the tenant's but when its tokens were used."""
    world = World(app, tenant, tenant, {}, {})
    return lambda: {name: found for name, found in world.rows(tenant).items() if name != "api_token"}


@pytest.fixture
def approver(caller):
    listen()
    return caller("approver")


def test_what_cannot_be_decided_is_refused_with_its_code(database, tenant, approver, rows):
    bad = bad_items(database, tenant, tenant["approver"], tenant["admin"])
    assert approver.get(URL).status_code == 200
    before = rows()
    for name, (status, code, _words) in REFUSED.items():
        body = {"outcome": "approved", "shown": bad[name].shown, "comment": "Fine."}
        answer = approver.post(f"{URL}/{bad[name].id}/decision", json=body)
        assert (answer.status_code, answer.json["code"]) == (status, code), (name, answer.json)
        [line] = approver.post(
            f"{URL}/decisions",
            json={"outcome": "approved", "items": [{"id": str(bad[name].id), "shown": bad[name].shown}]},
        ).json["data"]
        assert (line["result"] in ("refused", "settled"), line["code"]) == (True, code), (name, line)
        assert rows() == before, name
    for name in ("closed", "taken back", "handed on", "of others", "of another workspace", "escalated away"):
        for path, body in (
            ("acknowledge", None), ("snooze", {"until": "2090-01-01T08:00:00Z"}),
            ("reassign", {"to": str(tenant["builder"].user_id)}),
        ):  # fmt: skip
            answer = approver.post(f"{URL}/{bad[name].id}/{path}", json=body)
            assert answer.status_code in (403, 404, 409), (name, path, answer.json)
            assert rows() == before, (name, path)


def test_what_does_not_fit_is_refused_at_its_field(database, tenant, approver, api, rows):
    made = {
        "offers": make_request(database, tenant, [tenant["approver"]], options=OPTIONS),
        "items": make_request(database, tenant, [tenant["approver"]], items=ITEMS),
    }
    seen = {name: approver.get(f"{URL}/{one}").json["shown"] for name, one in made.items()}
    make_group(database, tenant, "Refund team", [tenant["approver"], tenant["admin"]])
    two, hour = {"approvers": ["group:Refund team"]}, {"amount": 1, "unit": "hours"}
    before = rows()
    for name, sent, path in UNFIT:
        answer = approver.post(f"{URL}/{made[name]}/decision", json={"shown": seen[name]} | sent)
        assert (answer.status_code, paths(answer)) == (422, [path]), (sent, answer.json)
        assert rows() == before, sent
    one = f"{URL}/{made['offers']}"
    policies, calendars = "/api/v1/approval-policies", "/api/v1/calendars"
    for who, path, body, field in (
        (approver, f"{one}/snooze", {"until": PAST}, "until"),
        (approver, f"{one}/snooze", {"until": "2090-01-01T08:00:00"}, "until"),
        (approver, f"{one}/reassign", {"to": NOBODY}, "to"),
        (approver, f"{one}/reassign", {"to": "somebody"}, "to"),
        (api, calendars, SAVE | {"week": [[]] * 7}, "week"),
        (api, policies, {"name": "Three", "rule": two | {"need": "at_least", "number": 3}}, "rule.number"),
        (api, policies, {"name": "Three", "rule": two | {"declines": 3}}, "rule.declines"),
        (api, policies, {"name": "Soon", "rule": two | {"due_in": hour | {"amount": 0}}}, "rule.due_in.amount"),
        (api, "/api/v1/approval-dry-runs", {"rule": two, "at": PAST}, "at"),
    ):
        answer = who.post(path, json=body)
        assert (answer.status_code, paths(answer)) == (422, [field]), (path, body, answer.json)
        assert rows() == before, (path, body)


def paths(answer):
    """Of the problems, each of which has a code."""
    return [one["path"] for one in answer.json.get("errors", ()) if one["code"]]
