"""The number rule: what JSON happened to hold must not change what an expression means."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.expressions import EvaluationError, Scope, evaluate
from tests.expressions.order import ORDER, SCOPE


@pytest.mark.parametrize("total", [150, 150.0, "150.00", "150", Decimal("150.00")], ids=repr)
def test_a_total_means_the_same_however_it_came(total):
    scope = Scope({"t": {"total": total}})
    assert evaluate("t.total * 0.1", scope) == 15
    assert evaluate("t.total > 100", scope) is True
    assert evaluate("t.total > 99.5", scope) is True
    assert evaluate("t.total == 150", scope) is True
    assert evaluate("150 != t.total", scope) is False
    assert evaluate("t.total / 4", scope) == 37.5
    assert evaluate("t.total - 0.01 < 150", scope) is True


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("0.1 + 0.2", 0.3),
        ("0.1 + 0.2 == 0.3", True),
        ("7 / 2", 3.5),
        ("6 / 2", 3),
        ("-7 % 3", -1),
        ("5.5 % 2", 1.5),
        ("3 * 49.9", 149.7),
        ("9007199254740993 + 1", 9007199254740994),
        ("9223372036854775807 - 1", 9223372036854775806),
        ("1 == 1.0", True),
        ("1 < 1.5", True),
        ("2 in [1.0, 2.0]", True),
        ("string(1234567.89)", "1234567.89"),
        ("string(150.0)", "150"),
        ("int('150.00')", 150),
        ("int(149.9)", 149),
        ("int(double(36028797018963968))", 36028797018963968),
        ("double('150.50') + 1", 151.5),
        ("round(2.345, 2)", 2.35),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("floor(-1.5)", -2),
        ("ceil(1.2)", 2),
        ("abs('-3.50')", 3.5),
        ("[1, '2.50', 3].sum()", 6.5),
        ("sum([])", 0),
        ("min([3, '1.5'])", 1.5),
        ("max(2, 3.5)", 3.5),
        ("true ? 1 : 2.5", 1),
    ],
)
def test_arithmetic(source, value):
    found = evaluate(source, SCOPE)
    assert found == value
    assert type(found) is type(value)


def test_whole_results_are_whole():
    assert json.dumps(evaluate("trigger.order.half * 2", SCOPE)) == "299"


@given(st.integers(min_value=-(10**40), max_value=10**40))
def test_ids_of_any_length_pass_through(number):
    assert evaluate("t.id", Scope({"t": {"id": number}})) == number


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.text(), st.none(), st.booleans()))
def test_a_path_alone_hands_on_the_very_value(value):
    assert evaluate("t.x", Scope({"t": {"x": value}})) is value


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_long_ids_stay_exact_inside_what_is_built(number):
    built = evaluate("{'id': t.id, 'all': [t.id]}", Scope({"t": {"id": number}}))
    assert built == {"id": number, "all": [number]}


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
)
def test_amounts_add_up_to_the_cent(one, other):
    scope = Scope({"a": float(one), "b": float(other)})
    assert Decimal(str(evaluate("a + b", scope))) == one + other
    assert Decimal(str(evaluate("a - b", scope))) == one - other


@given(st.integers(min_value=-(10**6), max_value=10**6), st.integers(1, 10**6))
def test_dividing_whole_numbers_never_truncates(one, other):
    assert evaluate("a / b", Scope({"a": one, "b": other})) == pytest.approx(one / other)


@pytest.mark.parametrize(
    "source",
    ["1 / 0", "1.5 / 0", "1 % 0", "t.big * 10.0", "int(1e30)", "9223372036854775807 + 1", "5000000000 * -5000000000"],
)
def test_numbers_without_end_are_errors(source):
    with pytest.raises(EvaluationError) as caught:
        evaluate(source, Scope({"t": {"big": 1.7e308}}))
    assert caught.value.code == "expression.value"


def test_a_text_is_never_added_to_a_number():
    with pytest.raises(EvaluationError, match=r"double\(…\).*string\(…\)"):
        evaluate("trigger.order.total + trigger.order.total_price", SCOPE)
    assert evaluate("trigger.order.total + double(trigger.order.total_tax)", SCOPE) == 174


def test_a_text_that_is_no_number_is_never_equal_to_one():
    assert evaluate("trigger.order.name == 1001", SCOPE) is False
    assert evaluate("trigger.order.name != 1001", SCOPE) is True
    with pytest.raises(EvaluationError, match="not a number"):
        evaluate("trigger.order.name > 1001", SCOPE)


def test_line_totals():
    source = "trigger.order.lines.map(l, l.price * l.quantity).sum()"
    assert evaluate(source, SCOPE) == 35.3
    assert ORDER["lines"][0]["price"] == "10.10"
