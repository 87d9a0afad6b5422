"""Sum up a list: exact figures, group by group, and what does not fit is said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.contract.results import Fail
from studio.runtime.compile import ConfigError
from studio.runtime.figures import Figure, figure
from tests.fakes.node_world import World

LINES = [
    {"sku": "MUG-1", "quantity": 2, "price": "19.90"},
    {"sku": "CAP-2", "quantity": 1, "price": "0.10"},
    {"sku": "MUG-1", "quantity": 1, "price": "19.90"},
    {"sku": None, "quantity": None, "price": "5"},
]


def summed(figures, group="", items="trigger.lines", lines=LINES):
    config = {"items": items, "figures": figures} | ({"group": group} if group else {})
    return World({"lines": lines}).start("data.aggregate", config)


def of(do, value="item.quantity", name="it"):
    return {"name": name, "do": do, "value": value}


def test_figures_of_all_of_it_and_of_each_group():
    done = summed([of("sum", name="pieces"), of("largest", "item.price", "price")], "item.sku")
    assert done.output == {
        "items": 4,
        "totals": {"pieces": 4, "price": "19.90"},
        "groups": [
            {"key": "MUG-1", "items": 2, "pieces": 3, "price": "19.90"},
            {"key": "CAP-2", "items": 1, "pieces": 1, "price": "0.10"},
            {"key": None, "items": 1, "pieces": 0, "price": "5"},
        ],
    }


@pytest.mark.parametrize(
    ("do", "value", "found"),
    [
        ("count", "item.quantity", 3),
        ("count", "", 4),
        ("sum", "item.price", 44.9),
        ("average", "item.quantity", 4 / 3),
        ("smallest", "item.price", "0.10"),
        ("largest", "item.quantity", 2),
        ("different", "item.sku", ["MUG-1", "CAP-2"]),
    ],
)
def test_each_figure_passes_null_over(do, value, found):
    assert summed([of(do, value)]).output["totals"]["it"] == found


def test_of_nothing():
    done = summed([of(one.value, name=one.value) for one in Figure], lines=[])
    assert done.output["totals"] == {
        "count": 0, "sum": 0, "average": None, "smallest": None, "largest": None, "different": [],
    }  # fmt: skip
    assert done.output["groups"] == []


@pytest.mark.parametrize("value", ["many", "", "NaN", "Infinity", "1e999", True, [1], {"a": 1}, "9" * 41])
def test_what_is_no_number_is_named_and_nothing_is_worked_out(value):
    failed = summed([of("sum", "item.x")], lines=[{"x": 1}, {"x": value}])
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == ("figure.value", "config.figures")
    assert "Nothing was worked out" in failed.message


def test_numbers_and_texts_have_no_order():
    failed = summed([of("smallest", "item.x")], lines=[{"x": 1}, {"x": "many"}])
    assert "numbers with numbers" in failed.message
    assert summed([of("smallest", "item.x")], lines=[{"x": "10"}, {"x": "9"}]).output["totals"]["it"] == "9"
    assert summed([of("smallest", "item.x")], lines=[{"x": "b"}, {"x": "a"}]).output["totals"]["it"] == "a"


@pytest.mark.parametrize("names", [["it", "it"], ["key"], ["items"]])
def test_names_are_told_apart(names):
    with pytest.raises(ConfigError, match="is called"):
        summed([of("count", name=name) for name in names])


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_cents_are_never_lost(cents):
    amounts = [str(Decimal(one).scaleb(-2)) for one in cents]
    assert round(figure(Figure.SUM, amounts) * 100) == sum(cents)
    assert figure(Figure.COUNT, amounts) == len(cents)


@given(st.lists(st.one_of(st.integers(-5, 5), st.sampled_from(["a", "b"]), st.none())))
def test_the_different_ones_are_each_there_once_in_their_order(values):
    known = [one for one in values if one is not None]
    assert figure(Figure.DIFFERENT, values) == list(dict.fromkeys(known))
