"""Ramps from start to end by fixed seeds: what is rolled back, how soon, and what is let through.

The plan: 1, 5, 10, 25, 50 and 100 per cent, half an hour each, 2,000 units a minute, errors at 2 %.
"""

from datetime import timedelta

import pytest

from studio.flags.ramps.evidence import Code
from studio.flags.ramps.plan import Change, Guardrail, OnBreach, OnMismatch, OnNoTraffic, Plan, Step, Worse
from studio.flags.ramps.policy import Gate, Kind
from studio.flags.ramps.states import State
from tests.flags.ramps.simulator import World, outcomes, run

SHARES = (1, 5, 10, 25, 50, 100)
PLAN = Plan(
    steps=tuple(Step(one, 1800, 200 if one <= 50 else 0) for one in SHARES),
    guardrails=(
        Guardrail("errors"),
        Guardrail("basket", Worse.DOWN, 0.05, Change.RELATIVE),
    ),
)
SEEDS = range(60)


def states(found):
    return [one.position.state for one in found]


def mostly(found, state):
    """In at least 95 of 100."""
    return states(found).count(state) >= 0.95 * len(found)


def test_without_a_regression_it_completes():
    found = outcomes(PLAN, World(), SEEDS)
    assert mostly(found, State.COMPLETED)
    assert min(one.took for one in found if one.position.state is State.COMPLETED) == timedelta(hours=3)


@pytest.mark.parametrize(
    ("worse", "worse_from", "bound"),
    [
        pytest.param(0.04, 0, 3_500, id="twice the errors from the first step on, within 3,500 units an arm"),
        pytest.param(0.04, 2, 10_000, id="from 10 per cent on, within 10,000, of which 3,600 were counted before"),
        pytest.param(0.2, 0, 250, id="ten times the errors, within 250"),
    ],
)
def test_a_regression_is_rolled_back_within_its_bound(worse, worse_from, bound):
    found = outcomes(PLAN, World(worse=worse, worse_from=worse_from), SEEDS)
    assert mostly(found, State.ROLLED_BACK)
    soon = [one for one in found if one.units <= bound]
    assert len(soon) >= 0.95 * len(found), sorted(one.units for one in found)
    assert all(one.position.step >= worse_from for one in found)
    told = found[0].move.findings[0]
    assert (told.code, told.guardrail.metric) == (Code.GUARDRAIL, "errors")
    assert 0 < told.comparison.absolute.low < told.comparison.absolute.high


def test_what_a_guardrail_tolerates_is_let_through():
    tolerant = Plan(PLAN.steps, guardrails=(Guardrail("errors", tolerance=0.5, change=Change.RELATIVE),))
    assert mostly(outcomes(tolerant, World(worse=0.022), range(20)), State.COMPLETED)


def test_a_guardrail_that_holds_does_not_roll_back():
    holding = Plan(PLAN.steps, guardrails=(Guardrail("errors", on_breach=OnBreach.HOLD),))
    found = outcomes(holding, World(worse=0.1), range(10))
    assert set(states(found)) == {State.HELD}
    assert {one.position.reasons for one in found} == {("guardrail:errors:up",)}


@pytest.mark.parametrize(
    ("on_mismatch", "state"),
    [(OnMismatch.HOLD, State.HELD), (OnMismatch.ROLL_BACK, State.ROLLED_BACK), (OnMismatch.WARN, State.COMPLETED)],
)
def test_lost_exposures(on_mismatch, state):
    """A tenth of the treatment's exposures never arrives."""
    found = outcomes(Plan(PLAN.steps, on_mismatch=on_mismatch), World(lost=0.1), range(20))
    assert mostly(found, state)
    if on_mismatch is OnMismatch.HOLD:
        assert {one.position.reasons for one in found} == {("mismatch",)}
        assert all(one.move.findings[0].ratio.p_value < 0.001 for one in found)


def test_no_traffic_holds_after_the_grace():
    silent = World(silent_after=timedelta(minutes=10))
    held = run(PLAN, silent, 1)
    assert (held.position.state, held.position.reasons) == (State.HELD, ("no_traffic",))
    assert held.took == timedelta(minutes=9, days=1)
    ignoring = Plan(PLAN.steps, guardrails=PLAN.guardrails, on_no_traffic=OnNoTraffic.IGNORE)
    waiting = run(ignoring, World(silent_after=timedelta(minutes=1)), 1)
    assert (waiting.position.state, waiting.position.step) == (State.RUNNING, 0)
    assert waiting.move.gates == (Gate.SAMPLE, Gate.EVIDENCE)


def test_an_approval_is_asked_for_when_all_else_is_met():
    plan = Plan((Step(5, 600, approval=True), Step(100)))
    asked = run(plan, World(), 1)
    assert (asked.move.kind, asked.move.gates, asked.took) == (
        Kind.ASK_APPROVAL,
        (Gate.APPROVAL,),
        timedelta(minutes=10),
    )
    assert (asked.position.state, asked.position.step) == (State.RUNNING, 0)
