"""Shares of the users: monotone, sticky, as large as said, and the same as everywhere else."""

from hypothesis import given
from hypothesis import strategies as st

from studio.flags.evaluation.compiled import compile_state
from studio.flags.evaluation.hashing import VARIANT_SEED, bucket, by_chance

groups = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
shares = st.integers(0, 100)


def rollout(share, stickiness="userId", group="g", draw=lambda: 0.0):
    parameters = {"rollout": str(share), "stickiness": stickiness, "groupId": group}
    strategies = [{"name": "flexibleRollout", "parameters": parameters}]
    state = {"features": [{"name": "f", "enabled": True, "strategies": strategies}]}
    return compile_state(state, draw=draw)


def test_numbers_are_those_of_unleash():
    """From the tests of Unleash's own SDKs."""
    assert bucket("gr1", "123") == 73
    assert bucket("groupX", "999") == 25
    assert bucket("gr1", "123", 100, VARIANT_SEED) == 96
    assert bucket("groupX", "999", 100, VARIANT_SEED) == 60


@given(shares, shares, groups, st.lists(groups, min_size=1, max_size=20))
def test_a_larger_share_takes_nobody_out(one, other, group, users):
    smaller, larger = rollout(min(one, other), group=group), rollout(max(one, other), group=group)
    for user in users:
        assert smaller.is_enabled("f", {"userId": user}) <= larger.is_enabled("f", {"userId": user})


@given(shares, groups, groups, groups)
def test_only_the_field_it_is_sticky_on_decides(share, group, user, elsewhere):
    evaluator = rollout(share, group=group)
    first = evaluator.is_enabled("f", {"userId": user})
    assert evaluator.is_enabled("f", {"userId": user, "sessionId": elsewhere, "country": elsewhere}) is first
    assert evaluator.is_enabled("f", {"userId": user}) is (bucket(group, user) <= share)


@given(shares)
def test_it_lets_in_about_what_it_says(share):
    evaluator = rollout(share)
    inside = sum(evaluator.is_enabled("f", {"userId": f"user-{number}"}) for number in range(4_000))
    assert abs(inside / 4_000 - share / 100) < 0.04
    assert inside == 0 if share == 0 else True
    assert inside == 4_000 if share == 100 else True


@given(shares)
def test_chance_lets_in_exactly_its_part_of_what_is_drawn(share):
    drawn = iter([(number + 0.5) / 100 for number in range(100)])
    evaluator = rollout(share, stickiness="random", draw=lambda: next(drawn))
    assert sum(evaluator.is_enabled("f", {"userId": "7"}) for _ in range(100)) == share


def test_by_default_the_user_counts_then_the_session_then_chance():
    drawn = []
    evaluator = rollout(50, stickiness="default", draw=lambda: drawn.append(1) or 0.1)
    inside = next(str(user) for user in range(100) if bucket("g", str(user)) <= 50)
    outside = next(str(user) for user in range(100) if bucket("g", str(user)) > 50)
    assert evaluator.is_enabled("f", {"userId": inside, "sessionId": outside})
    assert not evaluator.is_enabled("f", {"userId": outside, "sessionId": inside})
    assert evaluator.is_enabled("f", {"sessionId": inside})
    assert not drawn
    assert evaluator.is_enabled("f", {})
    assert drawn


def test_a_field_that_is_missing_leaves_the_user_out():
    assert not rollout(100).is_enabled("f", {"sessionId": "7"})


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 10_000))
def test_chance_stays_within_its_numbers(drawn, buckets):
    assert 1 <= by_chance(drawn, buckets) <= buckets
