"""API descriptions as people import and use them."""

import copy
import io
import json

import pytest

from studio.connectors.calling import stepping
from tests.connectors.openapi.examples import SHOP
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.connections import Switchboard

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
PAGE = "/connections/descriptions"


@pytest.fixture
def client(app, database, http_target):
    tenant = make_tenant(database)
    Switchboard(app, tenant.id, f"127.0.0.1:{http_target.port}")
    app.extensions["studio_connections"] = stepping.reach()
    return signed_in(app, tenant.id, tenant["owner"])


def test_from_an_address_to_a_connection_whose_forms_the_editor_gets(client, http_target):
    assert "No API is described yet" in client.get(PAGE).text
    http_target.always(200, json_body=SHOP)
    address = f"{http_target.url}/openapi.json"
    answer = client.post(f"{PAGE}/new", data={"address": address})
    assert (answer.status_code, answer.location) == (302, f"{PAGE}/shop-api")
    page = client.get(f"{PAGE}/shop-api").text
    assert "Refund an order" in page
    assert "multipart/form-data" in page, "what is left out is said"
    assert "List orders" not in client.get(f"{PAGE}/shop-api?q=refund").text
    assert "Shop API" in client.get(PAGE).text

    form = client.get("/connections/new/openapi?description=shop-api").text
    assert 'value="shop-api"' in form
    assert 'value="https://north.example.com/v2"' in form
    filled = {
        "title": "Shop", "environment": "test", "settings.document": "shop-api", "settings.base_url": http_target.url,
        "credentials.header": "X-Api-Key", "credentials.api_key": "k",
    }  # fmt: skip
    assert client.post("/connections/new/openapi?auth=api_key", data=filled).status_code == 302
    offered = client.get("/connections/shop/actions?q=refund").json
    assert [one["name"] for one in offered["actions"]] == ["openapi.refundOrder"]
    drawn = client.get("/connections/shop/actions/openapi.refundOrder").json["schema"]
    assert list(drawn["properties"])[:3] == ["order_id", "amount", "lines"]

    document = copy.deepcopy(SHOP)
    del document["paths"]["/orders"]
    assert address in client.get(f"{PAGE}/shop-api/update").text
    file = (io.BytesIO(json.dumps(document).encode()), "shop.json")
    answer = client.post(f"{PAGE}/shop-api/update", data={"file": file}, content_type="multipart/form-data")
    assert answer.status_code == 302
    assert "Gone: List orders" in client.get(f"{PAGE}/shop-api").text


def test_what_cannot_be_taken_is_explained_and_changes_nothing(client, http_target):
    for data, said in (
        ({"text": 'swagger: "2.0"'}, "This is Swagger 2.0"),
        ({"text": ""}, "There is nothing in this document"),
        ({"text": '{"openapi": "3.0.0", "paths": {"$ref": "http://169.254.169.254/"}}'}, "outside itself"),
        ({"address": "http://10.0.0.1/openapi.json"}, "it leads inside"),
        ({"address": "nowhere"}, "no address"),
    ):
        answer = client.post(f"{PAGE}/new", data=data)
        assert answer.status_code == 422, data
        assert said in answer.text, data
        assert "Nothing was imported" in answer.text
    assert "No API is described yet" in client.get(PAGE).text
    assert client.get(f"{PAGE}/nothing").status_code == 404
    assert client.post(f"{PAGE}/nothing/update", data={"text": json.dumps(SHOP)}).status_code == 404
