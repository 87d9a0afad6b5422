"""What the editor offers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.expressions import Environment, Schema, check_expression, complete
from tests.expressions.order import ENVIRONMENT


def labels(prefix, environment=ENVIRONMENT):
    return [one.label for one in complete(prefix, environment)]


def test_roots_first():
    assert labels("") == ["trigger", "steps", "run"]
    assert labels("tr")[:2] == ["trigger", "trim"]
    assert "has" in labels("ha")


def test_fields_with_samples_and_kinds():
    found = {one.label: one for one in complete("1 < trigger.order.to", ENVIRONMENT)}
    assert found["total_price"].insert == "total_price"
    assert found["total_price"].sample == '"150.00"'
    assert found["total_price"].detail == "an amount"
    assert found["total_price"].replace == 2
    assert found["total_price"].type == "path"


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        ("trigger.", "order"),
        ("trigger.order.lines[0].", "sku"),
        ("trigger.order.lines.map(l, l.", "sku"),
        ("trigger.order.lines.filter(l, l.quantity > 1).size() + trigger.", "order"),
        ("Hi {{ trigger.", "order"),
        ("{{ a || trigger.", "order"),
        ("{{ run.id }} {{ steps.", "fetch"),
        ("trigger.order.lines.", "map"),
        ("trigger.order.note.con", "contains"),
        ("{{ run.id | mo", "money"),
        ("{{ run.id | upper | ", "money"),
    ],
)
def test_the_first_offer(prefix, first):
    assert labels(prefix)[0] == first


@pytest.mark.parametrize("prefix", ["'tr", "Hi {{ run.id }} tr", "nothing.", "{{ x | money: '"])
def test_nothing_to_offer(prefix):
    assert labels(prefix) == []


def test_odd_names_are_written_in_brackets():
    environment = Environment({"t": Schema.from_sample({"odd key": 1, "in": 2})})
    found = {one.label: one for one in complete("t.", environment)}
    assert found["odd key"].insert == '["odd key"]'
    assert found["odd key"].replace == 1
    assert found["in"].insert == '["in"]'


def test_what_is_offered_passes_the_check():
    for prefix in ("trigger.order.", "trigger.order.lines[0].", "steps.fetch.body."):
        for one in complete(prefix, ENVIRONMENT):
            if one.type == "path":
                source = prefix[: len(prefix) - one.replace] + one.insert
                assert check_expression(source, ENVIRONMENT) == []


@given(st.text("trigeod.()[]{}'\"|: x0,", max_size=40))
def test_never_raises(prefix):
    complete(prefix, ENVIRONMENT)
