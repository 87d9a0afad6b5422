"""Variants: as often as their weights say, and the same for the same user."""

from hypothesis import given
from hypothesis import strategies as st

from studio.flags.evaluation.compiled import compile_state
from studio.flags.evaluation.variants import NONE, OFF

weights = st.lists(st.integers(0, 20), min_size=1, max_size=6).filter(any)


def flag(variants, draw=lambda: 0.0, **more):
    return compile_state({"features": [{"name": "f", "enabled": True, "variants": variants, **more}]}, draw=draw)


def named(weights, **more):
    return [{"name": f"v{place}", "weight": weight, **more} for place, weight in enumerate(weights)]


@given(weights)
def test_each_gets_exactly_the_numbers_of_its_weight(weights):
    total = sum(weights)
    drawn = iter([(number + 0.5) / total for number in range(total)])
    evaluator = flag(named(weights, stickiness="random"), draw=lambda: next(drawn))
    given_ = [evaluator.variant("f", {}).name for _ in range(total)]
    assert [given_.count(f"v{place}") for place in range(len(weights))] == weights


@given(weights, st.sampled_from("abcdef"), st.sampled_from("uvwxyz"))
def test_the_same_user_gets_the_same(weights, user, session):
    evaluator = flag(named(weights))
    first = evaluator.variant("f", {"userId": user})
    assert first.enabled
    assert evaluator.variant("f", {"userId": user, "sessionId": session}) is first


def test_half_and_half_is_about_that():
    evaluator = flag(named([500, 500]))
    first = sum(evaluator.variant("f", {"userId": f"user-{one}"}).name == "v0" for one in range(4_000))
    assert abs(first / 4_000 - 0.5) < 0.04


def test_variants_do_not_follow_the_rollout():
    """Who is in the first half of a rollout is spread over all variants."""
    strategies = [
        {"name": "flexibleRollout", "parameters": {"rollout": "50", "stickiness": "userId", "groupId": "f"}},
    ]
    evaluator = flag(named([500, 500]), strategies=strategies)
    inside = [evaluator.variant("f", {"userId": f"user-{one}"}) for one in range(8_000)]
    first = [one.name for one in inside if one.enabled].count("v0")
    assert abs(first / sum(one.enabled for one in inside) - 0.5) < 0.04


def test_an_override_wins_whatever_the_weights():
    overrides = [{"contextName": "country", "values": ["DE", "AT"]}]
    evaluator = flag([{"name": "a", "weight": 1000}, {"name": "b", "weight": 0, "overrides": overrides}])
    assert evaluator.variant("f", {"userId": "1", "country": "AT"}).name == "b"
    assert evaluator.variant("f", {"userId": "1", "country": "FR"}).name == "a"
    assert evaluator.variant("f", {"userId": "1"}).name == "a"


def test_none_to_give():
    assert flag([]).variant("f", {}) is NONE
    assert flag(named([0, 0])).variant("f", {"userId": "1"}) is NONE
    assert flag([]).variant("other", {}) is OFF
