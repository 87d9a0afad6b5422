"""Whole numbers out of text."""

import pytest

from studio.core.numerals import whole


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), ("999999999", 999_999_999), ("1000000000", None), ("9" * 5000, None), ("²", None),
     ("٣", None), ("-1", None), ("1.5", None), (" 1", None), ("", None)],
)  # fmt: skip
def test_only_what_every_column_holds_is_a_number(text, number):
    assert whole(text) == number
