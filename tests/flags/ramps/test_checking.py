"""Plans that cannot be walked, each with its code and path; and that a good one survives its JSON."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import InvalidInput
from studio.flags.ramps.checking import problems, read
from studio.flags.ramps.plan import Change, Guardrail, OnBreach, OnMismatch, OnNoTraffic, Plan, Step, Worse

GOOD = Plan((Step(0.1, 60), Step(25, 3600, 500, approval=True), Step(50), Step(100)), guardrails=(Guardrail("errors"),))


def steps(*several, **changes):
    return replace(GOOD, steps=several, **changes)


def guarded(**changes):
    return replace(GOOD, guardrails=(replace(Guardrail("errors"), **changes),))


@pytest.mark.parametrize(
    ("plan", "path", "code"),
    [
        (steps(guardrails=()), "steps", "ramp.no_steps"),
        (steps(*(Step(one / 10) for one in range(1, 52))), "steps", "ramp.too_many_steps"),
        (steps(Step(5), Step(5)), "steps.1.share", "ramp.share_not_increasing"),
        (steps(Step(5), Step(4)), "steps.1.share", "ramp.share_not_increasing"),
        (steps(Step(0), Step(5)), "steps.0.share", "ramp.bad_share"),
        (steps(Step(5), Step(100.1)), "steps.1.share", "ramp.bad_share"),
        (steps(Step(5), Step(float("nan"))), "steps.1.share", "ramp.bad_share"),
        (steps(Step(5.25)), "steps.0.share", "ramp.share_too_fine"),
        (steps(Step(5), Step(60), Step(100)), "steps.1.share", "ramp.no_room_for_control"),
        (steps(Step(5, -1)), "steps.0.dwell", "ramp.bad_dwell"),
        (steps(Step(5, 400 * 86_400)), "steps.0.dwell", "ramp.bad_dwell"),
        (steps(Step(5, minimum=-1)), "steps.0.minimum", "ramp.bad_minimum"),
        (steps(Step(5), Step(100, minimum=9)), "steps.1.minimum", "ramp.nobody_counted"),
        (steps(Step(100)), "guardrails", "ramp.nothing_to_compare"),
        (replace(GOOD, control=False, steps=(Step(5),)), "guardrails", "ramp.nothing_to_compare"),
        (
            replace(GOOD, guardrails=tuple(Guardrail(f"m{n}") for n in range(11))),
            "guardrails",
            "ramp.too_many_guardrails",
        ),
        (replace(GOOD, guardrails=(Guardrail("a"), Guardrail("a"))), "guardrails.1.metric", "ramp.metric_twice"),
        (guarded(metric=""), "guardrails.0.metric", "ramp.no_metric"),
        (guarded(tolerance=-0.1), "guardrails.0.tolerance", "ramp.bad_tolerance"),
        (guarded(tolerance=float("inf")), "guardrails.0.tolerance", "ramp.bad_tolerance"),
        (
            guarded(tolerance=1, worse=Worse.DOWN, change=Change.RELATIVE),
            "guardrails.0.tolerance",
            "ramp.bad_tolerance",
        ),
        (guarded(minimum=1), "guardrails.0.minimum", "ramp.bad_minimum"),
        (replace(GOOD, grace=0), "grace", "ramp.bad_grace"),
        (replace(GOOD, alpha=0.5), "alpha", "ramp.bad_alpha"),
    ],
)
def test_what_is_wrong(plan, path, code):
    found = [(one.path, one.code) for one in problems(plan)]
    assert found == [(path, code)]
    assert all(one.message.endswith((".", "!")) for one in problems(plan))


def test_a_plan_without_control_may_go_anywhere():
    plan = Plan((Step(5), Step(60), Step(99.9)), control=False)
    assert list(problems(plan)) == list(problems(GOOD)) == []


def test_clients_of_a_hundred_buckets_take_whole_per_cents():
    assert [one.code for one in problems(GOOD, buckets=100)] == ["ramp.share_too_fine"]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({}, "steps"),
        ({"steps": [{"share": "many"}]}, "steps.0.share"),
        ({"steps": [{"share": 5}], "guardrails": [{"metric": "a", "worse": "sideways"}]}, "guardrails.0.worse"),
        ({"steps": [{"share": 5, "sahre": 6}]}, "steps.0.sahre"),
    ],
)
def test_what_is_no_plan_is_refused_with_its_path(document, path):
    with pytest.raises(InvalidInput) as refused:
        read(document)
    assert (refused.value.field, refused.value.code) == (path, "ramp.form")


guardrails = st.builds(
    Guardrail,
    st.text("abc", min_size=1),
    st.sampled_from(Worse),
    st.floats(0, 0.9),
    st.sampled_from(Change),
    st.integers(2, 1000),
    st.sampled_from(OnBreach),
)
plans = st.builds(
    Plan,
    st.lists(st.integers(1, 500), min_size=1, max_size=8, unique=True).map(
        lambda tenths: tuple(Step(one / 10, one, one % 3, one % 2 == 0) for one in sorted(tenths))
    ),
    guardrails=st.lists(guardrails, max_size=4, unique_by=lambda one: (one.metric, one.worse)).map(tuple),
    on_mismatch=st.sampled_from(OnMismatch),
    on_no_traffic=st.sampled_from(OnNoTraffic),
    grace=st.integers(1, 86_400),
)


@given(plans)
def test_a_plan_survives_its_json(plan):
    assert read(plan.as_json()) == plan
