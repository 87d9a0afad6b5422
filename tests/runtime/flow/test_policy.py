"""Which runs pass: every limit is kept, and nobody is held who could go."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.flow.gcra import Rate
from studio.runtime.flow.policy import AHEAD, WHOLE, Candidate, Going, Limits, admit, opens_at

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORKFLOWS = [UUID(int=number) for number in (1, 2)]
KEYS = st.sampled_from([None, "", "a", "b"])
RATES = st.none() | st.builds(Rate, st.integers(1, 5), st.sampled_from([0.5, 1.0, 60.0]))
LIMITS = st.builds(Limits, st.none() | st.integers(1, 3), RATES, ordered=st.booleans())


@st.composite
def queues(draw):
    count = draw(st.integers(0, 25))
    return [
        Candidate(
            UUID(int=100 + number), draw(st.sampled_from(WORKFLOWS)), draw(st.sampled_from([-10, 0, 10])),
            NOW - timedelta(seconds=draw(st.integers(0, 5))), draw(KEYS), draw(KEYS), draw(KEYS), draw(st.booleans()),
        )
        for number in range(count)
    ]  # fmt: skip


GOING = st.builds(
    Going,
    st.dictionaries(st.tuples(st.sampled_from(WORKFLOWS), st.sampled_from(["", "a", "b"])), st.integers(0, 4)),
    st.sets(st.tuples(st.sampled_from(WORKFLOWS), st.sampled_from(["", "a", "b"]))),
    st.dictionaries(
        st.tuples(st.sampled_from(WORKFLOWS), st.sampled_from(["", "a", "b"])),
        st.integers(-5, 5).map(lambda s: NOW + timedelta(seconds=s)),
    ),
)
ALL = (queues(), st.dictionaries(st.sampled_from(WORKFLOWS), LIMITS), LIMITS, GOING)


def turn_of(one, limits):
    own = limits.get(one.workflow_id, Limits())
    return (one.workflow_id, one.order_key) if own.ordered and one.order_key is not None and not one.back else None


@given(*ALL)
def test_never_two_of_an_order_key_and_never_the_younger_first(waiting, limits, workspace, going):
    busy = set(going.busy)
    passed = {one.run_id for one in admit(waiting, limits, workspace, going, NOW)}
    turns = [turn_of(one, limits) for one in waiting if one.run_id in passed and turn_of(one, limits)]
    assert len(turns) == len(set(turns))
    assert not busy & set(turns)
    for one in waiting:
        turn = turn_of(one, limits)
        if turn is not None and one.run_id in passed:
            rivals = [(other.created_at, other.run_id) for other in waiting if turn_of(other, limits) == turn]
            assert (one.created_at, one.run_id) == min(rivals)


@given(*ALL)
def test_places_are_never_given_twice(waiting, limits, workspace, going):
    before = Counter(going.executing)
    passed = {one.run_id for one in admit(waiting, limits, workspace, going, NOW)}
    taken = Counter((one.workflow_id, one.place_key or "") for one in waiting if one.run_id in passed)
    for (workflow_id, key), count in taken.items():
        limit = limits.get(workflow_id, Limits()).at_once
        assert limit is None or before[workflow_id, key] + count <= limit
    assert workspace.at_once is None or before[WHOLE] + len(passed) <= workspace.at_once


@given(*ALL)
def test_starts_are_spaced_as_the_rate_asks_and_never_far_ahead(waiting, limits, workspace, going):
    at = {one.run_id: one.at for one in admit(waiting, limits, workspace, going, NOW)}
    assert all(NOW <= moment <= NOW + AHEAD for moment in at.values())
    fresh = [one for one in waiting if one.run_id in at and not one.back]
    for workflow_id in WORKFLOWS:
        pace = limits.get(workflow_id, Limits()).pace
        for key in ("", "a", "b"):
            slots = sorted(
                at[one.run_id] for one in fresh if (one.workflow_id, one.rate_key or "") == (workflow_id, key)
            )
            assert pace is None or all(late - early >= pace.interval for early, late in pairwise(slots))
    slots = sorted(at[one.run_id] for one in fresh)
    assert workspace.pace is None or all(late - early >= workspace.pace.interval for early, late in pairwise(slots))


@given(queues())
def test_without_limits_all_pass_at_once(waiting):
    passed = admit(waiting, {}, Limits(), Going(), NOW)
    assert {one.run_id for one in passed} == {one.run_id for one in waiting}
    assert {one.at for one in passed} <= {NOW}


@given(*ALL)
def test_a_second_look_lets_nobody_through_that_the_first_held(waiting, limits, workspace, going):
    """Everything that could pass did, and what passed is counted."""
    passed = {one.run_id for one in admit(waiting, limits, workspace, going, NOW)}
    rest = [one for one in waiting if one.run_id not in passed]
    heads = {turn_of(one, limits) for one in waiting if one.run_id in passed} - {None}
    again = admit(rest, limits, workspace, going, NOW)
    assert [one.run_id for one in again] == []
    assert heads <= going.busy


def test_a_moment_far_ahead_is_of_a_slower_rate_or_of_a_clock_that_was_wrong():
    one = Candidate(UUID(int=9), WORKFLOWS[0], 0, NOW, None, None, "", False)
    going = Going(tats={(WORKFLOWS[0], ""): NOW + timedelta(hours=1)})
    assert admit([one], {WORKFLOWS[0]: Limits(None, Rate(60, 60))}, Limits(), going, NOW)[0].at == NOW


def test_a_window_opens_when_the_oldest_leaves_it():
    assert opens_at(None, 60, NOW) is None
    assert opens_at(NOW - timedelta(seconds=60), 60, NOW) is None
    assert opens_at(NOW - timedelta(seconds=59), 60, NOW) == NOW + timedelta(seconds=1)
