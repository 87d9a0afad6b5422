"""CSV as people save it: encodings and delimiters found, bounds kept while reading, rows fitted to a form's kinds."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import InvalidInput
from studio.runtime.rows import fitting, numbers, reading
from studio.runtime.rows.numbers import Mark
from studio.runtime.rows.reading import Delimiter, Encoding, read
from studio.runtime.triggers.manual import Manual

TEXT = "sku;price\nTasse grün;12,50 €\n"
CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


def of(content, *ways):
    return read(io.BytesIO(content), *ways)


def refused(content, *ways):
    with pytest.raises(InvalidInput) as error:
        of(content, *ways)
    assert error.value.field == "file"
    return error.value.code


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", Encoding.UTF_8), ("utf-8-sig", Encoding.UTF_8), ("utf-16", Encoding.UTF_16),
        ("windows-1252", Encoding.WINDOWS),
    ],
)  # fmt: skip
def test_encodings_are_found(codec, found):
    table = of(TEXT.encode(codec))
    assert (table.encoding, table.header, table.rows) == (found, ("sku", "price"), (("Tasse grün", "12,50 €"),))


def test_an_encoding_that_is_chosen_is_kept_to():
    assert of("a,b\nü,1\n".encode("latin-1"), Encoding.LATIN_1).rows == (("ü", "1"),)
    assert refused("a,b\nü,1\n".encode("latin-1"), Encoding.UTF_8) == "csv.encoding"
    assert refused(b"a,b\n1,2\n3", Encoding.UTF_16) in ("csv.encoding", "csv.no_rows")
    assert refused(b"a\n\x81\n", Encoding.WINDOWS) == "csv.encoding", "a byte that Windows-1252 does not know"


@pytest.mark.parametrize("one", list(Delimiter))
def test_delimiters_are_found(one):
    table = of(f"a{one}b{one}c\n1{one}2{one}3\n4{one}5{one}6\n".encode())
    assert (table.delimiter, table.header, table.rows) == (one, ("a", "b", "c"), (("1", "2", "3"), ("4", "5", "6")))


def test_lines_are_counted_and_empty_ones_left_out():
    table = of(b'a,b\r\n"1\r\n1",2\r\n\r\n,\r\n3,4\r\n')
    assert (table.rows, table.lines) == ((("1\r\n1", "2"), ("3", "4")), (3, 6))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv.empty"), (b"\n\n", "csv.empty"), (b"a,b\n", "csv.no_rows"), (b"a,a\n1,2\n", "csv.named_twice"),
        (b'a,b\n"1,2\n', "csv.broken"), (b'a,b\n"1"x,2\n', "csv.broken"), (b"a\n\0\n", "csv.binary"),
        (b"a\n" + b"x" * 32_001 + b"\n", "csv.too_long"),
        (b",".join(b"%d" % n for n in range(101)), "csv.too_many_columns"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_table_is_refused(content, code):
    assert refused(content) == code


def test_a_million_rows_are_left_where_the_first_too_many_begins():
    content = b"a\n" + b"1\n" * 1_000_000
    stream = io.BytesIO(content)
    with pytest.raises(InvalidInput) as error:
        read(stream, Encoding.UTF_8)
    assert error.value.code == "csv.too_many_rows"
    assert stream.tell() < len(content) / 10
    assert len(of(b"a\n" + b"1\n" * reading.MOST_ROWS).rows) == reading.MOST_ROWS


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=2).filter(lambda row: any(c.strip() for c in row)), min_size=1,
             max_size=20),
    st.sampled_from(list(Delimiter)),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)  # fmt: skip
def test_what_a_spreadsheet_writes_is_read_as_it_was(rows, delimiter, codec):
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter.value).writerows([("first", "second"), *rows])
    table = of(made.getvalue().encode(codec), None, delimiter)
    assert table.header == ("first", "second")
    assert [list(row) for row in table.rows] == rows


@given(st.binary(max_size=600), st.sampled_from([None, *Encoding]), st.sampled_from([None, *Delimiter]))
def test_whatever_bytes_come_are_a_table_or_refused_with_a_code(content, encoding, delimiter):
    table, code = outcome(content, encoding, delimiter)
    assert code is None or code.startswith("csv.")
    assert table is None or (len(table.rows) == len(table.lines) and all("\0" not in c for r in table.rows for c in r))


def outcome(content, *ways):
    try:
        return of(content, *ways), None
    except InvalidInput as error:
        return None, error.code


FORM = Manual.Config.model_validate(
    {
        "rows": True,
        "fields": [
            {"name": "sku", "label": "Article"},
            {"name": "price", "type": "number"},
            {"name": "on", "type": "date", "required": False},
        ],
    }
)


def fitted(text, mark=None, **chosen):
    table = of(text.encode())
    return fitting.fit(table, FORM, fitting.columns_for(table, FORM.fields, chosen), mark)


def test_columns_are_found_by_name_or_label_and_cells_by_kind():
    found = fitted("ARTICLE,Price,on,more\nMUG,12.5,2026-03-31,x\nPOT,7,,\n")
    assert found.rows == (
        {"sku": "MUG", "price": 12.5, "on": "2026-03-31"},
        {"sku": "POT", "price": 7, "on": None},
    )
    assert (found.problems, found.faulty) == ((), 0)


def test_what_does_not_fit_is_told_by_line_and_column():
    found = fitted("sku,price\nMUG,cheap\n,3\nPOT,4\nPAN,5,6\n")
    told = [(one.line, one.column, one.path) for one in found.problems]
    assert told == [(2, "price", "rows.0.price"), (3, "sku", "rows.1.sku"), (5, "", "rows.3")]
    assert found.faulty == 3
    assert found.rows[2] == {"sku": "POT", "price": 4, "on": None}


def test_another_column_can_be_chosen_or_none():
    assert fitted("a,price,b\nx,1,y\n", sku=2).rows[0]["sku"] == "y"
    assert fitted("sku,price\nx,1\n", sku=None).problems[0].path == "rows.0.sku"
    assert fitted("sku,price\nx,1\n", sku=99).faulty == 1


def test_as_many_problems_as_somebody_reads():
    found = fitted("sku,price\n" + "x,y\n" * 1_000)
    assert (len(found.problems), found.faulty) == (fitting.MOST_SHOWN, 1_000)


def prices(text, mark=None):
    found = fitted(text, mark)
    return [row and row["price"] for row in found.rows], found.mark


def test_a_decimal_comma_is_found_by_the_cells_that_leave_no_doubt():
    assert prices("sku;price\nA;12,50\nB;1.234\nC;1.234.567,5\nD;7\n") == ([12.5, 1234, 1234567.5, 7], Mark.COMMA)
    assert prices('sku,price\nA,12.50\nB,"1,234"\nC,"1,234,567.5"\n') == ([12.5, 1234, 1234567.5], Mark.POINT)
    assert prices("sku;price\nA;0,125\nB;1 234,5\nC;-3\n") == ([0.125, 1234.5, -3], Mark.COMMA)
    assert prices("sku;price\nA;1'234\n") == ([1234], None), "whichever it is, it is the same number"


def test_a_number_that_may_be_two_is_refused_until_somebody_says_which():
    text = "sku;price\nA;1.234\nB;7\n"
    found = fitted(text)
    assert [row is None for row in found.rows] == [True, False]
    assert (found.problems[0].path, found.problems[0].column) == ("rows.0.price", "price")
    assert "Choose the decimal mark." in found.problems[0].message
    assert prices(text, Mark.POINT)[0] == [1.234, 7]
    assert prices(text, Mark.COMMA)[0] == [1234, 7]


def test_a_file_of_both_marks_is_refused_where_it_says_the_other():
    assert prices("sku;price\nA;12,50\nB;12.50\n") == ([None, 12.5], None)
    assert prices("sku;price\nA;12,50\nB;12.50\n", Mark.COMMA)[0] == [12.5, None]


@given(st.integers(-(10**9), 10**9), st.integers(0, 99), st.sampled_from(list(Mark)), st.booleans())
def test_what_a_spreadsheet_shows_is_the_number_that_it_has(whole, cents, mark, grouped):
    shown = f"{whole:,}" if grouped else str(whole)
    shown = f"{shown}.{cents:02}"
    cell = shown if mark is Mark.POINT else shown.translate(str.maketrans(".,", ",."))
    assert numbers.found([cell]) is mark
    assert Decimal(numbers.plain(cell, mark)) == Decimal(shown.replace(",", ""))
