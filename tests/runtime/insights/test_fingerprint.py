"""Errors of one cause have one fingerprint, whatever order, person or amount they speak of."""

from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.insights.fingerprint import fingerprint, normalised

NUMBERS = st.integers(0, 10**9).map(str) | st.floats(0, 10**6).map(lambda number: f"€{number:.2f}")
WORDS = st.sampled_from(["refused", "order", "the", "shop", "left", "Zeit"])
SENTENCES = st.lists(WORDS | NUMBERS | st.emails() | st.uuids().map(str), max_size=20)


def error(message, code="http.status", node="refund"):
    return {"code": code, "message": message, "node": node, "path": ""}


@given(SENTENCES)
def test_no_number_address_or_name_in_quotes_is_left_and_once_is_enough(words):
    said = normalised(" ".join(words))
    assert not any(letter.isdigit() or letter == "@" for letter in said)
    assert normalised(said) == said


@given(st.lists(WORDS, min_size=1, max_size=8), NUMBERS, NUMBERS)
def test_only_what_differs_from_case_to_case_makes_no_difference(words, one, other):
    text = " ".join(words)
    assert fingerprint(error(f"{text} {one}.")) == fingerprint(error(f"{text} {other}."))
    assert fingerprint(error(f"“Anna” {text}")) == fingerprint(error(f"“Jonas Weber” {text}"))
    assert fingerprint(error(text)) != fingerprint(error(text, code="http.timeout"))
    assert fingerprint(error(text)) != fingerprint(error(text, node="other"))


@given(st.dictionaries(st.sampled_from(["code", "message", "node"]), st.none() | st.text() | st.integers()))
def test_any_error_has_one_and_none_has_none(given_error):
    found = fingerprint(given_error)
    assert (found is None) == (not given_error)
    assert found is None or len(found) == 16


def test_a_sentence_of_a_shop():
    said = "Shopify refused the refund of order #6021: it has only €380.00 left for anna@example.com."
    assert normalised(said) == "Shopify refused the refund of order # it has only # left for *"
