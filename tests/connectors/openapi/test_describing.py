"""What is made of a document: keys, forms, ways to sign in; what is left out says why."""

import copy
import json

import pytest

from studio.connectors.openapi.document import following
from studio.connectors.openapi.document.reading import read
from studio.connectors.openapi.operations.describing import describe
from studio.connectors.openapi.operations.operation import Operation, Way
from studio.core.errors import InvalidInput
from tests.connectors.openapi.examples import SHOP


def test_a_document_becomes_actions_with_forms() -> None:
    described = describe(copy.deepcopy(SHOP))
    assert (described.title, described.version, described.help) == ("Shop API", "2026-11", "Orders of a shop.")
    assert described.base_url == "https://north.example.com/v2"
    assert [one.key for one in described.operations] == ["refundOrder", "get:/orders"]
    refund, listing = described.operations
    assert (refund.title, refund.tag, refund.method, refund.path) == (
        "Refund an order", "Refunds", "POST", "/orders/{order_id}/refunds",
    )  # fmt: skip
    assert refund.help == "Gives money back. See the guide."
    assert refund.security == (("key",),)
    assert not refund.reads
    assert listing.reads
    assert Operation.from_json(json.loads(json.dumps(refund.as_json()))) == refund
    assert [(one.where, one.code) for one in described.left_out] == [
        ("document.paths./orders.post", "openapi.content_type"),
        ("document.paths./labels.get", "openapi.other_host"),
    ]


def test_forms_draw_what_they_can_and_leave_the_rest_to_json() -> None:
    refund, listing = describe(copy.deepcopy(SHOP)).operations
    fields = refund.form["properties"]
    assert list(fields)[:3] == ["order_id", "amount", "lines"], "what is required comes first"
    assert refund.form["required"] == ["order_id", "amount", "lines"]
    assert fields["amount"] == {"type": "number", "maximum": 10000, "title": "Amount", "examples": [12.5]}
    assert fields["reason"] == {"type": "string", "maxLength": 20, "x-template": True, "title": "Reason"}
    assert fields["lines"]["items"]["required"] == ["sku"]
    assert fields["lines"]["items"]["properties"]["quantity"]["minimum"] == 1
    assert fields["address"]["required"] == ["city"]
    assert fields["address"]["properties"]["geo"]["properties"]["point"]["x-widget"] == "json"
    assert fields["to"] == {
        "x-widget": "json",
        "x-template": True,
        "title": "To",
        "description": "One of: Card, Voucher.",
    }
    assert fields["parent"]["x-widget"] == "json"
    assert fields["meta"]["additionalProperties"]["type"] == "string"
    assert fields["notify"]["description"] == "Empty means true."
    assert fields["X_Shop_Channel"]["enum"] == ["web", "pos"]
    assert "id" not in fields
    named = {(one.place, one.name): one.field for one in refund.bindings}
    assert named["path", "order_id"] == "order_id"
    assert named["body", "order_id"] == "order_id_body"
    assert listing.form["properties"]["status"]["items"]["enum"] == ["open", "paid"]
    assert refund.output["properties"]["refund"]["properties"]["parent"] == {}


def test_ways_to_sign_in() -> None:
    ways = {(one.key, one.kind): one for one in describe(copy.deepcopy(SHOP)).ways}
    assert list(ways) == [
        ("key", "api_key"), ("login", "basic"), ("token", "bearer"), ("oauth", "oauth_code"),
        ("oauth", "client_credentials"), ("mutual", "none"),
    ]  # fmt: skip
    assert ways["key", "api_key"] == Way(key="key", title="Key", kind="api_key", place="header", name="X-Api-Key")
    assert ways["oauth", "oauth_code"].scopes == {"orders": "Read orders"}
    assert ways["mutual", "none"].unknown


def of(paths, **more):
    return describe(read(json.dumps({"openapi": "3.0.3", "info": {}, "paths": paths, **more})))


GET = {"get": {"responses": {}}}


def test_keys_are_each_operations_own_and_stay() -> None:
    twice = {"get": {"operationId": "list", "responses": {}}}
    paths = {
        "/a": twice,
        "/b": twice,
        "/c/{x}": {"get": {"operationId": "one thing", "responses": {}}},
        "/" + "x" * 400: GET,
    }
    keys = [one.key for one in of(paths).operations]
    assert keys[:3] == ["get:/a", "get:/b", "onething"]
    assert len(keys[3]) == 160
    assert keys == [one.key for one in of(dict(reversed(paths.items()))).operations][::-1]


def test_an_address_comes_from_the_servers_or_from_where_the_document_was() -> None:
    document = {"openapi": "3.0.0", "info": {}, "paths": {"/a": GET}}
    assert describe(document).base_url == ""
    assert describe(document, "https://a.example.com/docs/openapi.json").base_url == "https://a.example.com"
    relative = {**document, "servers": [{"url": "/v1/"}]}
    assert describe(relative, "https://a.example.com/docs/openapi.json").base_url == "https://a.example.com/v1"
    assert describe({**document, "servers": [{"url": "//b.example.com"}]}).base_url == "https://b.example.com"
    assert describe({**document, "servers": [{"url": "https://u:p@b.example.com"}]}).base_url == ""
    own = {"/a": {**GET, "servers": [{"url": "https://b.example.com/v3"}]}, "/b": GET}
    described = of(own, servers=[{"url": "https://b.example.com/v1"}])
    assert [(one.at_origin, one.path) for one in described.operations] == [(True, "/v3/a"), (False, "/b")]


def test_recursive_schemas_have_forms_and_circles_of_names_are_refused() -> None:
    tree = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        },
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}
    paths = {"/a": {"post": {"requestBody": body, "responses": {}}}}
    form = of(paths, components={"schemas": {"Tree": tree}}).operations[0].form
    assert form["properties"]["children"]["x-widget"] == "json"
    circle = {
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"$ref": "#/components/schemas/A"},
        "Tree": {"$ref": "#/components/schemas/A"},
    }
    with pytest.raises(InvalidInput) as refused:
        of(paths, components={"schemas": circle})
    assert refused.value.code == "openapi.reference_cycle"
    assert refused.value.field.startswith("document.components.schemas.")


def test_schemas_that_multiply_are_cut_short(monkeypatch) -> None:
    monkeypatch.setattr(following, "MAX_WORK", 100_000)
    schemas = {f"S{depth}": {"allOf": [{"$ref": f"#/components/schemas/S{depth + 1}"}] * 9} for depth in range(12)}
    schemas["S12"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}
    paths = {f"/{index}": {"post": {"requestBody": body, "responses": {}}} for index in range(20)}
    assert len(of(paths, components={"schemas": schemas}).operations) == 20
    many = {f"/{index}": {"post": {"requestBody": body, "responses": {}}} for index in range(40)}
    with pytest.raises(InvalidInput) as refused:
        of(many, components={"schemas": schemas})
    assert refused.value.code == "openapi.too_complex"


@pytest.mark.parametrize(
    ("paths", "code"),
    [
        (None, "paths"), ([], "paths"), ({}, "no_operations"), ({"/a": {"get": 7}}, "no_operations"),
        ({"/a": {"$ref": "#/nowhere"}}, "no_operations"),
        ({"/a": {"get": {"parameters": [{"$ref": "#/components/parameters/x"}]}}}, "no_operations"),
        ({f"/{index}": GET for index in range(3_001)}, "too_many_operations"),
    ],
    ids=range(7),
)  # fmt: skip
def test_nothing_to_call_is_said(paths, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        of(paths)
    assert refused.value.code == f"openapi.{code}"
    assert refused.value.field == "document.paths"
