"""Matrices as texts: cells in one form, CSV there and back, what is refused and where, what two versions differ in."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.clock.delays import Unit
from studio.approvals.matrices import checking, diffing, grid
from studio.approvals.tables import choosing, document
from studio.approvals.tables.document import Matrix, Row
from studio.contract.tables import Column, Hits, Kind
from studio.core.errors import InvalidInput

HEAD = "Row (first hit),Amount: number EUR,Country: text,Approvers,Needed,Due,Proof,Then,Escalation,Name\n"
COLUMNS = (Column("Amount", Kind.NUMBER, "EUR"), Column("Country", Kind.TEXT))


def read(*lines):
    return grid.read(HEAD + "".join(f"{line}\n" for line in lines))


def test_cells_come_in_one_form():
    read_ = read(
        '1,100 - 500,"de, AT",Finance,any,4 WH (Berlin),x,a@example.com,,"Large, foreign"', "2,,,g:x,50 %,2d,,,,"
    )
    assert read_.problems == []
    first, second = read_.matrix.rows
    assert first == Row(("100..500", "de, AT"), ("group:Finance",), "", "4 working hours (Berlin)", True,
                        ("user:a@example.com",), "", "Large, foreign")  # fmt: skip
    assert (second.needed, second.due, second.approvers) == ("50%", "2 days", ("group:g:x",))
    assert document.need_of(second) == ("at_least_per_cent", 50)
    assert document.need_of(Row(needed="all")) == ("everybody", None)
    assert document.need_of(Row(needed="2")) == ("at_least", 2)
    due = document.due_of(first)
    assert (due.amount, due.unit, due.calendar) == (4, Unit.WORKING_HOURS, "Berlin")
    assert document.due_of(Row()) is None


@pytest.mark.parametrize(
    ("line", "path", "code"),
    [
        ("1,lots,,Finance,,,,,,", "rows.0.0", "table.number"),
        ('1,,"""x",Finance,,,,,,', "rows.0.1", "table.text"),
        ("1,1,,,,,,,,", "rows.0.2", "matrix.nobody"),
        ("1,,,Finance,many,,,,,", "rows.0.3", "matrix.needed"),
        ("1,,,Finance,101,,,,,", "rows.0.3", "matrix.needed"),
        ("1,,,Finance,,soon,,,,", "rows.0.4", "matrix.due"),
        ("1,,,Finance,,2 days (Berlin),,,,", "rows.0.4", "matrix.due"),
        ("1,,,Finance,,,perhaps,,,", "rows.0.5", "matrix.proof"),
        (f"1,,,Finance,,,,,,{'x' * 81}", "rows.0.8", "table.too_long"),
        ("otherwise,,,Finance,many,,,,,", "otherwise.3", "matrix.needed"),
    ],
)
def test_what_a_cell_cannot_say_is_told_at_the_cell(line, path, code):
    assert [(one.path, one.code) for one in read(line).problems] == [(path, code)]


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("", "matrix.head", "columns"),
        ("Row (first hit),Amount: number\n", "matrix.head", "columns"),
        (HEAD.replace("Amount: number EUR", "Amount"), "matrix.column", "columns.0"),
        (HEAD + "1,,,Finance\n", "matrix.cells", "rows.0"),
        (HEAD + "otherwise,5,,Finance,,,,,,\n", "matrix.otherwise", "otherwise"),
        (HEAD + "otherwise,,,Finance,,,,,,\notherwise,,,Finance,,,,,,\n", "matrix.otherwise", "otherwise"),
        (HEAD + '1,"open\n', "matrix.csv", "file"),
    ],
)
def test_another_table_is_refused_with_its_line(text, code, field):
    with pytest.raises(InvalidInput) as refused:
        grid.read(text)
    assert (refused.value.code, refused.value.problems[0].path) == (code, field)


def test_a_million_rows_are_refused_at_the_first_that_is_too_many():
    with pytest.raises(InvalidInput, match="Line 502 is one too many") as refused:
        grid.read(HEAD + "1,5,,Finance,,,,,,\n" * 1_000_000)
    assert refused.value.code == "table.too_many_rows"


def test_a_file_in_another_encoding_or_too_large_is_refused():
    with pytest.raises(InvalidInput, match="Line 2 holds a letter that is not UTF-8"):
        grid.decoded((HEAD + "1,,Österreich,Finance,,,,,,\n").encode("latin-1"))
    with pytest.raises(InvalidInput) as refused:
        grid.decoded(b"x" * (grid.MOST_BYTES + 1))
    assert refused.value.code == "matrix.too_large"
    assert grid.decoded(HEAD.encode("utf-8-sig")) == HEAD


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split())
)
plain = names.filter(lambda text: text and not text.startswith("'"))
refs = st.lists(plain.map(lambda name: f"group:{name}"), min_size=1, max_size=3, unique_by=str.casefold).map(tuple)
outcomes = st.builds(
    Row, approvers=refs, needed=st.sampled_from(["", "all", "2", "50%"]), proof=st.booleans(),
    due=st.sampled_from(["", "4 working hours (Berlin)", "1 day"]), then=st.one_of(st.just(()), refs),
    escalation=st.one_of(st.just(""), names), name=st.one_of(st.just(""), names, st.just("=1+1"), st.just("'-x")),
)  # fmt: skip
cells_of = st.tuples(
    st.sampled_from(["", "<100", "-5..<10", "-3", ">=500"]),
    st.sampled_from(["", "DE, AT", '"a, b"', "=x", "'=x", "@y"]),
)
matrices = st.builds(
    Matrix,
    st.just(COLUMNS),
    st.lists(st.builds(lambda when, row: Row(when, *row_fields(row)), cells_of, outcomes), max_size=5).map(tuple),
    st.one_of(st.none(), outcomes),
    st.sampled_from(Hits),
)


def row_fields(row):
    return (row.approvers, row.needed, row.due, row.proof, row.then, row.escalation, row.name)


@given(matrices)
def test_a_matrix_is_read_from_csv_as_it_was_written(matrix):
    normal = document.checked(matrix)
    if normal.problems:
        return
    again = grid.read(grid.write(normal.matrix))
    assert again.problems == []
    assert again.matrix == normal.matrix
    assert document.from_json(document.to_json(normal.matrix)) == normal.matrix


@given(matrices)
def test_no_cell_of_a_file_begins_a_formula(matrix):
    for line in csv.reader(io.StringIO(grid.write(matrix))):
        assert not any(cell[:1] in "=+-@\t" and cell for cell in line)


def test_who_is_chosen_and_why():
    matrix = read(
        "1,<500,,Team,,2 days,,,,Small", '2,>=500,"DE",Finance,2,4 working hours,yes,Legal,,', "otherwise,,,Board,,,,,,"
    ).matrix
    found = choosing.choose(matrix, {"amount": "420.00", "Country": "DE"}, {"Amount": "EUR"})
    assert (found.rows, found.why, choosing.labels(matrix, found)) == ((0,), "Amount <500 EUR", "row 1 (Small)")
    found = choosing.choose(matrix, {"amount": 500, "Country": "de"})
    assert choosing.people_words(found) == "2 of group:Finance, then group:Legal"
    assert choosing.due(found).unit is Unit.WORKING_HOURS
    found = choosing.choose(matrix, {"amount": 500, "Country": "FR"})
    assert (found.rows, choosing.labels(matrix, found), choosing.people_words(found)) == (
        (),
        "otherwise",
        "group:Board",
    )
    with pytest.raises(InvalidInput, match="in USD") as refused:
        choosing.choose(matrix, {"amount": 5, "Country": ""}, {"Amount": "USD"})
    assert (refused.value.code, refused.value.field) == ("table.fact_unit", "compare")
    with pytest.raises(InvalidInput) as refused:
        choosing.choose(read("1,<5,,Team,,,,,,").matrix, {"amount": 5, "Country": ""})
    assert refused.value.code == "matrix.no_row"


def test_what_is_wrong_as_a_whole():
    gap = list(checking.whole(read("1,<500,,Team,,,,,,").matrix))
    assert [(one.path, one.code, one.refused) for one in gap] == [("rows", "table.gap", True)]
    assert "Amount 500 EUR" in gap[0].message
    covered = list(checking.whole(read("1,<500,,Team,,,,,,", "otherwise,,,Board,,,,,,").matrix))
    assert [(one.code, one.refused) for one in covered] == [("table.gap", False)]
    order = list(checking.whole(read("1,<500,,Team,,,,,,", "2,,,Board,,,,,,", "3,<100,DE,Nobody,,,,,,").matrix))
    assert (order[0].path, order[0].code, order[0].refused) == ("rows.2", "table.unreachable_row", True)
    assert "Row 1 counts, since it stands above." in order[1].message


def test_two_versions_differ_in_words():
    before = read("1,<500,,Team,,,,,,", "2,>=500,,Board,,,,,,").matrix
    after = read(
        "1,<100,,Team,,,,,,", "2,100..<500,,Team,,,,,,", "3,>=500,,Board,,,,,,", "otherwise,,,Board,,,,,,"
    ).matrix
    found = diffing.differences(before, after)
    assert [(one.field, bool(one.before), bool(one.after)) for one in found] == [
        ("Row 1", True, True), ("Row 2", False, True), ("Otherwise", False, True),
    ]  # fmt: skip
    assert found[0].after == "Amount <100 → approvers: group:Team"
    assert diffing.differences(after, after) == []
