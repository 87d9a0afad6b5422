"""How two values differ: nothing where they are the same, and enough to make one of the other."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.history.differences import compare

PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=3)
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
)


@given(JSON)
def test_a_value_does_not_differ_from_itself(value):
    assert compare(value, copy.deepcopy(value), 100).differences == []


@given(JSON, JSON)
def test_what_differs_is_told_and_told_the_other_way_round(one, other):
    forth, back = compare(one, other, 10_000), compare(other, one, 10_000)
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert sorted((d.path, d.kind) for d in forth.differences) == sorted(
        (d.path, turned[d.kind]) for d in back.differences
    )
    assert forth.alike == back.alike
    assert bool(forth.differences) == (_typed(one) != _typed(other))


def test_places_are_told_as_people_write_them_and_no_more_than_asked():
    found = compare(
        {"lines": [{"sku": "a", "n": 1}], "gone": 1}, {"lines": [{"sku": "b", "n": 1.0}, 2], "new": None}, 9
    )
    assert [(one.path, one.kind) for one in found.differences] == [
        ("lines[0].sku", "changed"), ("lines[1]", "added"), ("gone", "removed"), ("new", "added"),
    ]  # fmt: skip
    assert (found.alike, found.more) == (1, False)
    cut = compare(list(range(9)), list(range(1, 10)), 3)
    assert (len(cut.differences), cut.more) == (3, True)


def _typed(value):
    """So that true is not 1."""
    if isinstance(value, dict):
        return {key: _typed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_typed(one) for one in value]
    return (isinstance(value, bool), value)
