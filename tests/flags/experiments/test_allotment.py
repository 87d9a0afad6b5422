"""Who is in which arm: worked out here exactly as clients come to it, for all shares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.flags.evaluation.compiled import compile_state
from studio.flags.evaluation.context import flatten
from studio.flags.experiments import allotment
from studio.flags.experiments.design import Design, Variant

AUDIENCE = {"stickiness": "userId", "constraints": [], "segments": []}
GROUP = "experiment:019a0000-0000-7000-8000-000000000000"


def design(*shares):
    return Design(tuple(Variant(f"arm-{number}", share) for number, share in enumerate(shares)), "orders", units=100)


def served(rule, user):
    """Whether it is on for somebody, and what they get, as clients evaluate it."""
    feature = {"name": "f", "enabled": True, "strategies": [rule], "variants": []}
    told = compile_state({"version": 2, "features": [feature], "segments": []}).explain("f", flatten({"userId": user}))
    return told.enabled, told.variant.name if told.variant.enabled else None


PARTS = st.lists(st.integers(1, 40), min_size=2, max_size=5).filter(lambda parts: sum(parts) <= 100)


@given(PARTS, st.integers(0, 10_000).map(str))
def test_variants_are_given_as_they_are_counted(shares, user):
    made = design(*shares)
    payloads = {one.name: {"type": "string", "value": one.name} for one in made.variants}
    on, variant = served(allotment.trial(made, payloads, GROUP, AUDIENCE), user)
    arm = allotment.arm_of(made, GROUP, user, boolean=False)
    assert (on, variant) == (arm is not None, arm)
    assert sum(allotment.weights(made).values()) == 1000
    assert served(allotment.shipped("arm-1", payloads, GROUP, AUDIENCE), user) == (True, "arm-1")


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 10_000).map(str))
def test_yes_is_given_to_the_treatment_alone(control, treatment, user):
    made = design(control, treatment)
    on, _variant = served(allotment.trial(made, {}, GROUP, AUDIENCE), user)
    assert on is (allotment.arm_of(made, GROUP, user, boolean=True) == "arm-1")


@given(PARTS)
def test_arms_have_the_sizes_that_are_expected_of_them(shares):
    made = design(*shares)
    counts = dict.fromkeys((one.name for one in made.variants), 0)
    people = 4000
    for number in range(people):
        arm = allotment.arm_of(made, GROUP, f"user-{number}", boolean=False)
        if arm is not None:
            counts[arm] += 1
    for one in allotment.allotted(made, boolean=False).variants:
        due = people * one.share / 100
        assert abs(counts[one.name] - due) < 6 * due**0.5 + 1


@pytest.mark.parametrize(
    ("shares", "boolean", "found"),
    [
        ((50, 50), True, []),
        ((10, 10, 10), False, []),
        ((33.3, 33.3, 33.4), False, []),
        ((10, 10, 10), True, [("variants", "experiment.bad_arms")]),
        ((2.5, 2.5), True, [("variants.0.share", "experiment.share_too_fine"),
                            ("variants.1.share", "experiment.share_too_fine")]),
        ((33.3, 33.3, 33.3), False, [("variants", "experiment.shares_do_not_add_up")]),
        ((0.01, 99.99), False, [("variants", "experiment.share_too_small")]),
    ],
)  # fmt: skip
def test_shares_that_clients_cannot_give_are_refused(shares, boolean, found):
    assert [(one.path, one.code) for one in allotment.problems(design(*shares), boolean=boolean)] == found


def test_what_is_left_over_of_a_thousand_goes_somewhere():
    assert sorted(allotment.weights(design(10, 10, 10)).values()) == [333, 333, 334]
