"""Studio's evaluation against every case of Unleash's client specification."""

import pytest

from studio.core import clock
from studio.flags.evaluation.compiled import compile_state
from studio.flags.evaluation.context import flatten
from studio.flags.evaluation.deltas import apply
from tests.conformance.unleash.specification import CASES, cases, installed

ALL = list(cases()) if installed() else []


def test_every_case_is_here():
    assert len(ALL) == CASES, "run `make counterparts`, which installs @unleash/client-specification"
    assert len({case.id for case in ALL}) == CASES


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_case(case):
    state = apply({}, case.state["events"]) if "events" in case.state else case.state
    evaluator = compile_state(state)
    context = flatten(case.context, now=clock.local_now())
    given = evaluator.variant(case.feature, context)
    explained = evaluator.explain(case.feature, context)
    if isinstance(case.expected, bool):
        assert evaluator.is_enabled(case.feature, context) is case.expected
        assert given.feature_enabled is case.expected
        assert explained.enabled is case.expected
    else:
        assert given.as_json() == case.expected
        assert explained.variant.as_json() == case.expected
