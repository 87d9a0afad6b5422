"""Sizes of JSON values: right to the byte, and quick where a few shared parts would make gigabytes."""

import time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.sizes import fits

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
    max_leaves=40,
)


@given(JSON)
def test_it_is_the_written_size_that_counts(value):
    size = len(orjson.dumps(value))
    assert fits(value, size)
    assert not fits(value, size - 1)


@pytest.mark.parametrize("part", ["x" * 1_000_000, ["x"] * 10_000, {"a": list(range(10_000))}])
def test_what_is_far_too_large_is_never_written(part):
    value: object = part
    for _ in range(12):
        value = [value] * 100
    began = time.perf_counter()
    assert not fits(value, 4_000_000)
    assert time.perf_counter() - began < 5
