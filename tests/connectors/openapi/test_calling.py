"""From a filled form to a request: as OpenAPI's styles say, and nowhere else than the path leads."""

import copy
import json
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.connectors.openapi.calling import styles
from studio.connectors.openapi.calling.requesting import call
from studio.connectors.openapi.operations.describing import describe
from studio.core.errors import InvalidInput
from tests.connectors.openapi.examples import SHOP

REFUND, LISTING = describe(copy.deepcopy(SHOP)).operations
FILLED = {"order_id": "A/1 ü", "amount": "12.50", "lines": [{"sku": 17, "quantity": "2"}]}


def test_a_filled_form_becomes_a_request() -> None:
    given = {
        **FILLED,
        "notify": "true",
        "X_Shop_Channel": "pos",
        "order_id_body": "x",
        "reason": "",
        "address": {"city": ""},
    }
    given["address"] = {"city": "Bonn", "geo": {}}
    made = call(REFUND, given)
    assert (made.method, made.target) == ("POST", "/orders/A%2F1%20%C3%BC/refunds?notify=true")
    assert made.headers == {"x-shop-channel": "pos"}
    assert made.content_type == "application/json"
    assert json.loads(made.body) == {
        "amount": 12.5, "lines": [{"sku": "17", "quantity": 2}], "order_id": "x", "address": {"city": "Bonn"},
    }  # fmt: skip
    listing = call(
        LISTING, {"status": ["open", "paid"], "filter": {"since": "2026-11-01", "total": 3}, "session": "a b;c"}
    )
    assert listing.query == "status=open,paid&filter%5Bsince%5D=2026-11-01&filter%5Btotal%5D=3"
    assert listing.headers == {"cookie": "session=a%20b%3Bc"}
    assert listing.body is None


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, {"input.order_id": "required", "input.amount": "required", "input.lines": "required"}),
        ({**FILLED, "amount": "much"}, {"input.amount": "type"}),
        ({**FILLED, "amount": 10001}, {"input.amount": "maximum"}),
        ({**FILLED, "lines": [{"quantity": 0}]},
         {"input.lines.0.sku": "required", "input.lines.0.quantity": "minimum"}),
        ({**FILLED, "lines": []}, {"input.lines": "minItems"}),
        ({**FILLED, "X_Shop_Channel": "fax"}, {"input.X_Shop_Channel": "enum"}),
        ({**FILLED, "color": "red"}, {"input.color": "unknown_field"}),
        ({**FILLED, "order_id": ".."}, {"input.order_id": "path"}),
        ({**FILLED, "order_id": ""}, {"input.order_id": "path"}),
        ("text", {"input": "type"}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_field(given, problems) -> None:
    with pytest.raises(InvalidInput) as refused:
        call(REFUND, given)
    assert {one.path: one.code for one in refused.value.problems} == {
        path: f"openapi.{code}" for path, code in problems.items()
    }


def test_a_header_cannot_be_broken_out_of() -> None:
    document = copy.deepcopy(SHOP)
    header = {"name": "X-Note", "in": "header", "schema": {"type": "string"}}
    document["paths"] = {"/a": {"get": {"parameters": [header], "responses": {}}}}
    (operation,) = describe(document).operations
    assert call(operation, {"X_Note": "a, b"}).headers == {"x-note": "a, b"}
    for bad in ("a\r\nX-Evil: 1", "a\nb", "ü", "\0"):
        with pytest.raises(InvalidInput) as refused:
            call(operation, {"X_Note": bad})
        assert (refused.value.code, refused.value.field) == ("openapi.header", "input.X_Note")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(TEXT, TEXT)
def test_whatever_is_filled_in_the_path_keeps_its_steps(one: str, other: str) -> None:
    document = copy.deepcopy(SHOP)
    document["paths"] = {"/a/{x}{y}/b": {"get": {"responses": {}}}}
    (operation,) = describe(document).operations
    try:
        made = call(operation, {"x": one, "y": other})
    except InvalidInput:
        assert {one, other} & {"", ".", ".."}
        return
    _empty, a, middle, b = made.path.split("/")
    assert (a, b) == ("a", "b")
    assert unquote(middle) == one + other
    assert not set(made.path) & set("?#\\ ")


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=4), st.lists(TEXT, min_size=1, max_size=4))
def test_exploded_pairs_read_back_as_they_were(pairs: dict[str, str], values: list[str]) -> None:
    written = "&".join(styles.in_query("n", pairs, "form", explode=True))
    assert parse_qsl(written, keep_blank_values=True) == list(pairs.items())
    written = "&".join(styles.in_query("n", values, "form", explode=True))
    assert parse_qsl(written, keep_blank_values=True) == [("n", value) for value in values]


COLORS, POINT = ["blue", "black"], {"R": 100, "G": 200}
TABLE = [
    # the examples of the specification's table of styles
    ("matrix", False, ";color=blue", ";color=blue,black", ";color=R,100,G,200"),
    ("matrix", True, ";color=blue", ";color=blue;color=black", ";R=100;G=200"),
    ("label", False, ".blue", ".blue,black", ".R,100,G,200"),
    ("label", True, ".blue", ".blue.black", ".R=100.G=200"),
    ("simple", False, "blue", "blue,black", "R,100,G,200"),
    ("simple", True, "blue", "blue,black", "R=100,G=200"),
    ("form", False, "color=blue", "color=blue,black", "color=R,100,G,200"),
    ("form", True, "color=blue", "color=blue&color=black", "R=100&G=200"),
    ("spaceDelimited", False, "color=blue", "color=blue%20black", "color=R%20100%20G%20200"),
    ("pipeDelimited", False, "color=blue", "color=blue%7Cblack", "color=R%7C100%7CG%7C200"),
    ("deepObject", True, "color=blue", "color%5B0%5D=blue&color%5B1%5D=black", "color%5BR%5D=100&color%5BG%5D=200"),
]


@pytest.mark.parametrize(("style", "explode", "text", "array", "thing"), TABLE)
def test_styles(style: str, explode: bool, text: str, array: str, thing: str) -> None:
    def written(value):
        if style in ("matrix", "label", "simple"):
            return styles.in_path("color", value, style, explode=explode)
        return "&".join(styles.in_query("color", value, style, explode=explode))

    assert (written("blue"), written(COLORS), written(POINT)) == (text, array, thing)


def test_forms_are_written_as_their_encoding_says() -> None:
    document = copy.deepcopy(SHOP)
    free = {"type": "object", "properties": {"city": {"type": "string"}}}
    schema = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "string"}}}},
            "to": free,
            "tags": {"type": "array", "items": {"type": "string"}},
            "from": free,
            "note": {"type": "string"},
        },
    }
    encoding = {"items": {"style": "deepObject", "explode": True}, "from": {"style": "deepObject"}}
    body = {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": schema, "encoding": encoding}},
    }
    document["paths"] = {"/a": {"post": {"requestBody": body, "responses": {}}}}
    (operation,) = describe(document).operations
    given = {
        "items": [{"price": "p1"}, {"price": "p2"}],
        "to": {"city": "Köln"},
        "tags": ["a", "b"],
        "from": {"city": "Bonn"},
        "note": "a&b",
    }
    made = call(operation, given)
    assert made.content_type == "application/x-www-form-urlencoded"
    assert parse_qsl(made.body.decode()) == [
        ("items[0][price]", "p1"), ("items[1][price]", "p2"), ("to", '{"city":"Köln"}'), ("tags", "a"), ("tags", "b"),
        ("from[city]", "Bonn"), ("note", "a&b"),
    ]  # fmt: skip
    assert call(operation, {}).body == b""
