"""Pages and API of connections, against a real server on this machine."""

import re

import pytest

from studio.connectors.calling import stepping
from studio.connectors.models import ConnectionCredential
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.connections import Switchboard, make_connection

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
SECRET = "zugvogel-api-key"


@pytest.fixture
def shop(app, database, http_target):
    """Give a tenant whose calls may go to the test's server."""
    tenant = make_tenant(database)
    board = Switchboard(app, tenant.id, f"127.0.0.1:{http_target.port}")
    app.extensions["studio_connections"] = stepping.reach()
    return tenant, board


def filled(board, **more):
    return {
        "title": "ERP", "environment": "test", "settings.base_url": board.url, "settings.check_path": "/me",
        "credentials.header": "X-Key", "credentials.api_key": SECRET, **more,
    }  # fmt: skip


def test_a_system_is_connected_once_it_takes_what_was_typed_and_says_why_where_it_does_not(app, shop, http_target):
    tenant, board = shop
    client = signed_in(app, tenant.id, tenant["owner"])
    assert "Nothing is connected yet" in client.get("/connections").text
    assert "HTTP API" in client.get("/connections/new").text
    http_target.answer(403, json_body={"message": f"no {SECRET} here"})
    refused = client.post("/connections/new/http?auth=api_key", data=filled(board))
    assert refused.status_code == 422
    assert "refused this (403): no *** here" in refused.text
    assert SECRET not in refused.text
    assert "Not connected" in client.get("/connections").text
    assert board.row("erp").status == "draft"

    answer = client.post("/connections/erp/connect", data=filled(board))
    assert answer.status_code == 302
    page = client.get("/connections/erp").text
    assert "Connected" in page
    assert "/me" in page, "the request log"
    assert SECRET not in page
    assert http_target.requests[-1].headers["x-key"] == SECRET
    row = board.row("erp")
    assert (row.status, row.health) == ("active", "healthy")


def test_bad_input_is_said_beside_its_field_and_makes_nothing(app, shop, http_target):
    tenant, board = shop
    client = signed_in(app, tenant.id, tenant["owner"])
    for changed, said in (
        ({"settings.base_url": "javascript:alert(1)"}, "settings-base_url-error"),
        ({"settings.base_url": "https://user:pw@shop.example.com"}, "settings-base_url-error"),
        ({"settings.nonsense": "1"}, "Look at the fields"),
        ({"credentials.api_key": ""}, "credentials-api_key-error"),
        ({"credentials.api_key": "a\nb"}, "credentials-api_key-error"),
        ({"title": " "}, "title-error"),
    ):
        answer = client.post("/connections/new/http?auth=api_key", data=filled(board, **changed))
        assert answer.status_code == 422, changed
        assert said in answer.text, changed
    assert client.get("/connections/new/nothing").status_code == 404
    assert http_target.requests == []
    assert "Nothing is connected yet" in client.get("/connections").text


def test_a_redirect_to_an_inner_address_and_a_page_instead_of_json_are_refused(app, shop, http_target):
    tenant, board = shop
    client = signed_in(app, tenant.id, tenant["owner"])
    http_target.answer(302, headers={"Location": "http://169.254.169.254/latest"})
    answer = client.post("/connections/new/http?auth=api_key", data=filled(board))
    assert answer.status_code == 422
    assert "which Studio does not follow" in answer.text
    assert len(http_target.requests) == 1
    inner = client.post(
        "/connections/new/http?auth=api_key", data=filled(board) | {"settings.base_url": "http://169.254.169.254"}
    )
    assert inner.status_code == 422
    assert "leads inside" in inner.text


def test_an_outsider_connects_by_a_link_once_and_sees_nothing_else(app, shop, http_target):
    tenant, board = shop
    client = signed_in(app, tenant.id, tenant["owner"])
    client.post("/connections/new/http?auth=api_key", data=filled(board))
    made = client.post("/connections/erp/link", data={"hours": "24"})
    path = re.search(r"/connect/[A-Za-z0-9_-]+", made.text)[0]
    outsider = app.test_client()
    page = outsider.get(path)
    assert tenant.name in page.text
    assert board.url not in page.text
    data = {"credentials.header": "X-Key", "credentials.api_key": "typed-by-the-supplier"}
    http_target.answer(401)
    assert outsider.post(path, data=data).status_code == 422
    assert "is connected" in outsider.post(path, data=data).text
    assert board.accounts.api(tenant.id, "erp").account.credentials["api_key"] == "typed-by-the-supplier"
    assert "does not work any more" in outsider.post(path, data=data).text
    assert "does not work any more" in outsider.get(path).text
    assert "does not work any more" in outsider.get("/connect/cnl_" + "x" * 64).text


def test_what_breaks_is_said_before_it_goes_and_credentials_are_wiped(app, shop):
    tenant, board = shop
    client = signed_in(app, tenant.id, tenant["owner"])
    row = make_connection(app, tenant)
    assert client.post(f"/connections/{row.handle}/pause").status_code == 302
    assert "Paused" in client.get("/connections").text
    assert client.post(f"/connections/{row.handle}/resume").status_code == 302
    assert "No workflow names it" in client.get(f"/connections/{row.handle}/disconnect").text
    client.post(f"/connections/{row.handle}/disconnect")
    assert board.row(row.handle).status == "disconnected"
    with board.database.unit(tenant.id, read_only=True) as unit:
        assert unit.session.query(ConnectionCredential).all() == []
    assert "wiped" in client.get("/connections").text
    assert row.title not in client.get("/connections").text
    assert row.title in client.get("/connections?disconnected=1").text


def test_programs_connect_with_a_scope_of_its_own(app, shop, http_target):
    tenant, board = shop
    caller = with_token(app, make_token(app, tenant, "owner", ["connections:read", "connections:write"]))
    body = {"connector": "http", "title": "ERP", "auth": "bearer", "environment": "test",
            "settings": {"base_url": board.url, "check_path": "/me"}}  # fmt: skip
    made = caller.post("/api/v1/connections", json=body)
    assert (made.status_code, made.json["handle"], made.json["status"]) == (201, "erp", "draft")
    one = f"/api/v1/connections/{made.json['id']}"
    http_target.answer(401)
    refused = caller.post(f"{one}/credentials", json={"credentials": {"token": SECRET}})
    assert (refused.status_code, refused.json["code"]) == (422, "connection.reauth_required")
    connected = caller.post(f"{one}/credentials", json={"credentials": {"token": SECRET}})
    assert (connected.status_code, connected.json["status"]) == (200, "active")
    assert SECRET not in connected.text + caller.get(one).text + caller.get("/api/v1/connections").text
    assert caller.post(f"{one}/pause").json["status"] == "paused"
    assert caller.post(f"{one}/pause").status_code == 409
    elsewhere = {"title": "ERP", "settings": {"base_url": "https://evil.example.com"}}
    assert caller.put(one, json=elsewhere).json["code"] == "connection.other_host"
    assert caller.delete(one).status_code == 204
