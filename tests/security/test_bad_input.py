"""Bad input of every kind: each gets a clear error that names what is wrong, and changes nothing.

A wrong code five times, and links that have expired or were used: tests/portal/test_links.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from studio.accounts.permissions import SCOPES
from studio.approvals import service as approvals
from studio.core import clock
from studio.runtime.service import subscriptions
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.approvals import make_request
from tests.factories.workflows import refunds
from tests.fixtures.client import StudioClient
from tests.security.world import World

API = "/api/v1"


@dataclass
class Place:
    """Our workspace, a program that may do everything in it, and the ids of what stands there."""

    app: Flask
    world: World
    api: StudioClient
    ids: dict[str, str]
    theirs: dict[str, str]

    @property
    def draft(self) -> str:
        return f"{API}/workflows/{self.ids['workflow_id']}/draft"

    def save(self, **changed) -> TestResponse:
        return self.api.put(self.draft, json={"revision": 1, "document": refunds(**changed)})

    def publish(self, document: dict) -> TestResponse:
        """Publish a document as the draft that somebody saved."""
        saved = self.api.put(self.draft, json={"revision": 1, "document": document})
        assert saved.status_code == 200, saved.json
        self.before = self.world.rows(self.world.ours)
        url = f"{API}/workflows/{self.ids['workflow_id']}/publish"
        return self.api.post(url, json={"revision": saved.json["revision"], "note": ""})

    @property
    def hook(self) -> str:
        with self.app.extensions["studio_database"].unit(self.world.ours.id) as uow:
            rows = subscriptions.of_workflow(uow, UUID(self.ids["workflow_id"]))
            return "/hooks/" + str(subscriptions.address(self.app.extensions["studio_keyring"], rows[0]))


@pytest.fixture
def place(world: World) -> Place:
    api = with_token(world.app, make_token(world.app, world.ours, "owner", list(SCOPES)))
    assert api.get(f"{API}/me").status_code == 200  # it has been used once; that is noted once
    return Place(world.app, world, api, world.our_ids, world.their_ids)


def node(key: str, kind: str, **config) -> dict:
    return {"key": key, "type": kind, "name": key, "config": config}


def edge(source: str, target: str, port: str = "next") -> dict:
    return {"from": source, "port": port, "to": target}


def deep(levels: int) -> bytes:
    return b'{"a": ' * levels + b"1" + b"}" * levels


HOOK = node("order", "trigger.webhook")
SET = {"fields": [{"name": "x", "value": "1"}]}
CIRCLE = refunds(
    nodes=[HOOK, node("a", "data.set", **SET), node("b", "data.set", **SET)],
    edges=[edge("order", "a"), edge("a", "b"), edge("b", "a")],
)
NO_CEL = refunds(
    nodes=[HOOK, node("if", "condition.if", condition="trigger.order.total >")], edges=[edge("order", "if")]
)
NO_PORT = refunds(nodes=[HOOK, node("a", "data.set", **SET)], edges=[edge("order", "a", "sideways")])
ORDER = {"order": {"id": "1", "total": 1.0}}
JSON = {"content_type": "application/json"}

CASES: dict[str, tuple[Callable[[Place], TestResponse], int, str, str | None]] = {
    "an edge to nowhere": (
        lambda place: place.save(edges=[edge("order", "nowhere")]), 422, "document.unknown_step",
        "document.edges.0.to",
    ),
    "a graph that is no list": (
        lambda place: place.save(nodes={"order": 1}), 422, "document.type", "document.nodes",
    ),
    "a port that does not exist": (
        lambda place: place.publish(NO_PORT), 422, "workflow.problems", "document.edges.0",
    ),
    "an unknown node type": (
        lambda place: place.save(nodes=[node("a", "action.shell", command="id")], edges=[]), 422,
        "document.unknown_type", "document.nodes.0.type",
    ),
    "an import with an unknown node type": (
        lambda place: place.api.post(
            f"{API}/workflows/import", json=refunds(nodes=[node("a", "code.python", code="1")], edges=[])
        ), 422, "document.unknown_type", "nodes.0.type",
    ),
    "an expression that does not compile": (
        lambda place: place.publish(NO_CEL), 422, "workflow.problems", "document.nodes.1.config.condition",
    ),
    "a circle without a loop": (
        lambda place: place.publish(CIRCLE), 422, "workflow.problems", "document.nodes.1",
    ),
    "a payload that is too large": (
        lambda place: place.app.test_client().post(place.hook, data=b'"' + b"x" * 1_048_576 + b'"', **JSON), 413,
        "webhook.too_large", None,
    ),
    "a payload that is nested too deeply": (
        lambda place: place.app.test_client().post(place.hook, data=deep(65), **JSON), 422, "payload.too_deep", None,
    ),
    "a document that is nested too deeply": (
        lambda place: place.api.post(f"{API}/workflows/import", data=deep(70), **JSON), 422, "document.too_deep", None,
    ),
    "a body that is nested too deeply": (
        lambda place: place.api.put(place.draft, data=deep(5_000), **JSON), 400, "body.not_json", None,
    ),
    "a wrong token": (
        lambda place: with_token(place.app, "stu_" + "A" * 43).put(place.draft, json={"revision": 1}), 401,
        "bad_token", None,
    ),
    "a webhook's address with one letter too few": (
        lambda place: place.app.test_client().post(place.hook[:-1], json=ORDER), 404, "webhook.unknown", None,
    ),
    "another workspace's workflow": (
        lambda place: place.api.post(f"{API}/workflows/{place.theirs['workflow_id']}/disable"), 404, "not_found", None,
    ),
    "another workspace's approval": (
        lambda place: place.api.post(
            f"{API}/approvals/{place.theirs['request_id']}/decision", json={"outcome": "approved", "shown": "0" * 64}
        ), 404, "not_found", None,
    ),
    "a newer revision than there is": (
        lambda place: place.api.put(place.draft, json={"revision": 7, "document": refunds()}), 409, "draft.conflict",
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_in_words_and_nothing_has_changed(place, case):
    ask, status, code, path = CASES[case]
    place.before, theirs = place.world.rows(place.world.ours), place.world.rows(place.world.theirs)
    answer = ask(place)
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"].endswith((".", "?"))
    if path is not None:
        assert path in [one["path"] for one in answer.json["errors"]]
    assert place.world.rows(place.world.ours) == place.before
    assert place.world.rows(place.world.theirs) == theirs


@pytest.mark.parametrize(
    ("end", "code"), [("withdrawn", "withdrawn"), ("expired", "expired"), ("decided", "already_decided")]
)
def test_a_closed_approval_takes_no_answer_and_says_why(place, end, code):
    database, ours = place.app.extensions["studio_database"], place.world.ours
    due = clock.local_now() + timedelta(hours=1)
    request_id = make_request(database, ours, [ours["owner"], ours["approver"]], due_at=due)
    body = {"outcome": "approved", "shown": place.api.get(f"{API}/approvals/{request_id}").json["shown"]}
    if end == "withdrawn":
        with database.unit(ours.id) as uow:
            approvals.withdraw(uow, request_id, "The order was cancelled.")
    elif end == "expired":
        clock.shift(timedelta(hours=2))
    else:
        with database.unit(ours.id, ours["approver"].actor) as uow:
            approvals.decline(uow, request_id, shown=body["shown"], reason="Too much.")
    assert place.api.get(f"{API}/me").status_code == 200
    before = place.world.rows(ours)
    answer = place.api.post(f"{API}/approvals/{request_id}/decision", json=body)
    assert (answer.status_code, answer.json["code"]) == (409, code), answer.json
    assert answer.json["detail"]
    assert place.world.rows(ours) == before


EDGES = {
    "{flag}?before=9223372036854775808": ({}, 200),
    "{flag}/versions/9223372036854775808": ({}, 404),
    "{flag}/production": ({"do": "up.²", "seen": "9" * 5000}, 200),
    "{sync}?at=0001-01-01T00:00:00%2B14:00&id=1": ({}, 200),
    "{connection}/link": ({"hours": "1" * 5000}, 422),
    "/inbox/news?since=0001-01-01T00:00:00%2B14:00": ({}, 422),
    "/audit/evidence": ({"kind": "period", "since": "2026-01-01", "until": "9999-12-31"}, 422),
    "{destination}/replay": ({"since": "0001-01-01T00:00"}, 422),
}
"""Numbers and moments that no column holds, by the page that they are sent to, and what it says."""


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_pages_take_no_number_and_no_moment_that_no_column_holds(world):
    ids, browser = world.our_ids, signed_in(world.app, world.ours.id, world.ours["owner"])
    places = {
        "flag": f"/flags/{ids['flag_key']}", "connection": f"/connections/{ids['handle']}",
        "sync": f"/connections/{ids['handle']}/syncs/{ids['sync_id']}",
        "destination": f"/settings/export/{ids['destination_id']}",
    }  # fmt: skip
    said = {
        place: (browser.post if sent else browser.get)(place.format(**places), **({"data": sent} if sent else {}))
        for place, (sent, _status) in EDGES.items()
    }
    assert {place: answer.status_code for place, answer in said.items()} == {
        place: status for place, (_sent, status) in EDGES.items()
    }


def test_no_zero_character_comes_in_by_a_form_or_an_address(app, database):
    tenant = make_tenant(database)
    browser, stranger = signed_in(app, tenant.id, tenant["owner"]), app.test_client()
    before = World(app, tenant, tenant, {}, {}).rows(tenant)
    for who, place, sent in (
        (stranger, "/password/forgot", {"email": "a\0@example.com"}),
        (browser, "/settings/tokens", {"name": "a\0", "scopes": "runs:read"}),
        (browser, "/profile", {"name": "a\0"}),
        (browser, "/flags/new", {"b\0": "c"}),
    ):
        answer = who.post(place, data=sent)
        assert (answer.status_code, "This holds a zero character" in answer.text) == (422, True), place
    for place, status in (("/flags/%00", 404), ("/flags?q=%00", 200), ("/connections?q=a%00b", 200)):
        assert browser.get(place).status_code == status, place
    assert World(app, tenant, tenant, {}, {}).rows(tenant) == before
