"""Studio's expressions against the CEL specification, with each deviation named and explained."""

import json
import os
from collections import Counter

import pytest

from studio.expressions import (
    EvaluationError,
    ExpressionError,
    Scope,
    compile_expression,
    evaluate,
)
from tests.conformance.cel.spec import PACKAGE, SpecMissing, cases, load

DEVIATIONS = {
    "comparisons/eq_literal/not_eq_double_nan": "dividing by zero is an error",
    "comparisons/eq_literal/not_eq_int_double_nan": "dividing by zero is an error",
    "comparisons/ne_literal/not_ne_double_nan": "dividing by zero is an error",
    "comparisons/ne_literal/not_ne_int_double_nan": "dividing by zero is an error",
    "comparisons/ne_literal/ne_double_nan": "dividing by zero is an error",
    "fp_math/fp_math/divide_zero": "dividing by zero is an error",
    "fp_math/fp_math/fp_overflow": "a number without end is an error",
    "fp_math/fp_math/mod_not_support": "decimals have a remainder",
    "fields/qualified_identifier_resolution/": "roots have no points in their names",
    "namespace/": "roots have no points in their names, and there are no containers",
    "timestamps/timestamp_conversions/toString_timestamp_nanos": "dates end at microseconds",
    "timestamps/timestamp_arithmetic/add_time_to_duration_nanos": "dates end at microseconds",
    "timestamps/timestamp_range/sub_time_duration": "a length of time may be 9,998 years",
    "timestamps/duration_converters/get_milliseconds": "lengths of time come in as text",
    "conversions/int/double_int_min_range": "the smallest whole number is a whole number",
}
REFUSED = {"expression.unknown_function", "expression.type", "expression.syntax"}
"""What Studio leaves out: messages, unsigned numbers, bytes, and extensions it does not offer."""
LEAST_AGREEING = 865


def wanted() -> bool:
    package = json.loads((PACKAGE.parents[2] / "package.json").read_text())
    return "@bufbuild/cel-spec" in package.get("devDependencies", {})


@pytest.fixture(scope="module")
def suites():
    try:
        return load()
    except SpecMissing as missing:
        if os.environ.get("CI") and wanted():
            pytest.fail(f"CI must not skip: {missing}")
        pytest.skip(str(missing))


def verdict(case):
    """``agrees``, ``refused``, or what was given instead."""
    try:
        compile_expression(case.source)
    except ExpressionError as refused:
        return "agrees" if case.fails else refused.code
    try:
        given = evaluate(case.source, Scope(case.bindings))
    except EvaluationError as error:
        return "agrees" if case.fails else error.message
    return "agrees" if not case.fails and given == case.value else f"gives {given!r}"


def test_it_agrees_with_the_specification(suites):
    verdicts = {case: verdict(case) for case in cases(suites) if not case.typed}
    unexplained = [
        f"{case.name}: {case.source}: {said}"
        for case, said in verdicts.items()
        if said != "agrees" and said not in REFUSED and not case.name.startswith(tuple(DEVIATIONS))
    ]
    assert unexplained == []
    assert Counter(verdicts.values())["agrees"] >= LEAST_AGREEING


def test_every_deviation_is_still_one(suites):
    named = [case for case in cases(suites) if not case.typed]
    for prefix in DEVIATIONS:
        found = [case for case in named if case.name.startswith(prefix)]
        assert any(verdict(case) != "agrees" for case in found), prefix
