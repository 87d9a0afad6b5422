"""A large value by pages: every entry on one page, every place reachable by its pointer, every text found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.history import parts

NAMES = st.text("a~/1 ", max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text("ab", max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
)


@given(JSON)
def test_each_entry_lies_at_its_pointer(value):
    for one in parts.part(value, "", 0).entries:
        whole = parts.written(parts.place(value, one.pointer))
        assert one.text == (whole if len(whole) <= parts.SMALL else None)


@given(st.integers(0, 400), st.integers(-9, 999))
def test_pages_hold_every_entry_once(total, first):
    value, seen, begin = list(range(total)), [], 0
    while begin is not None:
        page = parts.part(value, "", begin)
        seen += [int(one.key) for one in page.entries]
        begin = page.after
    assert seen == value
    page = parts.part(value, "", first)
    assert page.first % parts.AT_ONCE == 0
    assert page.last <= total


def test_a_long_text_is_read_by_pages():
    text = "x" * 3_999 + "y" * 4_002
    value, read, begin = {"a/b": text}, "", 0
    [entry] = parts.part(value, "", 0).entries
    assert (entry.text, entry.pointer, entry.size) == (None, "/a~1b", 8_001)
    while begin is not None:
        page = parts.part(value, entry.pointer, begin)
        read, begin = read + page.text, page.after
    assert read == text


def test_names_and_plain_values_are_found_in_order():
    value = {"lines": [{"sku": "A-1"}, {"sku": "B-2", "total": 42}], "sku": None}
    assert [one.pointer for one in parts.find(value, "SKU", 9)] == ["/sku", "/lines/0/sku", "/lines/1/sku"]
    assert [one.pointer for one in parts.find(value, "42", 9)] == ["/lines/1/total"]
    assert len(parts.find(value, "sku", 2)) == 2


@pytest.mark.parametrize("pointer", ["/x", "/lines/2", "/lines/-1", "/lines/a", "/lines/0/sku/x", "/lines/99999999999"])
def test_a_place_that_is_none_is_refused(pointer):
    with pytest.raises(LookupError):
        parts.part({"lines": [{"sku": "A-1"}, 2]}, pointer, 0)
