"""The document says what the routes do, and the readable page says what the document does."""

import re

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from scripts.api_docs import PAGE
from studio.accounts.permissions import REGISTRY, SCOPES, access_of
from studio.api.v1.openapi import document
from studio.api.v1.operations import OPERATIONS
from studio.api.v1.reference import page

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]


def operations():
    return [(method, path, one) for path, methods in DOCUMENT["paths"].items() for method, one in methods.items()]


def test_every_route_is_in_the_document(app):
    told = {(method.upper(), path) for method, path, _ in operations()}
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert served - told == {("GET", "/api/v1/openapi.json")}
    assert told <= served


def test_scopes_are_those_of_the_stated_permissions(app):
    for _, _, one in operations():
        access = access_of(app.view_functions[f"api_v1.{one['operationId']}"])
        scope = REGISTRY[access.permission].scope if access.permission else None
        assert one["security"] == [{"token": [scope] if scope else []}]
    used = {one.scope for one in OPERATIONS.values()} - {None}
    assert used == set(SCOPES), "every scope opens something"


def test_every_reference_leads_somewhere(store):
    for ref in re.findall(r"'\$ref': '([^']+)'", repr(DOCUMENT)):
        found = DOCUMENT
        for part in ref.removeprefix("#/").split("/"):
            found = found[part]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schemas_are_sound_and_their_examples_fit(store, name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    registry = Registry().with_resource("doc", Resource.from_contents(DOCUMENT, DRAFT202012))
    schema = {"$ref": f"doc#/components/schemas/{name}"}
    for example in SCHEMAS[name].get("examples", []):
        jsonschema.Draft202012Validator(schema, registry=registry).validate(example)


def test_every_body_has_an_example(store):
    bodies = {one.body for one in OPERATIONS.values() if one.body}
    assert [body.__name__ for body in bodies if not SCHEMAS[body.__name__].get("examples")] == []


def test_every_operation_says_what_it_does(store):
    for _, path, one in operations():
        assert one["summary"], path
        assert len(one["summary"]) <= 110, one["summary"]


def test_anybody_may_read_the_document(app):
    answer = app.test_client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer.json["openapi"]) == (200, "3.1.0")


def test_the_page_is_current(store):
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


JUDGED = {
    "NewDescription.content": "a whole document: a body's own bound",
    "NewEventSource.name": "source.name",
    "EventSourceName.name": "source.name",
    "EvidenceAsk.filters": "evidence.filter",
    "EvidenceAsk.filters{}": "evidence.filter",
}
"""Texts and lists of bodies without a bound of their own, with the code under which a service bounds them."""


def _boundless(node, path, seen):
    """Paths of texts and lists that may be of any length, below a schema."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name not in seen:
            seen.add(name)
            yield from _boundless(SCHEMAS[name], name, seen)
        return
    for one in ("anyOf", "oneOf", "allOf"):
        for below in node.get(one, ()):
            yield from _boundless(below, path, seen)
    if node.get("type") == "string" and not {"enum", "const", "format", "maxLength", "pattern"} & node.keys():
        yield path
    for name, below in node.get("properties", {}).items():
        yield from _boundless(below, f"{path}.{name}", seen)
    for many, most, sign in (("items", "maxItems", "[]"), ("additionalProperties", "maxProperties", "{}")):
        if isinstance(below := node.get(many), dict):
            if most not in node:
                yield path
            yield from _boundless(below, path + sign, seen)


def test_no_text_and_no_list_of_a_body_is_without_an_end(store):
    seen = set()
    bodies = [one["requestBody"]["content"] for _, _, one in operations() if "requestBody" in one]
    schemas = [sent["application/json"]["schema"] for sent in bodies if "application/json" in sent]
    found = [path for schema in schemas for path in _boundless(schema, "", seen)]
    assert set(found) == set(JUDGED)
