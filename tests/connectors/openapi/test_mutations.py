"""A document in which anything may be of any type: a clear error, or operations that can be stored and called."""

import copy

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.connectors.openapi.calling.requesting import call
from studio.connectors.openapi.document.reading import read
from studio.connectors.openapi.operations.changes import changes
from studio.connectors.openapi.operations.describing import describe
from studio.connectors.openapi.operations.operation import Operation
from studio.core.errors import InvalidInput
from studio.expressions.schema import Schema
from tests.connectors.openapi.clear import is_clear
from tests.connectors.openapi.examples import SHOP


def _places(node, path=()):
    yield path
    for name, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from _places(value, (*path, name))


PLACES = [path for path in _places(SHOP) if path and path != ("openapi",)]
REFERENCES = st.sampled_from([
    "#", "#/", "#/paths", "#/components/schemas/Refund", "#/components/schemas/Address", "#/components/schemas/Made",
    "#/paths/~1orders/get/parameters/0", "#/components/schemas/Refund/properties/to", "#/%zz", "#anchor",
])  # fmt: skip
WORDS = st.sampled_from(
    [
        "",
        "object",
        "array",
        "null",
        "string",
        "\0",
        "é{x}",
        "/../",
        "{",
        "deepObject",
        "path",
        "query",
        "x" * 3_000,
        "\ud7ff",
        "https://[",
        "https://h:99999",
    ]
)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
KEYWORDS = st.sampled_from([
    "type", "$ref", "properties", "items", "allOf", "oneOf", "enum", "required", "schema", "content", "name", "in",
    "get", "application/json", "default", "const",
])  # fmt: skip
JUNK = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(KEYWORDS, inner | REFERENCES, max_size=3)
    | st.fixed_dictionaries({"$ref": REFERENCES}),
    max_leaves=6,
)  # fmt: skip
INPUTS = st.dictionaries(
    st.sampled_from(["order_id", "amount", "lines", "status", "filter", "notify", "to", "meta", "address", "body"]),
    JUNK,
    max_size=6,
)


def _changed(document, path, value, how: str) -> None:
    node = document
    for part in path[:-1]:
        if (
            not isinstance(node, dict | list)
            or (isinstance(node, dict) and part not in node)
            or (isinstance(node, list) and (not isinstance(part, int) or part >= len(node)))
        ):
            return
        node = node[part]
    if not isinstance(node, dict) or path[-1] not in node:
        return
    if how == "take away":
        del node[path[-1]]
    elif how == "rename":
        node[str(value)[:400]] = node.pop(path[-1])
    else:
        node[path[-1]] = value


MUTATIONS = st.lists(
    st.tuples(st.sampled_from(PLACES), JUNK, st.sampled_from(["put", "put", "put", "take away", "rename"])),
    min_size=1,
    max_size=5,
)


def _taken(mutations, given):
    document = copy.deepcopy(SHOP)
    for path, value, how in mutations:
        _changed(document, path, value, how)
    try:
        raw = orjson.dumps(document)
    except (orjson.JSONEncodeError, RecursionError):
        return
    try:
        described = describe(read(raw), "https://docs.example.com/a.json")
    except InvalidInput as refused:
        assert is_clear(refused, "document")  # noqa: PT017 - it may just as well be read
        return
    for operation in described.operations:
        stored = orjson.dumps(operation.as_json())
        assert Operation.from_json(orjson.loads(stored)) == Operation.from_json(operation.as_json())
        columns = (operation.key, operation.title, operation.help, operation.tag, operation.path)
        assert all("\0" not in one and one.encode() is not None for one in columns)
        if operation.output is not None:
            Schema.from_json_schema(operation.output)
        try:
            made = call(
                operation, {name: value for name, value in given.items() if name in operation.form["properties"]}
            )
        except InvalidInput as refused:
            assert is_clear(refused, "input")  # noqa: PT017 - it may just as well be read
        else:
            assert made.path.startswith("/")
            assert made.target.isascii()
            assert not set(made.target) & set(" \r\n\\")
            assert all(value.isascii() and value.isprintable() for value in made.headers.values())
    changes(describe(copy.deepcopy(SHOP)).operations, described.operations)


@settings(max_examples=100)
@given(MUTATIONS, INPUTS)
def test_any_document_is_refused_clearly_or_can_be_used(mutations, given) -> None:
    _taken(mutations, given)


@pytest.mark.slow
@settings(max_examples=1_000)
@given(MUTATIONS, INPUTS)
def test_many_documents_are_refused_clearly_or_can_be_used(mutations, given) -> None:
    _taken(mutations, given)
