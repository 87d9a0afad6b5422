"""What expressions can say, and what they say when the data does not fit."""

from collections import OrderedDict
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.expressions import EvaluationError, Scope, evaluate
from tests.expressions.order import SCOPE


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("trigger.order.total > 100 && trigger.order.currency == 'EUR'", True),
        ("'vip' in trigger.order.tags", True),
        ("trigger.order.tags.exists(t, t.startsWith('whole'))", True),
        ("trigger.order.lines.filter(l, l.quantity > 1).map(l, l.sku)", ["A-1"]),
        ("trigger.order.lines.map(l, l.quantity > 1, l.sku)", ["A-1"]),
        ("trigger.order.lines.all(l, l.quantity > 0)", True),
        ("trigger.order.lines.exists_one(l, l.quantity == 1)", True),
        ("trigger.order.lines[0].sku", "A-1"),
        ("trigger.order['odd key']", "x"),
        ("size(trigger.order.lines)", 2),
        ("has(trigger.order.note)", True),
        ("has(trigger.order.nothing)", False),
        ("trigger.order.?nothing.orValue('none')", "none"),
        ("trigger.order.?nothing.deeper.orValue(1)", 1),
        ("trigger.order.?name.orValue('none')", "#1001"),
        ("trigger.order[?'odd key'].hasValue()", True),
        ("lower(trigger.order.currency) + '!'", "eur!"),
        ("' Émile '.trim().upper()", "ÉMILE"),
        ("'a,b'.split(',').join('; ')", "a; b"),
        ("'abc'.substring(1) + 'abc'.substring(0, 2)", "bcab"),
        ("'a-b'.replace('-', '+')", "a+b"),
        ("trigger.order.name.matches('^#[0-9]+$')", True),
        ("{'sku': trigger.order.lines[0].sku, 'n': [1.0, 2.5]}", {"sku": "A-1", "n": [1, 2.5]}),
        ("[1, 2] + [3]", [1, 2, 3]),
        ("timestamp(trigger.order.created_at)", "2026-03-31T13:00:00Z"),
        ("timestamp(trigger.order.created_at).getHours('Europe/Berlin')", 15),
        ("timestamp(run.started_at) - timestamp(trigger.order.created_at)", "158400s"),
        ("run.started_at - timestamp(trigger.order.created_at) > duration('36h')", True),
        ("timestamp(trigger.order.created_at) < '2026-04-01'", True),
        ("timestamp('2026-01-31T00:00:00Z') + duration('24h')", "2026-02-01T00:00:00Z"),
        ("['2026-01-01T00:00:00Z'].map(d, timestamp(d))[0].getFullYear()", 2026),
        ("['1h', '2h'].map(d, duration(d)).map(d, d + duration('1s'))", ["3601s", "7201s"]),
        ("[[1, 2], [3]].map(l, l.map(x, x * 2))", [[2, 4], [6]]),
        ("trigger.order.note == null", True),
        ("type(trigger.order.total_price) == string", True),
        ("steps.fetch.body.ok ? 'yes' : 'no'", "yes"),
        ("trigger.order.paid", True),
    ],
)
def test_values(source, value):
    assert evaluate(source, SCOPE) == value


@pytest.mark.parametrize(
    ("source", "message", "path"),
    [
        (
            "trigger.order.totl",
            "trigger.order has no field “totl”.",
            "trigger.order.totl",
        ),
        ("trigger.order.totl > 5", "Did you mean total?", "trigger.order.totl"),
        (
            "steps.fetch.nothing",
            "steps.fetch has no field “nothing”. It has status, body.",
            "steps.fetch.nothing",
        ),
        (
            "triger.order",
            "There is nothing called “triger” here. There is run, steps, trigger, workspace. Did you mean trigger?",
            "triger",
        ),
        (
            "trigger.order.note.text",
            "trigger.order.note is empty, so it has no field “text”.",
            "trigger.order.note.text",
        ),
        (
            "trigger.order.lines.sku",
            "is a list, so it has no field “sku”. Write trigger.order.lines[0].sku for its first",
            "trigger.order.lines.sku",
        ),
        (
            "trigger.order.lines.map(l, l.gift)",
            "Entry 1 of trigger.order.lines has no field “gift”. It has sku, price, quantity.",
            "trigger.order.lines[].gift",
        ),
        (
            "trigger.order.lines[0].colour",
            "trigger.order.lines[0] has no field “colour”. It has sku, price, quantity.",
            "trigger.order.lines[0].colour",
        ),
        ("has(trigger.ordr.note)", "Did you mean order?", "trigger.ordr"),
    ],
)
def test_what_is_missing_is_named(source, message, path):
    with pytest.raises(EvaluationError) as caught:
        evaluate(source, SCOPE)
    assert message in caught.value.message
    assert caught.value.path == path
    assert caught.value.expression == source
    assert caught.value.code == "expression.missing_path"


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("trigger.order.total && true", "expression.type", "needs yes or no"),
        ("!trigger.order.name", "expression.type", "needs yes or no"),
        ("trigger.order.total ? 1 : 2", "expression.type", "needs yes or no"),
        ("trigger.order < 1", "expression.type", "between an object with fields and a number"),
        ("trigger.order.note + 'x'", "expression.type", "“+” does not work between empty"),
        ("trigger.order.note.matches('x')", "expression.type", "“matches” does not work on empty"),
        ("size(trigger.order.total)", "expression.type", "“size” does not work on a number"),
        ("trigger.order.lines[7]", "expression.value", "The list has 2 entries"),
        ("[][0]", "expression.value", "The list is empty"),
        ("timestamp('soon')", "expression.no_date", "not a date"),
        ("timestamp(run.started_at) > 'soon'", "expression.no_date", "not a date"),
        ("duration('long')", "expression.value", "not a length of time"),
        ("trigger.order.?note", "expression.value", "orValue"),
        ("trigger.order.name.matches('(')", "expression.pattern", "never closed"),
        ("1 +", "expression.syntax", "ends too early"),
        ("", "expression.syntax", "empty"),
        ("nope(1)", "expression.unknown_function", "There is no function “nope”"),
        ("x.map(1, 2)", "expression.syntax", "a name of your own"),
    ],
)
def test_errors_speak_to_people(source, code, message):
    with pytest.raises(EvaluationError) as caught:
        evaluate(source, SCOPE)
    assert caught.value.code == code
    assert message in caught.value.message


def test_errors_never_quote_payload_values():
    scope = Scope({"t": {"card": "4242 4242 4242 4242"}})
    for source in ("t.card * 2", "t.card > 3", "timestamp(t.card)", "t.card.x", "!t.card"):
        with pytest.raises(EvaluationError) as caught:
            evaluate(source, scope)
        assert "4242" not in caught.value.message


def test_a_failing_side_that_does_not_matter_is_no_error():
    assert evaluate("false && trigger.order.nothing == 1", SCOPE) is False
    assert evaluate("has(trigger.order.x) && trigger.order.x > 1", SCOPE) is False


def test_a_scope_with_another_item_shares_the_rest():
    scope = SCOPE.with_value("item", {"sku": "A"}).with_value("index", 0)
    assert evaluate("item.sku + string(index) + run.id", scope) == "A0run-1"
    other = scope.with_value("item", {"sku": "B"})
    assert evaluate("item.sku", other) == "B"
    assert evaluate("item.sku", scope) == "A"


def test_evaluating_the_same_many_times_gives_the_same():
    for _ in range(300):
        assert evaluate("trigger.order.total > 100", SCOPE) is True


def test_a_failed_list_leaves_nothing_behind():
    scope = Scope({"l": [1, 0, 2]})
    for _ in range(3):
        with pytest.raises(EvaluationError, match="divides by zero"):
            evaluate("l.map(x, 1 / x)", scope)
        assert evaluate("l.filter(x, x > 0)", scope) == [1, 2]


def test_other_python_values_are_read_as_json():
    scope = Scope(
        {
            "m": MappingProxyType({"a": (1, 2), "o": OrderedDict(b=1)}),
            "at": datetime(2026, 1, 1, tzinfo=UTC),
        }
    )
    assert evaluate("m.a.map(x, x + 1)", scope) == [2, 3]
    assert evaluate("m.o.b + 1", scope) == 2
    assert evaluate("timestamp(at).getFullYear()", scope) == 2026
    with pytest.raises(EvaluationError, match="cannot read"):
        evaluate("size(x)", Scope({"x": object()}))


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_any_json_survives_the_engine(value):
    scope = Scope({"x": value})
    assert evaluate("[x]", scope) == [value]
    assert evaluate("[1].map(i, x)", scope) == [value]
    assert evaluate("x == x", scope) is True


def said(source):
    """What evaluating says; any other exception fails the test that asks."""
    try:
        evaluate(source, SCOPE)
    except EvaluationError as error:
        return error.message
    return "Fine."


@given(st.text(max_size=40))
def test_any_text_is_an_expression_or_a_problem(source):
    assert said(source).endswith((".", "?"))


@given(st.text("trigeo.()[]{}'\"+-*/<>=!&|? 019xsmaphf,:", max_size=40))
def test_anything_like_an_expression_fails_only_in_words(source):
    assert said(source).endswith((".", "?"))


def test_a_text_that_the_engine_would_cut_short_is_not_mistaken_for_another():
    scope = Scope({"t": {"x": "a\0b", "a\0": 1, "half": "\ud800"}})
    assert evaluate("t.x", scope) == "a\0b"
    assert evaluate("t.x == 'a'", scope) is False
    assert evaluate("has(t.a)", scope) is False
    assert evaluate("t.half + '!'", scope) == "?!"
    assert said("'a\\u0000b' == 'a'").startswith("A text cannot hold")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-03-31T09:00:00+02:00", True),
        ("2026-03-31 09:00", True),
        ("2026-03-31", True),
        ("0001-01-01T00:00:00Z", True),
        ("9999-12-31T23:59:59.999999999Z", False),
        ("soon", "trigger.due is a text, but not a date such as"),
        ("2026-13-31T00:00:00Z", "trigger.due is a text, but not a date such as"),
        (None, "trigger.due is empty, but a date is needed."),
        (True, "“timestamp” does not work on yes or no"),
    ],
)
def test_what_is_no_date_is_told_by_its_path_as_is_what_is_not_there(value, said):
    source = 'timestamp(trigger.due) < timestamp("2026-12-01")'
    scope = Scope({"trigger": {"due": value, "lines": [{"due": "2026-01-01"}, {"due": value}]}})
    if isinstance(said, bool):
        assert evaluate(source, scope) is said
        return
    with pytest.raises(EvaluationError) as caught:
        evaluate(source, scope)
    assert said in caught.value.message
    if value is not True:
        with pytest.raises(EvaluationError, match=r"trigger\.lines\[1\]\.due is "):
            evaluate('trigger.lines.all(entry, timestamp(entry.due) < timestamp("2026-12-01"))', scope)
    with pytest.raises(EvaluationError) as absent:
        evaluate('timestamp(trigger.nothing) < timestamp("2026-12-01")', scope)
    assert absent.value.code == "expression.missing_path"
