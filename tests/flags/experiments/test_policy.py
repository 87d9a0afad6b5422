"""What may be done when, and what speaks against a decision."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.flags.experiments.design import Design, Variant
from studio.flags.experiments.policy import (
    ALLOWED,
    OPEN,
    Decision,
    NotAllowed,
    Objection,
    State,
    Verb,
    apply,
    must_stop,
    objections,
    verbs,
)
from studio.flags.experiments.result import Counted, result
from studio.flags.ramps.plan import Guardrail
from studio.flags.statistics.samples import Proportion

DESIGN = Design(
    (Variant("old", 30), Variant("new", 30), Variant("newer", 30)),
    "orders",
    units=2000,
    guardrails=(Guardrail("errors"),),
)


@given(st.sampled_from(State), st.lists(st.tuples(st.sampled_from(Verb), st.booleans())))
def test_no_way_to_a_decision_but_the_horizon_or_a_stop(state, several):
    seen = state in (State.ENDED, State.STOPPED)
    for verb, reached in several:
        if verb not in verbs(state, horizon_reached=reached):
            with pytest.raises(NotAllowed):
                apply(verb, state, horizon_reached=reached)
            continue
        after = apply(verb, state, horizon_reached=reached)
        assert state not in (State.DECIDED, State.DROPPED)
        assert after is not State.ENDED or reached
        seen = seen or after in (State.ENDED, State.STOPPED)
        assert after is not State.DECIDED or seen
        state = after


def test_a_running_one_ends_at_its_horizon_only():
    assert verbs(State.RUNNING, horizon_reached=False) == {Verb.STOP}
    assert verbs(State.RUNNING, horizon_reached=True) == ALLOWED[State.RUNNING]
    assert {state for state in State if ALLOWED[state]} == set(OPEN)


def read(new, newer, n=2000, errors=0):
    def arm(orders, bad=0):
        return Counted(n, {"orders": Proportion(n, orders), "errors": Proportion(n, bad)})

    return result(
        DESIGN, {"old": arm(200), "new": arm(new, errors), "newer": arm(newer)}, datetime(2026, 5, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("found", "ship", "said"),
    [
        (read(280, 205), "new", ()),
        (read(280, 205), "newer", (Objection.NOT_SHOWN, Objection.OTHER_WON)),
        (read(280, 205), None, (Objection.OTHER_WON,)),
        (read(280, 290), "new", ()),
        (read(205, 205), None, ()),
        (read(120, 205), "new", (Objection.LOSS,)),
        (read(280, 205, errors=200), "new", (Objection.GUARDRAIL,)),
        (read(280, 205, n=1900), "new", (Objection.NOT_SHOWN,)),
    ],
)
def test_what_speaks_against(found, ship, said):
    assert objections(found, Decision(ship)) == said


def test_arms_of_the_wrong_size_speak_against_any_of_them_and_stop_nothing():
    uneven = {"old": 2000, "new": 3000, "newer": 2000}
    arms = {
        name: Counted(n, {"orders": Proportion(n, 200), "errors": Proportion(n, 0 if name == "old" else n // 2)})
        for name, n in uneven.items()
    }
    found = result(DESIGN, arms, datetime(2026, 5, 1, tzinfo=UTC))
    assert objections(found, Decision("new")) == (Objection.MISMATCH, Objection.GUARDRAIL)
    assert not must_stop(found)


def test_a_broken_guardrail_stops_it_before_its_horizon():
    assert must_stop(read(280, 205, n=1900, errors=200))
    assert not must_stop(read(280, 205))


@pytest.mark.parametrize("ship", ["old", "newest"])
def test_a_variant_that_there_is_not(ship):
    with pytest.raises(KeyError):
        objections(read(280, 205), Decision(ship))
