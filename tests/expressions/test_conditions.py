"""Rows of a form and the expression they stand for, there and back."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studio.expressions import (
    ExpressionError,
    cel_to_conditions,
    conditions_to_cel,
    evaluate,
)
from studio.expressions.conditions import normal
from studio.expressions.paths import quoted
from tests.expressions.order import SCOPE

TOTAL = {"field": "trigger.order.total", "operator": "greater_than", "value": 100}


@pytest.mark.parametrize(
    ("row", "source", "answer"),
    [
        (TOTAL, "trigger.order.total > 100", True),
        (
            {"field": "trigger.order.name", "operator": "equals", "value": 'a"\n'},
            'trigger.order.name == "a\\"\\n"',
            False,
        ),
        (
            {"field": "trigger.order.currency", "operator": "one_of", "value": ["EUR", "CHF"]},
            'trigger.order.currency in ["EUR", "CHF"]',
            True,
        ),
        (
            {"field": "trigger.order.tags", "operator": "not_includes", "value": "vip"},
            '!("vip" in trigger.order.tags)',
            False,
        ),
        (
            {
                "field": "trigger.order.currency",
                "operator": "starts_with",
                "value": "EU",
                "ignore_case": True,
            },
            'lower(trigger.order.currency).startsWith("eu")',
            True,
        ),
        (
            {"field": "trigger.order.currency", "operator": "not_contains", "value": "US"},
            '!(trigger.order.currency.contains("US"))',
            True,
        ),
        (
            {"field": "trigger.order.currency", "operator": "not_ends_with", "value": "ur", "ignore_case": True},
            '!(lower(trigger.order.currency).endsWith("ur"))',
            False,
        ),
        (
            {"field": "trigger.order.currency", "operator": "not_one_of", "value": ["USD", 1]},
            '!(trigger.order.currency in ["USD", 1])',
            True,
        ),
        (
            {"field": "trigger.order.nothing", "operator": "is_missing"},
            "!has(trigger.order.nothing)",
            True,
        ),
        (
            {"field": 'trigger.order["odd key"]', "operator": "is_present"},
            'trigger.order[?"odd key"].hasValue()',
            True,
        ),
        (
            {"field": "trigger.order.lines", "operator": "is_not_empty"},
            "size(trigger.order.lines) != 0",
            True,
        ),
        (
            {
                "field": "trigger.order.created_at",
                "operator": "before",
                "value": "2026-04-01T00:00:00Z",
            },
            'timestamp(trigger.order.created_at) < timestamp("2026-04-01T00:00:00Z")',
            True,
        ),
        (
            {"field": "trigger.order.created_at", "operator": "longer_ago", "value": {"amount": 14, "unit": "days"}},
            'timestamp(trigger.order.created_at) < timestamp(run.started_at) - duration("336h")',
            False,
        ),
        (
            {"field": "trigger.order.created_at", "operator": "in_last", "value": {"amount": 45, "unit": "hours"}},
            (
                '(timestamp(trigger.order.created_at) >= timestamp(run.started_at) - duration("45h")'
                " && timestamp(trigger.order.created_at) <= timestamp(run.started_at))"
            ),
            True,
        ),
        (
            {"field": "trigger.order.created_at", "operator": "in_next", "value": {"amount": 90, "unit": "minutes"}},
            (
                "(timestamp(trigger.order.created_at) >= timestamp(run.started_at)"
                ' && timestamp(trigger.order.created_at) <= timestamp(run.started_at) + duration("90m"))'
            ),
            False,
        ),
        (
            {"field": "trigger.order.created_at", "operator": "on_weekday"},
            "timestamp(trigger.order.created_at).getDayOfWeek(workspace.time_zone) in [1, 2, 3, 4, 5]",
            True,
        ),
        (
            {"field": "trigger.order.created_at", "operator": "not_on_weekday"},
            "!(timestamp(trigger.order.created_at).getDayOfWeek(workspace.time_zone) in [1, 2, 3, 4, 5])",
            False,
        ),
        (
            {"field": "trigger.order.currency", "operator": "not_matches", "value": "^[A-Z]{3}$"},
            '!(trigger.order.currency.matches("^[A-Z]{3}$"))',
            False,
        ),
        (
            {
                "field": "trigger.order.total",
                "operator": "at_least",
                "value": {"field": "trigger.order.half"},
            },
            "trigger.order.total >= trigger.order.half",
            True,
        ),
        (
            {
                "list": "trigger.order.lines",
                "holds_for": "all",
                "where": [{"field": "entry.quantity", "operator": "greater_than", "value": 0}],
            },
            "(size(trigger.order.lines) != 0 && trigger.order.lines.all(entry, entry.quantity > 0))",
            True,
        ),
        (
            {
                "list": "trigger.order.lines",
                "holds_for": "none",
                "where": [{"field": "entry.sku", "operator": "equals", "value": "Z"}],
            },
            '!trigger.order.lines.exists(entry, entry.sku == "Z")',
            True,
        ),
    ],
)
def test_one_row(row, source, answer):
    assert conditions_to_cel([row]) == source
    assert cel_to_conditions(source) == normal([row])
    assert evaluate(source, SCOPE) is answer


def test_groups_nest():
    rows = {"match": "any", "rows": [TOTAL, {"match": "all", "rows": [TOTAL, TOTAL]}]}
    source = conditions_to_cel(rows)
    assert source == ("trigger.order.total > 100 || (trigger.order.total > 100 && trigger.order.total > 100)")
    assert cel_to_conditions(source) == rows


def test_no_rows_are_always_true():
    assert conditions_to_cel([]) == "true"
    assert cel_to_conditions("true") == {"match": "all", "rows": []}


@pytest.mark.parametrize(
    "source",
    [
        "trigger.total * 2 > 5",
        "trigger.total",
        "trigger.lines.map(x, x.a) == [1]",
        "a ? b : c",
        "!(a > 1)",
        "1 > a.b",
        "size(a) > 3",
        "a.b == [1]",
        "a.exists(x, x.b.exists(y, y == 1))",
        "lower(a.b) == 'ABC'",
        "timestamp(a.b) == timestamp(a.c)",
        'timestamp(a.b) > timestamp(run.started_at) - duration("1h")',
        'timestamp(a.b) < timestamp(run.started_at) - duration("1s")',
        'timestamp(a.b) < timestamp(run.started_at) + duration("1h")',
        'timestamp(a.b) >= timestamp(run.started_at) && timestamp(a.c) <= timestamp(run.started_at) + duration("1h")',
        "timestamp(a.b).getDayOfWeek() in [1, 2, 3, 4, 5]",
        "timestamp(a.b).getDayOfWeek(workspace.time_zone) in [0, 6]",
        "1 +",
        "false",
        "a.all(x, x == 1)",
        "entry.x == 1",
    ],
)
def test_what_rows_cannot_say_is_none(source):
    assert cel_to_conditions(source) is None


@pytest.mark.parametrize(
    "rows",
    [
        [{"operator": "equals", "value": 1}],
        [{"field": "a.b + 1", "operator": "equals", "value": 1}],
        [{"field": "a", "operator": "is_present"}],
        [{"field": "a.b", "operator": "resembles", "value": 1}],
        [{"field": "a.b", "operator": "equals", "value": [1]}],
        [{"field": "a.b", "operator": "one_of", "value": 1}],
        [{"field": "a.b", "operator": "equals", "value": 10**30}],
        [{"field": "a.b", "operator": "equals", "value": float("nan")}],
        [{"field": "a.b", "operator": "equals", "value": "\ud800"}],
        [{"field": "a.b", "operator": "equals", "value": 5, "ignore_case": True}],
        [{"field": "a.b", "operator": "in_last", "value": 5}],
        [{"field": "a.b", "operator": "in_last", "value": {"amount": 0, "unit": "days"}}],
        [{"field": "a.b", "operator": "in_last", "value": {"amount": 1, "unit": "months"}}],
        [{"match": "all", "rows": []}],
        [{"list": "a.b", "holds_for": "most", "where": [TOTAL]}],
        [{"list": "a.b", "holds_for": "any", "where": []}],
        {"match": "some", "rows": [TOTAL]},
        ["text"],
        [TOTAL] * 60,
    ],
)
def test_rows_that_cannot_be_written_are_refused(rows):
    with pytest.raises(ExpressionError) as caught:
        conditions_to_cel(rows)
    assert caught.value.problem.message.endswith(".")


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
scalars = (
    text
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
)
fields = st.lists(st.sampled_from(["a", "b_2", "odd key", "in", 'q"\\']) | text, min_size=1).map(
    lambda names: "trigger" + "".join(f"[{quoted(name)}]" for name in names)
)


def rows_over(names):
    compared = st.builds(
        lambda field, operator, value: {"field": field, "operator": operator, "value": value},
        names,
        st.sampled_from(
            ["equals", "not_equals", "greater_than", "at_least", "less_than", "at_most",
             "includes", "not_includes"]
        ),
        scalars | names.map(lambda field: {"field": field}),
    )  # fmt: skip
    texts = st.builds(
        lambda field, operator, value, caseless: {
            "field": field,
            "operator": operator,
            "value": value,
            **({"ignore_case": True} if caseless and "matches" not in operator else {}),
        },
        names,
        st.sampled_from(
            [
                "equals",
                "not_equals",
                "contains",
                "not_contains",
                "starts_with",
                "not_starts_with",
                "ends_with",
                "not_ends_with",
                "matches",
                "not_matches",
            ]
        ),
        text,
        st.booleans(),
    )
    listed = st.builds(
        lambda field, operator, value: {"field": field, "operator": operator, "value": value},
        names,
        st.sampled_from(["one_of", "not_one_of"]),
        st.lists(scalars, max_size=3),
    )
    unary = st.builds(
        lambda field, operator: {"field": field, "operator": operator},
        names,
        st.sampled_from(["is_present", "is_missing", "is_empty", "is_not_empty", "on_weekday", "not_on_weekday"]),
    )
    dated = st.builds(
        lambda field, operator, value: {"field": field, "operator": operator, "value": value},
        names,
        st.sampled_from(["before", "after"]),
        st.datetimes().map(lambda moment: f"{moment.isoformat()}Z") | names.map(lambda field: {"field": field}),
    )
    relative = st.builds(
        lambda field, operator, amount, unit: {
            "field": field,
            "operator": operator,
            "value": {"amount": amount, "unit": unit},
        },
        names,
        st.sampled_from(["in_last", "in_next", "longer_ago"]),
        st.integers(1, 5_000),
        st.sampled_from(["minutes", "hours", "days"]),
    )
    return compared | texts | listed | unary | dated | relative


simple = rows_over(fields)
quantified = st.builds(
    lambda path, holds_for, where: {"list": path, "holds_for": holds_for, "where": where},
    fields,
    st.sampled_from(["any", "all", "none"]),
    st.lists(rows_over(st.sampled_from(["entry.sku", 'entry["x y"].z'])), min_size=1, max_size=2),
)
groups = st.recursive(
    simple | quantified,
    lambda inner: st.builds(
        lambda match, rows: {"match": match, "rows": rows},
        st.sampled_from(["all", "any"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=5,
)


def written(rows):
    """The expression, None for rows that are too long for one."""
    try:
        return conditions_to_cel(rows)
    except ExpressionError as refused:
        if refused.code in ("expression.too_long", "expression.too_complex"):
            return None
        raise


@given(st.lists(groups, max_size=3))
def test_round_trip(rows):
    source = written(rows)
    assume(source is not None)
    found = cel_to_conditions(source)
    assert repr(found) == repr(normal(rows))
    assert conditions_to_cel(found) == source
