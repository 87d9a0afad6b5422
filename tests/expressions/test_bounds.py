"""What must not be said, and what no expression can do to the process."""

import sys
import time

import pytest

from studio.expressions import (
    EvaluationError,
    ExpressionError,
    Scope,
    compile_expression,
    evaluate,
    resolve,
)

ROWS = [{"a": number, "b": "x" * 50} for number in range(8_000)]
BIG = Scope(
    {
        "t": {
            "l": list(range(9_000)),
            "rows": ROWS,
            "few": list(range(50)),
            "s": "a" * 1_000_000,
            "word": "a" * 10_000,
        }
    }
)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("1" + " + 1" * 300, "expression.too_long"),
        ("[1]" + ".map(a, a)" * 9, "expression.too_complex"),
        ("(" * 40 + "1" + ")" * 40, "expression.too_complex"),
        ("[1]" + ".map(a, [a, a, a, a, a, a, a, a])" * 8, "expression.unbounded"),
        ("[1]" + ".map(a, {'x': a, 'y': a, 'z': [a, a, a, a, a, a, a, a]})" * 4,
         "expression.unbounded"),
        ("[1].map(a, [" + "a, " * 70 + "a])", "expression.unbounded"),
        ("['a'].map(a, a.matches(a))", "expression.unbounded"),
        ("Thing{x: 1}", "expression.unknown_function"),
        ("1u", "expression.type"),
        ("b'x'", "expression.type"),
        ("[?a.?b]", "expression.syntax"),
        (".trigger", "expression.syntax"),
    ],
)  # fmt: skip
def test_refused_when_saved(source, code):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source)
    assert caught.value.code == code
    assert caught.value.problem.message.endswith(".")


@pytest.mark.parametrize(
    "source",
    [
        "'a'" + ".replace('a', 'aaaaaaaaaa')" * 30,
        "['a', 'b'].map(a, t.word + t.word)" + ".map(a, a + a)" * 7,
        "t.s + t.s",
        "t.s.split('')",
        "t.s.split('a').join('bbbbbbbbbb')",
        "t.l.map(i, t.rows)",
        "t.l.map(i, upper(t.s))",
        "t.l.all(i, t.rows == t.rows)",
        "t.l.all(i, !t.s.contains('b'))",
        "t.l.all(i, !t.s.matches('(a*)*b'))",
        "t.l.all(i, t.l.all(j, i < 100000))",
        "t.few.map(i, t.few.map(j, t.few.map(k, i + j + k)))",
        "[t]" + ".map(a, [a, a, a, a, a, a, a, a, a, a])" * 3 + " == 1",
        "[" + ", ".join(["t"] * 200) + "] == 1",
    ],
)
def test_growth_is_stopped_at_once(source):
    start = time.perf_counter()
    with pytest.raises(EvaluationError) as caught:
        evaluate(source, BIG)
    assert caught.value.code in ("expression.too_large", "expression.too_complex")
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("t.l.map(x, x * 2).size()", 9_000),
        ("t.rows.filter(r, r.a >= 7990).map(r, r.a)", None),
        ("t.rows.exists(r, r.a == 7999)", True),
        ("t.few.map(i, t.few.filter(j, j == i)).size()", 50),
        ("!t.s.matches('(a+)+$b')", True),
        ("'" + "a" * 60 + "!'.matches('^(a|a)*$')", None),
    ],
)
def test_honest_work_is_done_in_reasonable_time(source, value):
    start = time.perf_counter()
    if source.startswith("t.rows.filter"):
        with pytest.raises(EvaluationError, match="10,000 entries"):
            evaluate(source + ".filter(x, x > 1).size() > 0 && t.rows.all(r, r.a >= 0)", BIG)
    elif value is not None:
        assert evaluate(source, BIG) == value
    assert time.perf_counter() - start < 5


def test_building_lists_takes_linear_memory():
    resource = pytest.importorskip("resource")
    evaluate("t.l.map(x, x)", BIG)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(5):
        evaluate("t.l.map(x, x)", BIG)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < (100_000_000 if sys.platform == "darwin" else 100_000)


def test_input_is_capped():
    deep: object = 1
    for _ in range(200):
        deep = [deep]
    for value in (deep, [0] * 300_000, "x" * 5_000_000):
        with pytest.raises(EvaluationError, match="for an expression"):
            evaluate("size(v) > 0", Scope({"v": value}))


def test_a_path_alone_needs_no_cap():
    text = "x" * 5_000_000
    assert evaluate("v", Scope({"v": text})) is text


def test_settings_nested_too_deeply_are_refused():
    config: object = "{{ 1 }}"
    for _ in range(100):
        config = [config]
    with pytest.raises(EvaluationError, match="nested too deeply"):
        resolve(config, Scope({}))
