"""Money without floats."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.contract.results import Fail
from studio.runtime import money
from tests.fakes.node_world import World

CENTS = st.integers(-(10**13), 10**13)


def compute(**config):
    return World({}).start("data.money", config)


def text(cents):
    return f"{Decimal(cents).scaleb(-2):f}"


@given(CENTS, CENTS)
def test_sums_and_differences_are_exact(one, other):
    values = {"amount": f'"{text(one)}"', "other": f'"{text(other)}"'}
    assert compute(operation="add", **values).output["minor"] == one + other
    assert compute(operation="subtract", **values).output["minor"] == one - other
    comparison = compute(operation="compare", **values).output["comparison"]
    assert comparison == ("more" if one > other else "less" if one < other else "equal")


@given(
    st.decimals(-(10**9), 10**9, places=4), st.decimals(-1000, 1000, places=4), st.sampled_from(["EUR", "JPY", "KWD"])
)
def test_products_are_rounded_once_and_half_up(amount, factor, currency):
    output = compute(operation="multiply", amount=f'"{amount:f}"', factor=f'"{factor:f}"', currency=currency).output
    step = Decimal(1).scaleb(-money.decimals(currency))
    expected = (amount * factor).quantize(step, ROUND_HALF_UP)
    assert Decimal(output["amount"]) == expected
    assert output["minor"] == int(expected / step)


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD", "USD"]))
def test_minor_units_and_back(minor, currency):
    output = compute(operation="from_minor", amount=minor, currency=currency).output
    assert output["minor"] == minor
    assert len(output["amount"].partition(".")[2]) == money.decimals(currency)


def test_a_float_from_json_is_read_as_it_is_written():
    assert compute(amount="0.1 + 0.2").output["amount"] == "0.30"
    assert World({"t": 1.005}).start("data.money", {"amount": "trigger.t"}).output["amount"] == "1.01"
    assert compute(operation="percentage", amount='"420.00"', factor="19").output == {
        "amount": "79.80",
        "currency": "EUR",
        "minor": 7980,
    }


def test_rounding_rules_differ_where_they_should():
    found = {
        rule: compute(amount='"2.345"', rounding=rule).output["amount"]
        for rule in ("half_up", "half_even", "up", "down")
    }
    assert found == {"half_up": "2.35", "half_even": "2.34", "up": "2.35", "down": "2.34"}
    assert compute(amount='"-0.001"').output == {"amount": "0.00", "currency": "EUR", "minor": 0}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"amount": "1", "currency": "EURO"}, "There is no currency “EURO”"),
        ({"amount": '"1e14"', "operation": "multiply", "factor": "1000"}, "too large"),
        ({"amount": '"1.5"', "operation": "from_minor"}, "whole number"),
    ],
)
def test_what_is_no_money_fails_in_words(config, words):
    failed = compute(**config)
    assert isinstance(failed, Fail)
    assert words in failed.message
