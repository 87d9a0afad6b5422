"""Syncs by the API: begun, changed, read again, and what they have copied page by page."""

from uuid import UUID

import pytest

from studio.connectors import catalogue
from studio.connectors.definition import Connector
from studio.connectors.models import ConnectionRecord, ConnectionSync
from studio.connectors.syncs.stream import Page, Stream
from tests.factories.accounts import make_tenant, make_token, with_token
from tests.factories.connections import make_connection

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def caller(app, database, monkeypatch):
    """Give a program, and a connection whose system has orders."""
    stream = Stream(key="orders", title="Orders", read=lambda *_: Page([], {}, True), cursor_field="id")
    known = catalogue.connectors()["http"]
    grown = Connector(**{name: getattr(known, name) for name in known.__slots__} | {"streams": (stream,)})
    monkeypatch.setitem(catalogue.connectors(), "http", grown)
    tenant = make_tenant(database)
    row = make_connection(app, tenant)
    client = with_token(app, make_token(app, tenant, "owner", ["connections:read", "connections:write"]))
    return tenant, row, client


def test_a_stream_is_copied_from_now_on_and_can_be_held_and_read_again(caller):
    _tenant, row, client = caller
    of = f"/api/v1/connections/{row.id}/syncs"
    assert client.post(of, json={"stream": "nothing"}).json["code"] == "sync.stream"
    assert client.post(of, json={"stream": "orders", "every_s": 1}).json["code"] == "sync.every"
    made = client.post(of, json={"stream": "orders", "every_s": 600})
    assert (made.status_code, made.json["state"], made.json["every_s"]) == (201, "idle", 600)
    assert client.post(of, json={"stream": "orders"}).status_code == 409
    one = f"/api/v1/syncs/{made.json['id']}"
    assert client.get(of).json["data"] == [client.get(one).json]
    assert client.put(one, json={"every_s": 900}).json["every_s"] == 900
    assert client.post(f"{one}/pause").json["state"] == "paused"
    assert client.post(f"{one}/now").status_code == 409
    assert client.post(f"{one}/resume").json["state"] != "paused"
    assert client.post(f"{one}/disable").json["state"] == "disabled"
    assert client.post(f"{one}/enable").json["state"] != "disabled"
    assert client.post(f"{one}/now").json["state"] == "queued"
    assert client.post(f"{one}/backfill", json={"since": "2026-03-01T00:00:00"}).status_code == 422
    assert client.post(f"{one}/backfill", json={}).json["code"] == "sync.first"


def test_records_come_by_pages_newest_change_first(caller, database):
    tenant, row, client = caller
    made = client.post(f"/api/v1/connections/{row.id}/syncs", json={"stream": "orders"}).json
    with database.unit(tenant.id) as unit:
        sync = unit.session.get_one(ConnectionSync, UUID(made["id"]))
        for number in range(5):
            unit.session.add(ConnectionRecord(
                sync_id=sync.id, external_id=f"o/{number}", hash="x", data={"n": number}, generation=0,
                changed_at=unit.now,
            ))  # fmt: skip
    address, seen, cursor = f"/api/v1/syncs/{made['id']}/records", [], None
    while True:
        page = client.get(address, query_string={"limit": 2} | ({"cursor": cursor} if cursor else {})).json
        seen += [one["external_id"] for one in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["o/4", "o/3", "o/2", "o/1", "o/0"]
    for wrong in ("x", "2026-03-01T00:00:00|a", "2026-03-01T00:00:00+00:00|"):
        assert client.get(address, query_string={"cursor": wrong}).json["code"] == "cursor"
