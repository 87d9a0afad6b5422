"""Who is in which arm, and who moves when the share rises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.flags.ramps.arms import BUCKETS, Arm, arm_of

bucket = st.integers(1, BUCKETS)
tenths = st.integers(0, 1000).map(lambda tenth: tenth / 10)


@given(bucket, tenths, tenths, st.booleans())
def test_a_higher_share_takes_nobody_out(one, first, second, control):
    low, high = sorted((first, second))
    before, after = (arm_of(one, share, control=control) for share in (low, high))
    assert before is not Arm.TREATMENT or after is Arm.TREATMENT
    assert before is not Arm.CONTROL or after is Arm.CONTROL or high > 50


@pytest.mark.parametrize("share", [0, 0.1, 1, 12.5, 33.3, 50])
def test_control_is_as_large_as_the_treatment(share):
    arms = [arm_of(one, share, control=True) for one in range(1, BUCKETS + 1)]
    assert arms.count(Arm.TREATMENT) == arms.count(Arm.CONTROL) == round(share * 100)


@pytest.mark.parametrize(("share", "control"), [(50.1, True), (100, True), (30, False)])
def test_without_control_the_rest_is_not_counted(share, control):
    arms = [arm_of(one, share, control=control) for one in range(1, BUCKETS + 1)]
    assert Arm.CONTROL not in arms
    assert arms.count(Arm.TREATMENT) == round(share * 100)


def test_a_hundred_buckets_as_unleash_counts():
    arms = [arm_of(one, 25, control=True, buckets=100) for one in range(1, 101)]
    assert arms == [Arm.TREATMENT] * 25 + [Arm.NONE] * 50 + [Arm.CONTROL] * 25


@pytest.mark.parametrize("one", [0, -1, BUCKETS + 1])
def test_no_bucket(one):
    with pytest.raises(ValueError, match="no bucket"):
        arm_of(one, 50, control=True)
