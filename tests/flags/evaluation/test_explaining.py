"""`explain` says what `is_enabled` and `variant` say, and why."""

from hypothesis import given, settings

from studio.core import clock
from studio.flags.evaluation.compiled import compile_state
from studio.flags.evaluation.context import flatten
from studio.flags.evaluation.facts import (
    ConstraintChecked,
    NoStrategies,
    NoVariants,
    ParentChecked,
    SegmentMissing,
    ShareChecked,
    StrategyBroken,
    StrategyChecked,
    StrategyDisabled,
    SwitchedOff,
    UnknownFeature,
    VariantChosen,
)
from studio.flags.evaluation.hashing import bucket
from tests.flags.evaluation.random_flags import contexts, states


@settings(max_examples=40)
@given(states(), contexts)
def test_all_three_agree(state, raw):
    evaluator = compile_state(state, draw=lambda: 0.4)
    context = flatten(raw, now=clock.local_now())
    for name in evaluator.features:
        told = evaluator.explain(name, context)
        assert told.enabled is evaluator.is_enabled(name, context)
        assert told.variant == evaluator.variant(name, context)
        held = [fact.strategy for fact in told.facts if isinstance(fact, StrategyChecked) and fact.passed]
        assert held == ([] if told.strategy is None else [told.strategy])


ROLLOUT = {"name": "flexibleRollout", "parameters": {"rollout": "30", "stickiness": "userId", "groupId": "g"}}
COUNTRY = {"contextName": "country", "operator": "IN", "values": ["DE"]}


def explain(feature, context, *others, segments=()):
    features = [{"name": "f", "enabled": True, **feature}, *others]
    return compile_state({"features": features, "segments": list(segments)}).explain("f", context)


def test_a_share_names_its_number():
    out = next(str(user) for user in range(100) if bucket("g", str(user)) > 30)
    told = explain({"strategies": [{**ROLLOUT, "title": "First 30 %"}]}, {"userId": out})
    assert told.facts == (
        ShareChecked(0, 30, bucket("g", out), "g", "userId", out, passed=False),
        StrategyChecked(0, "flexibleRollout", "First 30 %", passed=False),
    )
    missing = explain({"strategies": [ROLLOUT]}, {})
    assert missing.facts[0] == ShareChecked(0, 30, None, "g", "userId", None, passed=False)


def test_a_constraint_names_what_it_found():
    strategy = {"name": "default", "constraints": [COUNTRY], "segments": [4, 9]}
    segment = {"id": 4, "constraints": [{"contextName": "age", "operator": "NUM_GT", "value": "17", "inverted": True}]}
    told = explain({"strategies": [strategy]}, {"country": "FR", "age": "12"}, segments=[segment])
    assert told.facts == (
        SegmentMissing(0, 9),
        ConstraintChecked(0, None, 0, "country", "IN", ("DE",), False, "FR", "", passed=False),
        ConstraintChecked(0, 4, 0, "age", "NUM_GT", ("17",), True, "12", "", passed=True),
        StrategyChecked(0, "default", "", passed=False),
    )
    assert told.strategy is None


def test_what_is_broken_is_named_and_holds_for_nobody():
    odd = {"contextName": "age", "operator": "NUM_GT", "value": "many", "inverted": True}
    strategies = [
        {"name": "default", "constraints": [odd]},
        {"name": "homemade"},
        {"name": "flexibleRollout", "parameters": {"rollout": "101"}},
        {"name": "default", "disabled": True},
    ]
    told = explain({"strategies": strategies}, {"age": "5"})
    assert not told.enabled
    assert told.facts[0] == StrategyDisabled(3, "default")
    assert told.facts[1].broken == "flag.bad_number"
    assert StrategyBroken(1, "homemade", "", "") in told.facts
    assert StrategyBroken(2, "flexibleRollout", "rollout", "101") in told.facts


def test_a_parent_brings_its_own_facts():
    parent = {"name": "p", "enabled": False}
    told = explain({"dependencies": [{"feature": "p"}], "strategies": [ROLLOUT]}, {}, parent)
    assert told.facts == (ParentChecked("p", True, False, (), "disabled", passed=False, facts=(SwitchedOff("p"),)),)


def test_on_for_everybody_and_off_for_everybody():
    variants = [{"name": "red", "weight": 1000}]
    told = explain({"variants": variants}, {"userId": "7"})
    assert told.facts[0] == NoStrategies()
    assert isinstance(told.facts[1], VariantChosen)
    assert told.variant.name == "red"
    assert explain({}, {}).facts == (NoStrategies(), NoVariants())
    assert explain({"enabled": False}, {}).facts == (SwitchedOff("f"),)
    assert compile_state({}).explain("f", {}).facts == (UnknownFeature("f"),)


def test_disabled_strategies_alone_leave_a_flag_off():
    told = explain({"strategies": [{"name": "default", "disabled": True}]}, {})
    assert not told.enabled
