"""What anybody may have written is refused with a path and a code, before it costs anything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.connectors.openapi.document.fetching import fetched
from studio.connectors.openapi.document.reading import read
from studio.connectors.openapi.document.scalars import plain
from studio.connectors.openapi.document.yaml_text import parsed
from studio.connectors.openapi.limits import MAX_BYTES, MIB
from studio.core.errors import InvalidInput
from studio.core.http import HttpClient
from tests.connectors.openapi.clear import is_clear
from tests.connectors.openapi.examples import SHOP
from tests.servers.http_target import http_target

HEAD = "openapi: 3.0.0\n"
PATHS = 'paths: {"/a": {"get": {"responses": {}}}}\n'
BOMB = (
    HEAD
    + "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{new}: &{new} [" + ", ".join([f"*{old}"] * 9) + "]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
)
HOSTILE = {
    "50 MB": (lambda: b'{"openapi": "3.0.0", "x": "' + b"a" * (50 * MIB) + b'"}', "too_large", "document"),
    "long YAML": (lambda: HEAD + "x: " + "a" * (5 * MIB), "too_large", "document"),
    "alias bomb": (BOMB, "too_many", None),
    "alias of itself": (HEAD + "a: &a [*a]\n", "yaml_alias", "document.a"),
    "alias of nothing": (HEAD + "a: *b\n", "yaml_alias", "document.a"),
    "deep YAML": (HEAD + "a: " + "[" * 100_000, "too_deep", None),
    "deep JSON": ('{"openapi": "3.0.0", "a": ' + "[" * 100_000 + "]" * 100_000 + "}", "too_deep", "document"),
    "deep enough": ('{"openapi": "3.0.0", "a": ' + "[" * 500 + "]" * 500 + "}", "too_deep", None),
    "deep by aliases": (HEAD + "a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*a" + "]" * 60, "too_deep", None),
    "a tag": (HEAD + "a: !!python/object/apply:os.system [ls]\n", "yaml_tag", "document.a"),
    "two documents": (HEAD + "---\nb: 1\n", "yaml", "document"),
    "no key": (HEAD + "? [a, b]\n: 1\n", "yaml", "document"),
    "broken YAML": (HEAD + "a: [", "yaml", "document"),
    "broken JSON": ('{"openapi": "3.0.0"', "json", "document"),
    "binary": (b"\xff\xfe\x00\x01", "encoding", "document"),
    "empty": ("  \n", "empty", "document"),
    "comments only": ("# nothing\n", "empty", "document"),
    "a page": ("<!doctype html><html></html>", "not_openapi", "document"),
    "a list": ("[1]", "not_openapi", "document"),
    "something else": ('{"a": 1}', "not_openapi", "document"),
    "Swagger": ('swagger: "2.0"\npaths: {}\n', "swagger", "document.swagger"),
    "version 4": ('{"openapi": "4.0.0"}', "version", "document.openapi"),
    "version of another type": ('{"openapi": {"a": 1}}', "version", "document.openapi"),
    "too many values": (lambda: '{"openapi": "3.0.0", "a": [' + "0," * 1_100_000 + "0]}", "too_many", None),
}
OUTSIDE = [
    "other.yaml",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data",
    "//10.0.0.1/a",
    "https://example.com/a.json#/b",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_with_a_place_and_a_code(name: str) -> None:
    document, code, field = HOSTILE[name]
    with pytest.raises(InvalidInput) as refused:
        read(document() if callable(document) else document)
    assert refused.value.code == f"openapi.{code}"
    assert refused.value.field == field or (field is None and refused.value.field.startswith("document"))
    assert len(refused.value.message) < 400


@pytest.mark.parametrize("reference", OUTSIDE)
def test_a_reference_that_leads_out_is_refused_where_it_stands(reference: str) -> None:
    schema = {"type": "object", "properties": {"example": {"$ref": reference}}}
    document = {"openapi": "3.0.0", "paths": {}, "components": {"schemas": {"A": schema}}}
    with pytest.raises(InvalidInput) as refused:
        read(json.dumps(document))
    assert refused.value.code == "openapi.outer_reference"
    assert refused.value.field == "document.components.schemas.A.properties.example.$ref"
    assert reference in refused.value.message


def test_what_looks_like_a_reference_in_an_example_is_data() -> None:
    document = {"openapi": "3.0.0", "paths": {}, "x-a": {"$ref": "http://10.0.0.1"}, "example": {"$ref": "other.yaml"}}
    assert read(json.dumps(document)) == document


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["C"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["C"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_json_read_as_yaml_is_the_same(value) -> None:
    if isinstance(value, dict) and "<<" in value:
        value.pop("<<")
    assert parsed(json.dumps(value, ensure_ascii=False)) == value or "<<" in json.dumps(value)


@given(st.text(max_size=300) | st.text("[]{}&*a-: \n!|>?'\"<#,", max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(text)
    except InvalidInput as refused:
        assert is_clear(refused, "document")  # noqa: PT017 - it may just as well be read


def test_yaml_words_mean_what_yaml_1_2_says() -> None:
    meant = {
        "no": "no", "yes": "yes", "on": "on", "true": True, "False": False, "~": None, "": None, "null": None,
        "12": 12, "-3": -3, "0o17": 15, "0x1F": 31, "1.50": 1.5, "1e3": 1000.0, "1_000": "1_000",
        "2026-11-27": "2026-11-27",
        "1:30": "1:30", ".5": 0.5, ".inf": ".inf", "1e999": "1e999", "9" * 400: "9" * 400, "+7": 7, "3.0.0": "3.0.0",
    }  # fmt: skip
    assert {word: plain(word) for word in meant} == meant
    merged = parsed("base: &base {a: 1, b: 2}\nown:\n  <<: *base\n  b: 3\n200: ok\n")
    assert merged == {"base": {"a": 1, "b": 2}, "own": {"a": 1, "b": 3}, "200": "ok"}


def test_a_document_comes_from_an_address_through_the_one_way_out() -> None:
    with http_target() as target:
        send = HttpClient(["127.0.0.1"]).send
        target.answer(body=json.dumps(SHOP).encode())
        assert read(fetched(send, f"{target.url}/openapi.json")) == SHOP
        target.answer(body=b"x" * (MAX_BYTES + 1))
        assert _refused(send, target.url) == "openapi.too_large"
        target.answer(302, headers={"Location": "http://169.254.169.254/"})
        assert _refused(send, target.url) == "openapi.redirect"
        target.answer(404)
        assert _refused(send, target.url) == "openapi.not_there"
        assert _refused(HttpClient().send, target.url) == "http.refused_address"
    assert _refused(HttpClient().send, "http://169.254.169.254/openapi.json") == "http.refused_address"
    assert _refused(HttpClient().send, "file:///etc/passwd") == "http.url"


def _refused(send, address: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        fetched(send, address)
    assert refused.value.field == "address"
    return refused.value.code
