"""Cells of tables: what can be written, what it means, and that its one form is read as the same."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.contract.tables import cells
from studio.contract.tables.cells import ANY, CellError, Kind, Range, Words

D = Decimal


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("", ANY),
        (" Any ", ANY),
        ("*", ANY),
        ("5", Range(D(5), D(5))),
        ("= 5", Range(D(5), D(5))),
        ("<100", Range(high=D(100), high_in=False)),
        ("≤ 100", Range(high=D(100))),
        (">-3.50", Range(low=D("-3.5"), low_in=False)),
        (">= 100", Range(low=D(100))),
        ("100..500", Range(D(100), D(500))),
        ("100\u2013500", Range(D(100), D(500))),
        ("100 - 500", Range(D(100), D(500))),
        ("100 to <500", Range(D(100), D(500), high_in=False)),
        (">100..<500", Range(D(100), D(500), low_in=False, high_in=False)),
        (">= 100 and < 500", Range(D(100), D(500), high_in=False)),
        ("-5--1", Range(D(-5), D(-1))),
    ],
)
def test_what_a_number_cell_says(text, cell):
    assert cells.parse(Kind.NUMBER, text) == cell


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,000", "table.number"),
        ("€100", "table.number"),
        ("a lot", "table.number"),
        ("1e5", "table.number"),
        ("9" * 16, "table.number"),
        ("500..100", "table.range"),
        ("5..<5", "table.range"),
        ("9" * 2_001, "table.too_long"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(text, code):
    with pytest.raises(CellError) as refused:
        cells.parse(Kind.NUMBER, text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DE", ("DE",)),
        ("DE, AT; CH", ("DE", "AT", "CH")),
        ("DE, de , DE", ("DE",)),
        ('"Toys, outdoor", books', ("Toys, outdoor", "books")),
        ('"any"', ("any",)),
        ('6" nails', ('6" nails',)),
        ('"say ""hi"""', ('say "hi"',)),
    ],
)
def test_what_a_text_cell_says(text, words):
    assert cells.parse(Kind.TEXT, text) == Words(words)


@pytest.mark.parametrize(("text", "code"), [(",", "table.text"), ('"open', "table.text"), ("x" * 101, "table.too_long"),
                                            (",".join(map(str, range(51))), "table.too_long")])  # fmt: skip
def test_what_is_no_list_of_texts_is_refused(text, code):
    with pytest.raises(CellError) as refused:
        cells.parse(Kind.TEXT, text)
    assert refused.value.code == code


numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
ranges = st.one_of(
    st.just(ANY),
    st.builds(lambda high, inside: Range(high=high, high_in=inside), numbers, st.booleans()),
    st.builds(lambda low, inside: Range(low=low, low_in=inside), numbers, st.booleans()),
    st.builds(lambda a, b, i, j: Range(min(a, b), max(a, b), i, j), numbers, numbers, st.booleans(), st.booleans()),
).filter(lambda one: one == ANY or one.low is None or one.low != one.high or (one.low_in and one.high_in))


@given(ranges)
def test_a_range_is_read_as_it_was_written(cell):
    assert cells.parse(Kind.NUMBER, cells.write(cell)) == cell


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5))
def test_texts_are_read_as_they_were_written(some):
    plain = {cells.key(" ".join(one.split())): " ".join(one.split()) for one in some if one.split()}
    if not plain:
        return
    cell = Words(tuple(plain.values()))
    assert cells.parse(Kind.TEXT, cells.write(cell)).keys == cell.keys


@given(st.text(max_size=60), st.sampled_from(Kind))
def test_any_text_is_a_cell_or_is_refused_and_one_form_stays(text, kind):
    try:
        found = cells.parse(kind, text)
    except CellError:
        return
    again = cells.parse(kind, cells.write(found))
    assert again == found
    assert cells.write(again) == cells.write(found)
