"""JSON and CSV, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.contract.results import Fail
from studio.runtime import tables
from studio.runtime.compile import ConfigError
from tests.fakes.node_world import World


def read(text, **config):
    return World({"text": text}).start("data.parse", {"text": "{{ trigger.text }}", **config})


def written(value, **config):
    return World({"value": value}).start("data.format", {"value": "trigger.value", **config})


def test_json_is_read_and_written():
    done = read('{"order": 6021, "paid": true, "note": "a\\u0000b"}')
    assert done.output == {"value": {"order": 6021, "paid": True, "note": "a\ufffdb"}, "count": 1}
    assert written({"a": [1, None]}).output["text"] == '{"a":[1,null]}'
    assert written([1], indent=True).output == {"text": "[\n  1\n]", "count": 1}


def test_csv_is_read_by_the_names_of_its_columns():
    text = '\ufeffsku;name\r\nMUG-1;"Mug; large\nblue"\r\n\r\nCAP-2;\r\n'
    rows = [{"sku": "MUG-1", "name": "Mug; large\nblue"}, {"sku": "CAP-2", "name": ""}]
    assert read(text, kind="csv").output == {"value": rows, "count": 2}
    bare = read("MUG-1\t3\nCAP-2\t1", kind="csv", header=False, separator="tab").output["value"]
    assert bare == [{"column_1": "MUG-1", "column_2": "3"}, {"column_1": "CAP-2", "column_2": "1"}]
    assert read("", kind="csv").output == {"value": [], "count": 0}


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("{", "json", "line 1"),
        ("", "json", "no JSON"),
        ("NaN", "json", "no JSON"),
        ("a,b\n1,2,3", "csv", "Line 2 has 3 values, and there are 2 columns"),
        ("a,b\n1", "csv", "Line 2 has 1 values"),
        ("a,a\n1,2", "csv", "Two columns are called “a”"),
        ("a,\n1,2", "csv", "Column 2 has no name"),
        ('a,b\n"1,2', "csv", "Line 2 is no CSV"),
        (",".join(f"c{at}" for at in range(201)), "csv", "more than 200 columns"),
        ("a\n" + "1\n" * 10_001, "csv", "more than 10,000 rows"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text, kind, said):
    failed = read(text, kind=kind)
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == ("parse.unreadable", "config.text")
    assert said in failed.message


def test_a_text_too_large_is_refused():
    with pytest.raises(ConfigError):
        read("x" * 2_000_001)


def test_csv_is_written_with_the_columns_that_are_wanted_and_no_formulas():
    rows = [{"sku": "MUG-1", "quantity": 3}, {"sku": "=cmd|' /C calc'!A1", "on": True, "tags": ["a"], "quantity": -2.5}]
    assert written(rows, kind="csv").output["text"] == (
        'sku,quantity,on,tags\r\nMUG-1,3,,\r\n\'=cmd|\' /C calc\'!A1,-2.5,true,"[""a""]"\r\n'
    )
    chosen = written(rows, kind="csv", columns=["quantity", "sku"], separator="semicolon", header=False, safe=False)
    assert chosen.output == {"text": "3;MUG-1\r\n-2.5;=cmd|' /C calc'!A1\r\n", "count": 2}
    assert written([{"a": "-1"}, {"a": "-x"}], kind="csv").output["text"] == "a\r\n-1\r\n'-x\r\n"


@pytest.mark.parametrize(
    ("value", "code"), [({"a": 1}, "format.no_list"), ([1], "format.unfit"), ([{"a": 1}, None], "format.unfit")]
)
def test_what_is_no_list_of_rows_is_not_written(value, code):
    failed = written(value, kind="csv")
    assert (failed.code, failed.field) == (code, "config.value")
    assert "Nothing was written" in failed.message


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)
NAMES = st.lists(st.text("abc", min_size=1, max_size=3), min_size=2, max_size=4, unique=True)


@given(NAMES, st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=4), st.sampled_from(tables.SEPARATORS))
def test_what_was_written_is_read_again(names, values, separator):
    rows = [dict(zip(names, row, strict=False)) for row in values]
    text = tables.write(rows, names, separator, safe=False)
    assert tables.read(text, separator) == rows
