"""API descriptions by the API: imported by text and by address, read, and deleted once nobody acts by them."""

import json

import pytest

from studio.audit.models import AuditEvent
from studio.connectors.calling import stepping
from studio.connectors.calling.opening import find
from studio.connectors.models import ConnectorDocument, ConnectorOperation
from studio.connectors.service import creating, state
from tests.connectors.openapi.examples import SHOP
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.connections import Switchboard
from tests.factories.workflows import make_workflow

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
ALL = "/api/v1/api-descriptions"


@pytest.fixture
def caller(app, database, http_target):
    """A program, its workspace, and what its calls go to."""
    tenant = make_tenant(database)
    board = Switchboard(app, tenant.id, f"127.0.0.1:{http_target.port}")
    app.extensions["studio_connections"] = stepping.reach()
    client = with_token(app, make_token(app, tenant, "owner", ["connections:read", "connections:write"]))
    return tenant, board, client


def count(board, model):
    with board.database.unit(board.workspace_id, read_only=True) as unit:
        return unit.session.query(model).count()


def test_a_document_comes_by_its_text_or_its_address_and_again_as_a_new_version(caller, http_target):
    _tenant, board, client = caller
    made = client.post(ALL, json={"content": json.dumps(SHOP)})
    assert (made.status_code, made.json["name"], made.json["version"]) == (201, "shop-api", 1)
    assert client.post(ALL, json={"content": json.dumps(SHOP), "name": "shop-api"}).json == made.json
    smaller = {**SHOP, "paths": {"/orders": SHOP["paths"]["/orders"]}}
    http_target.always(200, json_body=smaller)
    second = client.post(ALL, json={"address": f"{http_target.url}/openapi.json", "name": "shop-api"}).json
    assert (second["version"], second["source"]) == (2, f"{http_target.url}/openapi.json")
    assert client.get(ALL).json["data"] == [second]
    assert client.get(f"{ALL}/{made.json['id']}").json == made.json

    for body, status, code, field in (
        ({}, 422, "openapi.nothing", "address"),
        ({"content": "{"}, 422, None, "document"),
        ({"content": json.dumps({"openapi": "2.0"})}, 422, None, "document"),
        ({"content": json.dumps(SHOP), "name": "Not a name"}, 422, "openapi.name", "name"),
        ({"address": "http://169.254.169.254/"}, 422, "http.refused_address", "address"),
    ):
        answer = client.post(ALL, json=body)
        assert answer.status_code == status, body
        assert code is None or answer.json["code"] == code
        assert answer.json["errors"][0]["path"].startswith(field)
    assert count(board, ConnectorDocument) == 2


def test_one_that_connections_act_by_stays_and_says_who_they_are(app, caller):
    tenant, board, client = caller
    made = client.post(ALL, json={"content": json.dumps(SHOP)}).json
    with board.database.unit(board.workspace_id) as unit:
        settings = {"document": "shop-api", "base_url": board.url}
        creating.create(
            unit, connector_key="openapi", title="North shop", auth="api_key", settings=settings, environment="test"
        )
    call = {"key": "call", "type": "connection.action", "name": "Labels",
            "config": {"connection": "north-shop", "action": "openapi.refundOrder", "input": {}}}  # fmt: skip
    hook = {"key": "hook", "type": "trigger.webhook", "name": "Order", "config": {"sample": {"id": "1"}}}
    document = {"schema": "studio.workflow/1", "name": "Print labels", "nodes": [hook, call],
                "edges": [{"from": "hook", "port": "next", "to": "call"}]}  # fmt: skip
    make_workflow(app, tenant, document)
    refused = client.delete(f"{ALL}/{made['id']}")
    assert (refused.status_code, refused.json["code"]) == (409, "openapi.in_use")
    assert "“North shop” (in workflows Print labels)" in refused.json["detail"]
    page = signed_in(app, tenant.id, tenant["owner"])
    gone = "/connections/descriptions/shop-api/delete"
    assert "North shop" in page.post(gone, follow_redirects=True).text
    assert signed_in(app, tenant.id, tenant["builder"]).post(gone).status_code == 403
    assert count(board, ConnectorOperation) > 0

    with board.database.unit(board.workspace_id) as unit:
        state.disconnect(unit, find(unit, "north-shop"), revoked=False)
    assert client.delete(f"{ALL}/{made['id']}").status_code == 204
    assert client.get(f"{ALL}/{made['id']}").status_code == 404
    assert (count(board, ConnectorDocument), count(board, ConnectorOperation)) == (0, 0)
    with board.database.unit(board.workspace_id, read_only=True) as unit:
        actions = [row.action for row in unit.session.query(AuditEvent)]
    assert actions.count("connector_document.deleted") == 1
    client.post(ALL, json={"content": json.dumps(SHOP)})
    assert page.post(gone).location == "/connections/descriptions"
