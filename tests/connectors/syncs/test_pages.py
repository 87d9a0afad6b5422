"""A sync's page: what it says, what its buttons do, and how its records are walked through."""

import re

import pytest
from sqlalchemy import select

from studio.connectors.models import Connection, ConnectionSync
from tests.factories import syncs
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.connections import Switchboard

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def visited(app, desk):
    """The desk's workspace, and its owner's browser."""
    tenant = make_tenant(app.extensions["studio_database"])
    desk.board = Switchboard(app, tenant.id, desk.board.url.partition("//")[2])
    desk.syncing = syncs.syncing(desk.board, desk.told)
    return desk, signed_in(app, tenant.id, tenant["owner"]), tenant


def test_a_sync_is_started_looked_at_held_and_read_again_by_its_page(app, visited):
    desk, client, tenant = visited
    connection = syncs.connect(desk.board)
    desk.shop.put(*(f"o-{number:02}" for number in range(30)), total="7.00")
    answer = client.post("/connections/main-shop/syncs", data={"stream": "orders"})
    page = answer.headers["location"]
    assert "Nothing was read yet" in client.get(page).text
    assert desk.drain() == 30
    text = client.get(page).text
    for said in ("Up to date", "Everything, for the first time", "o-29", "/orders", "Changed since"):
        assert said in text
    assert "o-04" not in text, "it is on the second page"
    [older] = re.findall(r'rel="next" href="([^"]+)"', text)
    assert "o-04" in client.get(older.replace("&amp;", "&")).text
    assert client.get(f"{page}?record=o-04").text.count("<code>o-") == 1
    assert "Orders" in client.get("/connections/main-shop").text

    client.post(page, data={"do": "pause"})
    assert "Paused" in client.get(page).text
    assert "paused" in client.post(page, data={"do": "now"}, follow_redirects=True).text
    client.post(page, data={"do": "resume"})
    assert desk.drain() == 0
    assert "Choose a day." in client.post(page, data={"do": "backfill", "since": "x"}, follow_redirects=True).text
    desk.shop.answer(500, json_body={"message": "the shop is on fire"})
    client.post(page, data={"do": "backfill"})
    desk.drain()
    text = client.get(page).text
    for said in ("Failed", "the shop is on fire", "Try again now", "Everything once more"):
        assert said in text
    client.post(page, data={"do": "now"})
    assert desk.drain() == 30

    every = {"do": "every", "unit": "hours"}
    said = client.post(page, data=every | {"count": "2"}, follow_redirects=True).text
    assert "It is read every 2 h 00 min now." in said
    assert 'value="2"' in said
    assert '<option value="hours" selected>' in said
    for wrong in ("0", "-1", "1.5", "169", "", "a", "999999999", "٣"):
        refused = client.post(page, data=every | {"count": wrong}, follow_redirects=True).text
        assert "whole number" in refused or "a minute to seven days" in refused
    with desk.unit(read_only=True) as unit:
        [row] = unit.session.scalars(select(ConnectionSync))
        assert row.every_s == 7_200
        assert (row.next_due_at - row.succeeded_at).total_seconds() == 7_200

    twice = client.post("/connections/main-shop/syncs", data={"stream": "orders"}, follow_redirects=True).text
    assert "synced already" in twice
    stranger = signed_in(app, tenant.id, tenant["builder"])
    assert stranger.get(page).status_code == 200
    assert stranger.post(page, data={"do": "pause"}).status_code == 403
    assert stranger.post(page, data=every | {"count": "5"}).status_code == 403
    assert "How often it is read" not in stranger.get(page).text
    with desk.unit(read_only=True) as unit:
        assert unit.session.get_one(Connection, connection).status == "active"
