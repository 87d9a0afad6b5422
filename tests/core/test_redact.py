"""A canary secret is nowhere in what was redacted, whatever form it came in."""

import base64
from urllib.parse import quote, quote_plus

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.redact import MASK, Redactor, is_secret_key

CANARY = 'cana/ry+ü "9?'
ENCODINGS = (
    lambda text: text,
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    lambda text: quote(text, safe=""),
    quote_plus,
    lambda text: text.encode().hex(),
    lambda text: orjson.dumps({"inner": text}).decode(),
)
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=8)


def documents(leaves):
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )


@st.composite
def leaks(draw):
    before, after = draw(st.text(max_size=4)), draw(st.text(max_size=4))
    return before + draw(st.sampled_from(ENCODINGS))(CANARY) + after


@given(document=documents(LEAVES | leaks()), keys=st.booleans())
def test_no_form_of_the_canary_survives(document, keys):
    clean = orjson.dumps(Redactor([CANARY], keys=keys).json(document)).decode()
    for encode in ENCODINGS[:-1]:
        assert encode(CANARY).rstrip("=") not in clean
    assert "cana/ry" not in clean


@given(before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_a_secret_inside_a_longer_base64_text_is_found(before, after):
    leak = base64.b64encode(before + CANARY.encode() + after).decode()
    assert MASK in Redactor([CANARY]).text(leak)


@given(document=documents(LEAVES))
def test_what_holds_no_secret_is_left_as_it_is(document):
    assert Redactor([CANARY], keys=False).json(document) is document


def test_a_canary_in_a_key_goes_too():
    assert Redactor([CANARY]).json({CANARY: 1}) == {MASK: 1}


@pytest.mark.parametrize(
    "key",
    ["password", "X-Api-Key", "refreshToken", "Authorization", "Set-Cookie", "client_secret"],
)
def test_secret_like_keys_hide_their_values(key):
    assert Redactor().json({"outer": [{key: "v", "id": 1}]}) == {"outer": [{key: MASK, "id": 1}]}


@pytest.mark.parametrize("key", ["max_tokens", "token_type", "secretary", "compass", "title"])
def test_other_keys_show_theirs(key):
    assert not is_secret_key(key)


def test_deep_nesting_does_not_break_it():
    deep = "x"
    for _ in range(900):
        deep = [deep]
    Redactor(["secret"]).json(deep)


def test_a_very_short_value_is_not_registered():
    assert Redactor(["ab"]).text("abc") == "abc"
