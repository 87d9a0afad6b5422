"""Checks against what earlier steps give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.expressions import (
    Environment,
    Schema,
    Scope,
    check_expression,
    check_template,
    evaluate,
)
from tests.expressions.order import ENVIRONMENT, VALUES


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("trigger.order.total_price > 100", "bool"),
        ("trigger.order.total_price * 0.1", "number"),
        ("double(trigger.order.total_price) + double(trigger.order.total_tax)", "number"),
        ("trigger.order.lines.filter(l, l.sku == 'a').map(l, l.quantity)", "list"),
        ("trigger.order.lines.map(l, l.quantity).sum() > 2", "bool"),
        ("trigger.order.lines.exists(l, l.quantity > 2)", "bool"),
        ("trigger.order.lines[0].sku.upper()", "string"),
        ("trigger.order.tags.join(', ')", "string"),
        ("trigger.order.note == null || size(trigger.order.note) > 3", "bool"),
        ("has(trigger.order.note)", "bool"),
        ("trigger.order.extra.anything.at.all", "any"),
        ("trigger.order.?note.orValue('x')", "string"),
        ("trigger.order.paid ? 1 : 'a'", "any"),
        ("steps.fetch.body.rows[0].b", "any"),
        ("timestamp(trigger.order.note) - duration('1h') > '2024'", "bool"),
        ("trigger.order.lines.map(l, {'s': l.sku}).map(m, m.s)", "list"),
        ("[1, 2].exists_one(x, x == 1)", "bool"),
    ],
)
def test_fine(source, expected):
    assert check_expression(source, ENVIRONMENT, expected) == []


@pytest.mark.parametrize(
    ("source", "expected", "code", "message"),
    [
        (
            "trigger.order.totl",
            "any",
            "unknown_path",
            "No earlier step gives trigger.order.totl. Did you mean trigger.order.total?",
        ),
        ("triger.order", "any", "unknown_path", "Did you mean trigger.order?"),
        ("order.total", "any", "unknown_path", "Did you mean trigger.order.total?"),
        ("steps.fetsh.x", "any", "unknown_path", "Did you mean steps.fetch?"),
        (
            "trigger.order.lines.filter(l, l.skq == 'a')",
            "list",
            "unknown_path",
            "An entry of trigger.order.lines has no field “skq”.",
        ),
        ("trigger.order.lines.sku", "any", "unknown_path", "trigger.order.lines.map(x, x.sku)"),
        ("trigger.order.lines[0].color", "any", "unknown_path", "no field “color”"),
        ("trigger.order.total.x", "any", "unknown_path", "is a number, so it has no field"),
        ("trigger.order.total_price + trigger.order.total_tax", "any", "type", "as texts"),
        ("trigger.order.total_price > trigger.order.total_tax", "any", "type", "letter by letter"),
        ("trigger.order.id + 'x'", "any", "type", "string(…)"),
        ("trigger.order.paid + 1", "any", "type", "between yes or no and a number"),
        ("trigger.order.paid * 2", "any", "type", "“*” does not work between yes or no"),
        ("trigger.order.id && true", "bool", "type", "needs yes or no"),
        ("trigger.order.lines", "bool", "type", "gives a list, but yes or no is needed"),
        ("'a' in trigger.order.note", "bool", "type", "text.contains"),
        ("upper(trigger.order.id)", "any", "type", "“upper” needs a text"),
        ("trigger.order.?note", "any", "type", "orValue"),
        ("trigger.order.total > 'much'", "any", "type", "not a number"),
        ("trigger.order.lines['a']", "any", "unknown_path", "no field “a”"),
        ("trigger.order.lines[trigger.order.note]", "any", "type", "by its number"),
        ("trigger.order.note.map(x, x)", "any", "type", "A list is needed here"),
        ("trigger.order.lines.exists(l, l.quantity)", "bool", "type", "needs yes or no"),
        ("uper(trigger.order.note)", "any", "unknown_function", "Did you mean upper?"),
        ("upper(1, 2)", "any", "unknown_function", "Write upper(text)"),
        ("contains('a', 'b')", "any", "unknown_function", 'Write text.contains("part")'),
        ("1 +", "any", "syntax", "ends too early"),
        ("a = 1", "any", "syntax", "=="),
        ("'abc", "any", "syntax", "not closed"),
        ("trigger.order.in", "any", "syntax", "word of the language"),
        ("type(1)", "any", "type", "cannot be stored"),
    ],
)
def test_errors(source, expected, code, message):
    problems = check_expression(source, ENVIRONMENT, expected)
    assert [problem.code for problem in problems] == [f"expression.{code}"]
    assert problems[0].severity == "error"
    assert message in problems[0].message
    assert problems[0].expression == source


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("steps.fetch.body.nam", "The sample has no steps.fetch.body.nam."),
        ("steps.fetch.body.rows[0].c", "There is no field “c” here."),
        ("steps.fetch.body.name && true", "needs yes or no"),
        ("has(trigger.order.nte)", "will always be missing. Did you mean trigger.order.note?"),
        ("trigger.order.paid == 'yes'", "this is never true"),
        ("trigger.order.paid != 'yes'", "this is always true"),
    ],
)
def test_warnings(source, message):
    problems = check_expression(source, ENVIRONMENT)
    assert [problem.severity for problem in problems] == ["warning"]
    assert message in problems[0].message


def test_the_path_and_its_place_are_named():
    [problem] = check_expression("1 < 2 && trigger.order.totl > 1", ENVIRONMENT)
    assert problem.path == "trigger.order.totl"
    assert problem.position == 9


def test_has_of_a_sample_is_no_problem():
    assert check_expression("has(steps.fetch.body.other)", ENVIRONMENT) == []


def test_templates_are_checked_placeholder_by_placeholder():
    text = "Hi {{ trigger.order.totl }} and {{ trigger.order.lines | money }}"
    problems = check_template(text, ENVIRONMENT)
    assert [problem.code for problem in problems] == [
        "expression.unknown_path",
        "expression.type",
    ]
    assert problems[0].position == text.index("trigger.order.totl")
    assert check_template("plain", ENVIRONMENT) == []
    assert check_template("{{ trigger.order.total_price | money | upper }}", ENVIRONMENT) == []
    assert check_template("{{ steps.fetch.x | default: '' }}", ENVIRONMENT) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ trigger.order.id", "expression.syntax"),
        ("{{ trigger.order.id | mony }}", "expression.unknown_filter"),
        ("{{ trigger.order.id | money | join }}", "expression.type"),
        ("{{ trigger.order.nope | default: 'x' }}", "expression.unknown_path"),
        ("{{ 1 + }}", "expression.syntax"),
    ],
)
def test_broken_templates(text, code):
    assert [problem.code for problem in check_template(text, ENVIRONMENT)] == [code]


def test_json_schema_in_all_its_forms():
    schema = Schema.from_json_schema(
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "string"}}},
                {"type": "object", "properties": {"b": {"const": 5}}},
            ],
            "properties": {
                "either": {
                    "anyOf": [
                        {"type": "object", "properties": {"x": {"type": "string"}}},
                        {"type": "object", "properties": {"y": {"type": "number"}}},
                        {"type": "null"},
                    ]
                },
                "mixed": {"oneOf": [{"type": "string"}, {"type": "number"}]},
                "loop": {"$ref": "#"},
                "enum": {"enum": ["a", "b"]},
                "many": {"items": {"type": "integer"}},
                "broken": "no schema",
                "lost": {"$ref": "https://elsewhere.example/x"},
            },
        }
    )
    kinds = {name: schema.fields[name].kind for name in schema.fields}
    assert kinds == {
        "a": "string",
        "b": "number",
        "either": "object",
        "mixed": "any",
        "loop": "object",
        "enum": "string",
        "many": "list",
        "broken": "any",
        "lost": "any",
    }
    assert set(schema.fields["either"].fields) == {"x", "y"}
    assert schema.at(["loop", "loop", "a"]).kind == "string"
    assert schema.at(["nope"]) is None


def test_pydantic_schemas_are_understood():
    pydantic = pytest.importorskip("pydantic")

    class Line(pydantic.BaseModel):
        sku: str
        note: str | None = None

    class Order(pydantic.BaseModel):
        lines: list[Line]
        extra: dict[str, int] | None = None

    environment = Environment({"o": Schema.from_json_schema(Order.model_json_schema())})
    assert check_expression("o.lines.map(l, l.sku + l.note)", environment, "list") == []
    assert check_expression("o.extra.anything > 1", environment, "bool") == []
    assert len(check_expression("o.lines.map(l, l.price)", environment)) == 1


paths = st.sampled_from(
    ["trigger.order.total", "trigger.order.note", "trigger.order.lines", "trigger.order.nope",
     "trigger.order.total_price", "steps.fetch.body", "1", "'a'", "'5'", "true", "null", "[1, 2]"]
)  # fmt: skip
expressions = st.recursive(
    paths,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "*", ">", "==", "&&", "in"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        inner.map(lambda one: f"size({one})"),
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, inner).map(lambda two: f"{two[0]}.map(x, {two[1]})"),
    ),
    max_leaves=5,
)


@given(expressions)
def test_what_the_check_passes_only_fails_for_its_data(source):
    """A clean check of an expression over sampled data means it evaluates over that sample."""
    environment = Environment({name: Schema.from_sample(value) for name, value in VALUES.items()})
    problems = check_expression(source, environment)
    if not problems and "null" not in source and "note" not in source:
        evaluate(source, Scope(VALUES))


@pytest.mark.parametrize(
    ("source", "severity", "code", "position"),
    [
        ('timestamp(trigger.at) < timestamp("1 December")', "error", "expression.no_date", 34),
        ('timestamp(trigger.sku) < timestamp("2026-12-01")', "warning", "expression.no_date", 9),
        ('timestamp(trigger.at) < timestamp(run.started_at) - duration("336h")', None, None, None),
        ("timestamp(trigger.lines) < timestamp(trigger.at)", "warning", "expression.type", 9),
        ('trigger.sku.matches("^A[")', "error", "expression.pattern", 20),
        ('trigger.lines.exists(entry, entry.sku.matches("*"))', "error", "expression.pattern", 46),
        ('trigger.sku.matches("^A-[0-9]+$")', None, None, None),
    ],
)
def test_dates_and_patterns_are_held_to_the_sample_and_to_what_can_be_read(source, severity, code, position):
    sample = {"at": "2026-03-31T09:00:00Z", "sku": "A-1", "lines": [{"sku": "A-1"}]}
    roots = {"trigger": Schema.from_sample(sample), "run": Schema.from_sample({"started_at": "2026-04-02T09:00:00Z"})}
    found = [(one.severity, one.code, one.position) for one in check_expression(source, Environment(roots), "bool")]
    assert found == ([(severity, code, position)] if code else [])


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (Schema.from_sample("2026-03-31T09:00:00+02:00"), True),
        (Schema.from_sample("2026-03-31"), True),
        (Schema.from_sample("20260331"), False),
        (Schema.from_sample("2026-99-31"), False),
        (Schema.from_json_schema({"type": ["string", "null"], "format": "date-time"}), True),
        (Schema.from_json_schema({"type": "string", "format": "date"}), True),
        (Schema.from_json_schema({"type": "string"}), False),
    ],
)
def test_a_text_that_holds_a_date_is_known_by_its_format_or_its_sample(schema, expected):
    assert schema.date is expected
