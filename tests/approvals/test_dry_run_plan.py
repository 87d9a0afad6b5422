"""What would happen if nobody answered, as a pure sequence: of any plan, deadline and number of stages."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.clock.delays import Delay, Unit
from studio.approvals.dry_run import Kind, moments
from studio.approvals.escalation import Level, Plan, Target, Then, timeline
from studio.approvals.rule import Name

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DELAYS = st.builds(Delay, st.integers(1, 30), st.sampled_from([Unit.MINUTES, Unit.HOURS, Unit.DAYS]))
LEVELS = st.lists(st.builds(Level, DELAYS, st.just((Target(Name("user", "Mira")),))), max_size=3).map(tuple)
PLANS = st.builds(Plan, LEVELS, st.integers(0, 2), then=st.sampled_from(Then), then_after=st.none() | DELAYS)
LATER = st.none() | st.integers(1, 60 * 24 * 40).map(lambda minutes: START + timedelta(minutes=minutes))


@given(st.integers(1, 4), PLANS, LATER, LATER)
def test_moments_stand_in_order_and_nothing_follows_the_one_end(stages, plan, due_at, remind_at):
    found = moments(stages, plan, START, {}, due_at, remind_at)
    times = [one.at for one in found if one.at is not None]
    assert times == sorted(times)
    assert [one.at is None for one in found] == sorted(one.at is None for one in found)
    assert [one.stage for one in found if one.kind is Kind.ASKED] == list(range(stages))
    timed = [one for one in found if one.at is not None]
    ends = [
        place
        for place, one in enumerate(timed)
        if one.kind is Kind.DEADLINE
        or (one.kind is Kind.LAST_WORD and (plan.then is not Then.APPROVE or one.stage == stages - 1))
    ]
    assert ends in ([], [len(timed) - 1])
    assert all(one.kind is Kind.DEADLINE or due_at is None or one.at < due_at for one in timed if one.at != START)
    assert sum(one.kind is Kind.REMINDED for one in found) <= 1
    if due_at is not None:
        assert ends


@given(st.integers(1, 4), PLANS, LATER)
def test_each_stage_that_is_reached_walks_the_plan_as_a_request_does(stages, plan, due_at):
    found = moments(stages, plan, START, {}, due_at)
    for asked in found:
        if asked.kind is Kind.ASKED and asked.at is not None:
            walked = tuple(one.entry for one in found if one.stage == asked.stage and one.entry)
            assert walked == (timeline(plan, asked.at, {}, due_at) if plan.levels else ())
    reached = max(one.stage for one in found if one.at is not None)
    assert reached == 0 or plan.then is Then.APPROVE
