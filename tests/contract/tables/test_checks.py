"""Gaps, overlaps and rows that never come to bear: found exactly, as trying every fact finds them."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.contract import tables
from studio.contract.tables import Column, FactError, Hits, Kind, TooComplexError, cells, checks, words
from studio.contract.tables.table import Table

COLUMNS = (Column("Amount", Kind.NUMBER, "EUR"), Column("Country", Kind.TEXT), Column("Category", Kind.TEXT))
REFUNDS = [
    ["<100", "", ""],
    ["100..<500", "DE, AT", ""],
    ["100..<500", "", ""],
    [">=500", "DE", "books"],
]


def table(rows, columns=COLUMNS, hits=Hits.FIRST):
    made, problems = tables.read(columns, rows, hits)
    assert problems == []
    return made


def test_a_gap_is_told_with_an_example_in_words():
    report = tables.check(table(REFUNDS))
    said = [words.gap(report.space, one) for one in report.gaps]
    assert "Amount 500 EUR, Country DE, Category other has no row" in " ".join(said)
    assert "Country anything but DE" in " ".join(said)


def test_an_overlap_and_a_row_that_is_never_chosen_are_told():
    report = tables.check(table([*REFUNDS, ["200..300", "AT", "toys"]]))
    assert [(one.first, one.second) for one in report.overlaps] == [(1, 2), (1, 4), (2, 4)]
    assert words.overlap(report.space, report.overlaps[0]).startswith(
        "Rows 2 and 3 both fit Amount 100 EUR, Country DE"
    )
    assert report.unreachable == (4,)
    assert tables.check(table([*REFUNDS, ["200..300", "AT", "toys"]], hits=Hits.ALL)).unreachable == ()


def test_an_empty_table_is_one_gap():
    report = tables.check(table([]))
    assert [words.gap(report.space, one) for one in report.gaps] == ["There is no row yet."]


def test_a_whole_table_has_no_gap():
    report = tables.check(table([["<=10", "", ""], [">10", "DE", ""], [">10", "", ""]]))
    assert report.gaps == ()


def test_the_same_end_twice_counts_once():
    report = tables.check(table([["<100", "", ""], [">100", "", ""]]))
    assert [one.example[0] for one in report.gaps] == [Decimal(100)]
    assert tables.check(table([["<=100", "", ""], [">100", "", ""]])).overlaps == ()


NUMBERS = [Decimal(n) / 2 for n in range(-3, 8)]
TEXTS = ["", "a", "b", "c", "z"]
number_cells = st.one_of(
    st.just(""),
    st.builds(lambda sign, n: f"{sign}{n}", st.sampled_from(["<", "<=", ">", ">=", ""]), st.integers(0, 2)),
    st.builds(lambda a, b, i, j: f"{'>' if i else ''}{min(a, b)}..{'<' if j else ''}{max(a, b) + 1}",
              st.integers(0, 2), st.integers(0, 1), st.booleans(), st.booleans()),
)  # fmt: skip
text_cells = st.one_of(st.just(""), st.lists(st.sampled_from("abc"), min_size=1, max_size=2).map(",".join))
some_rows = st.lists(st.tuples(number_cells, text_cells, text_cells).map(list), max_size=6)


@settings(max_examples=100)
@given(some_rows, st.sampled_from(Hits))
def test_what_is_found_is_what_trying_every_fact_finds(rows, hits):
    made = table(rows, hits=hits)
    report = tables.check(made)
    every = list(product(NUMBERS, TEXTS, TEXTS))
    fitting = {facts: [one.row for one in tables.judge(made, facts) if one.fits] for facts in every}
    assert bool(report.gaps) == any(not some for some in fitting.values())
    pairs = {(a, b) for some in fitting.values() for a in some for b in some if a < b}
    assert {(one.first, one.second) for one in report.overlaps} == pairs
    first = {some[0] for some in fitting.values() if some}
    never = {row for row in range(len(rows)) if row not in first}
    assert set(report.unreachable) == (never if hits is Hits.FIRST else set())
    for one in report.gaps:  # an example is a gap, and so is all of its box
        facts = tables.facts_of(COLUMNS, dict(zip(("Amount", "Country", "Category"), one.example, strict=True)))
        assert tables.hit(made, facts) == []
    for one in report.overlaps:
        facts = tables.facts_of(COLUMNS, dict(zip(("Amount", "Country", "Category"), one.example, strict=True)))
        assert {one.first, one.second} <= {found.row for found in tables.judge(made, facts) if found.fits}


@given(some_rows)
def test_rows_made_of_the_gaps_close_them(rows):
    made = table(rows)
    report = tables.check(made)
    boxes = [one.box for one in report.gaps]
    for some, other in product(boxes, boxes):
        if some is not other:  # told once each
            assert not all(a & b for a, b in zip(some, other, strict=True))
    if not report.more_gaps:
        assert report.space.uncovered(report.space.whole, (1 << len(rows)) - 1, checks.Work(), 10_000) == boxes


@given(some_rows, st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_the_first_hit_is_the_first_of_all_and_each_miss_names_its_cell(rows, number, country, category):
    facts = [number, country, category]
    every = tables.hit(table(rows, hits=Hits.ALL), facts)
    assert tables.hit(table(rows), facts) == every[:1]
    for one in tables.judge(table(rows), facts):
        cell = table(rows).rows[one.row]
        assert one.fits == all(cells.fits(some, fact) for some, fact in zip(cell, facts, strict=True))
        assert one.fits or not cells.fits(cell[one.failed], facts[one.failed])


def test_a_table_of_the_largest_size_is_checked_in_time():
    columns = tuple(Column(f"c{n}", Kind.NUMBER) for n in range(8))
    rows = [[f"{n}..<{n + 1}", *[""] * 7] for n in range(500)]
    assert len(tables.check(table(rows, columns)).gaps) == 1


def test_rows_that_cross_each_other_in_too_many_ways_are_given_up():
    columns = tuple(Column(f"c{n}", Kind.NUMBER) for n in range(8))
    rows = [[f"{(n * (k + 3)) % 97}..{(n * (k + 3)) % 97 + 60}" for k in range(8)] for n in range(120)]
    with pytest.raises(TooComplexError):
        tables.check(table(rows, columns))
    assert "too many ways" in words.too_complex()


def test_what_is_wrong_with_a_cell_is_told_at_its_place():
    made, problems = tables.read(COLUMNS, [["<100", "DE"], ["lots", "", '"x']])
    assert isinstance(made, Table)
    assert [(one.path, one.code) for one in problems] == [
        ("rows.0", "table.cells"), ("rows.1.0", "table.number"), ("rows.1.2", "table.text"),
    ]  # fmt: skip
    _made, [problem] = tables.read(COLUMNS, [["", "", ""]] * 501)
    assert problem.code == "table.too_many_rows"
    twice = (Column("Amount", Kind.NUMBER), Column(" amount ", Kind.TEXT), Column("", Kind.TEXT))
    assert [one.code for one in tables.column_problems(twice)] == ["table.column_twice", "table.column_name"]
    assert [one.code for one in tables.column_problems(())] == ["table.columns"]


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [
        (None, "", "table.fact_number"),
        (True, "", "table.fact_number"),
        ("much", "", "table.fact_number"),
        ("NaN", "", "table.fact_number"),
        ("1e400", "", "table.fact_number"),
        ("5", "USD", "table.fact_unit"),
    ],
)
def test_what_is_no_number_of_the_columns_unit_is_refused(value, unit, code):
    with pytest.raises(FactError) as refused:
        tables.facts_of(COLUMNS, {"Amount": value, "Country": "", "Category": ""}, {"amount": unit})
    assert (refused.value.code, refused.value.column) == (code, 0)


def test_facts_are_read_as_people_mean_them():
    facts = {"amount": "420.00", "COUNTRY": " de ", "Category": None}
    assert tables.facts_of(COLUMNS, facts, {"Amount": "eur"}) == [Decimal("420.00"), "de", ""]
    assert tables.fact(Column("Express", Kind.TEXT), True, 0) == "true"
    assert tables.fact(Column("Zip", Kind.TEXT), 1.0, 0) == "1"
    with pytest.raises(FactError) as refused:
        tables.facts_of(COLUMNS, {"Amount": 1, "Country": ["DE"], "Category": ""})
    assert (refused.value.code, refused.value.column) == ("table.fact_text", 1)
    with pytest.raises(FactError) as refused:
        tables.facts_of(COLUMNS, {"Amount": 1})
    assert (refused.value.code, refused.value.column) == ("table.fact_missing", 1)


def test_why_a_row_fits_is_a_sentence():
    assert words.why(table(REFUNDS), 1) == "Amount 100..<500 EUR; Country DE, AT"
    assert words.why(table([["", "", ""]]), 0) == "anything"
