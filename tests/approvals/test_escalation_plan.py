"""A plan of escalation, walked on paper: what it does when nobody answers, and that its JSON says the same."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.approvals.clock.arithmetic import BeyondHorizonError
from studio.approvals.clock.calendar import Calendar, Span
from studio.approvals.clock.delays import Delay, Unit
from studio.approvals.escalation import (
    How,
    Level,
    Mode,
    Plan,
    Target,
    Then,
    from_json,
    next_at,
    timeline,
    to_json,
)
from studio.approvals.rule import Name

OFFICE_ID = UUID(int=9)
OFFICE = Calendar(ZoneInfo("Europe/Berlin"), (*((Span(540, 1020),),) * 5, (), ()))
CALENDARS = {OFFICE_ID: OFFICE}
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""09:00 in Berlin."""
FEW = settings(max_examples=30)
"""A walk over working hours costs."""
LENA = Target(Name("user", "Lena"), (UUID(int=1),))

delays = st.one_of(
    st.builds(Delay, st.integers(1, 100), st.sampled_from([Unit.MINUTES, Unit.HOURS, Unit.DAYS])),
    st.builds(Delay, st.integers(1, 30), st.sampled_from([Unit.WORKING_HOURS, Unit.WORKING_DAYS]), st.just(OFFICE_ID)),
)
targets = st.builds(
    Target,
    st.builds(Name, st.sampled_from(["user", "group", "schedule"]), st.text(max_size=9)),
    st.lists(st.uuids(), max_size=3).map(tuple),
    st.none() | st.uuids(),
)
levels = st.builds(
    Level,
    delays,
    st.lists(targets, min_size=1, max_size=3).map(tuple),
    st.sampled_from(Mode),
    st.sampled_from(How),
    st.text(max_size=9),
)
plans = st.builds(
    Plan,
    st.lists(levels, max_size=3).map(tuple),
    st.integers(0, 2),
    delays,
    st.lists(targets, max_size=2).map(tuple),
    st.sampled_from(Then),
    st.none() | delays,
)


def minutes(n: int) -> Delay:
    return Delay(n, Unit.MINUTES)


@given(plans)
def test_a_plan_reads_back_as_it_was_written(plan):
    assert from_json(to_json(plan)) == plan


@FEW
@given(plans)
def test_every_level_comes_in_turn_as_often_as_it_is_repeated_and_the_last_word_comes_last(plan):
    found = timeline(plan, MONDAY, CALENDARS)
    asked = [entry.level for entry in found if entry.level is not None]
    assert asked == list(plan.levels) * (plan.loops + 1)
    assert all(earlier.at < later.at for earlier, later in pairwise(found))
    ends = [entry for entry in found if entry.level is None]
    assert [entry.then for entry in ends] == ([plan.then] if plan.levels and plan.then is not Then.WAIT else [])
    assert not ends or found[-1] is ends[0]


@FEW
@given(plans, st.integers(0, 100))
def test_nothing_is_foretold_for_the_deadline_or_later(plan, hours):
    due = MONDAY + timedelta(hours=hours)
    whole = timeline(plan, MONDAY, CALENDARS)
    assert timeline(plan, MONDAY, CALENDARS, due) == tuple(entry for entry in whole if entry.at < due)


@FEW
@given(plans, st.integers(0, 12))
def test_a_step_is_counted_from_when_the_one_before_was_done(plan, late):
    found = timeline(plan, MONDAY, CALENDARS)
    for before, after in pairwise(found):
        assert next_at(plan, after.step, before.at, CALENDARS) == after.at
        slow = next_at(plan, after.step, before.at + timedelta(hours=late), CALENDARS)
        assert slow is not None
        assert slow >= after.at


def test_two_levels_repeated_once_and_then_declined():
    plan = Plan((Level(minutes(30), (LENA,)), Level(minutes(60), (LENA,))), loops=1, then=Then.DECLINE)
    found = timeline(plan, MONDAY, {})
    assert [(entry.at - MONDAY).total_seconds() / 60 for entry in found] == [30, 90, 120, 180, 240]
    assert [(entry.number, entry.loop) for entry in found] == [(1, 0), (2, 0), (1, 1), (2, 1), (0, 1)]


def test_working_hours_stand_still_over_the_night_and_the_weekend():
    friday = MONDAY + timedelta(days=4, hours=7)
    """16:00 in Berlin."""
    plan = Plan((Level(Delay(2, Unit.WORKING_HOURS, OFFICE_ID), (LENA,)),))
    [entry] = timeline(plan, friday, CALENDARS)
    assert entry.at == MONDAY + timedelta(days=7, hours=1)


def test_a_calendar_that_is_gone_leaves_the_clock():
    plan = Plan((Level(Delay(2, Unit.WORKING_HOURS, OFFICE_ID), (LENA,)),))
    [entry] = timeline(plan, MONDAY + timedelta(days=5), {})
    assert entry.at == MONDAY + timedelta(days=5, hours=2)


def test_a_plan_of_fallbacks_alone_does_nothing_by_itself():
    assert timeline(Plan(fallback=(LENA,), then=Then.DECLINE), MONDAY, {}) == ()


def test_what_no_calendar_can_count_is_said():
    never = Calendar(ZoneInfo("UTC"), ((),) * 7)
    plan = Plan((Level(Delay(2, Unit.WORKING_HOURS, OFFICE_ID), (LENA,)),))
    with pytest.raises(BeyondHorizonError):
        timeline(plan, MONDAY, {OFFICE_ID: never})
