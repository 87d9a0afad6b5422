"""The form of a rollout: rows by buttons, numbers as people type them, and any plan there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import InvalidInput
from studio.flags.editing import rollouts
from studio.flags.ramps.plan import Plan

SECONDS = st.sampled_from([0, 60, 90 * 60, 3_600, 7_200, 86_400, 30 * 86_400])
STEPS = st.lists(
    st.fixed_dictionaries({"share": st.integers(1, 100).map(float), "dwell": SECONDS, "minimum": st.integers(0, 10**8),
                           "approval": st.booleans()}), min_size=1, max_size=8,
)  # fmt: skip
RAILS = st.lists(
    st.fixed_dictionaries({
        "metric": st.sampled_from(["errors", "basket", "gone"]), "worse": st.sampled_from(["up", "down"]),
        "tolerance": st.integers(0, 10_000).map(lambda one: one / 1_000),
        "change": st.sampled_from(["absolute", "relative"]), "minimum": st.integers(2, 10**8),
        "on_breach": st.sampled_from(["roll_back", "hold"]),
    }), max_size=4,
)  # fmt: skip
PLANS = st.fixed_dictionaries({
    "steps": STEPS, "guardrails": RAILS, "control": st.booleans(),
    "on_mismatch": st.sampled_from(["hold", "roll_back", "warn"]), "on_no_traffic": st.sampled_from(["hold", "ignore"]),
    "grace": SECONDS.filter(bool), "alpha": st.sampled_from([0.001, 0.05, 0.2]),
})  # fmt: skip
KINDS = {"errors": "proportion", "basket": "mean"}
AUDIENCE = {"stickiness": "userId", "segments": [3], "constraints": [
    {"contextName": "country", "operator": "IN", "values": ["DE"]}]}  # fmt: skip


def sent(shown):
    """What a browser sends of a form."""
    found = {name: value for name, value in shown.items() if isinstance(value, str)}
    for kind, name in (("st", "steps"), ("g", "guardrails")):
        for place, row in enumerate(shown[name]):
            found |= {f"{kind}.{place}.{field}": value for field, value in row.items()}
    for place, one in enumerate(shown["constraints"]):
        found |= {f"c.{place}.field": one["contextName"], f"c.{place}.operator": one["operator"],
                  f"c.{place}.values": ", ".join(one["values"])}  # fmt: skip
    return found | {f"segment.{number}": "1" for number in shown["segments"]}


@given(PLANS)
def test_any_plan_goes_into_the_form_and_comes_back(document):
    plan = Plan.from_json(document)
    shown = rollouts.shown(plan, AUDIENCE, ["user:a@example.com", "group:Team"], KINDS)
    back = rollouts.read(sent(shown))
    assert back == shown
    assert rollouts.approvers(back["approvers"]) == ["user:a@example.com", "group:Team"]
    again = rollouts.plan(back)
    for one, other in zip(again["guardrails"], plan.as_json()["guardrails"], strict=True):
        assert one.pop("tolerance") == pytest.approx(other["tolerance"])
    assert again["alpha"] == pytest.approx(plan.alpha)
    for one, other in zip(again["steps"], plan.steps, strict=True):
        assert (one["share"], one["dwell"], one["minimum"], one["approval"]) == (
            other.share, other.dwell, other.minimum, other.approval
        )  # fmt: skip
    assert (again["control"], again["grace"]) == (plan.control, plan.grace)


def test_what_nobody_has_filled_in_is_a_plan_of_six_steps():
    found = rollouts.plan(rollouts.beginning())
    assert [(one["share"], one["dwell"], one["minimum"]) for one in found["steps"]] == [
        (1, 86_400, 100), (5, 86_400, 100), (10, 86_400, 100), (25, 86_400, 100), (50, 86_400, 100), (100, 0, 0),
    ]  # fmt: skip
    assert (found["alpha"], found["grace"], found["guardrails"]) == (0.05, 86_400, [])


def test_buttons_add_and_take_away_rows_and_what_names_none_changes_nothing():
    form = rollouts.beginning()
    assert len(rollouts.act(form, "add-step")["steps"]) == 7
    assert [one["share"] for one in rollouts.act(form, "drop-step.1")["steps"]] == ["1", "10", "25", "50", "100"]
    two = rollouts.act(rollouts.act(form, "add-guardrail"), "add-guardrail")
    assert len(rollouts.act(two, "drop-guardrail.0")["guardrails"]) == 1
    assert len(rollouts.act(form, "add-constraint")["constraints"]) == 1
    for nothing in ("drop-step.9", "drop-step.", "drop-guardrail.0", "drop-step.x", "nonsense"):
        assert rollouts.act(form, nothing) == form


def test_every_text_that_is_no_number_is_named_by_its_place():
    form = rollouts.act(rollouts.beginning(), "add-guardrail")
    form["steps"][0] |= {"share": "", "dwell": "-1"}
    form["steps"][2] |= {"minimum": "1e3"}
    form["guardrails"][0] |= {"tolerance": "much"}
    with pytest.raises(InvalidInput) as refused:
        rollouts.plan({**form, "alpha": "x", "grace": "1.5"})
    assert [one.path for one in refused.value.problems] == [
        "steps.0.share", "steps.0.dwell", "steps.2.minimum", "guardrails.0.tolerance", "grace", "alpha",
    ]  # fmt: skip
    assert {one.code for one in refused.value.problems} == {"ramp.number"}
