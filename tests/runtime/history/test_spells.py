"""What a step's time went into: stretches that follow each other, within the step, and add up to it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.history.detail import Attempt, StepView
from studio.runtime.history.spells import queued, spells

T0 = datetime(2026, 3, 2, 10, tzinfo=UTC)


def at(seconds):
    return None if seconds is None else T0 + timedelta(seconds=seconds)


def attempt(start, end, *, state="succeeded", number=1, kind=None, asked=None, due=None):
    wait = SimpleNamespace(id=uuid4(), kind=kind, created_at=at(asked), due_at=at(due)) if kind else None
    return Attempt(SimpleNamespace(started_at=at(start), finished_at=at(end), state=state, attempt=number), wait)


def told(*attempts, answers=None, now=100):
    view = StepView("k", "K", "", "t", "data", "i", "T", list(attempts))
    found = spells(view, answers or {}, at(now))
    return [(one.kind, (one.start - T0).total_seconds(), (one.end - T0).total_seconds()) for one in found]


def test_a_decision_is_waited_for_until_it_was_made():
    one = attempt(0, 60, kind="approval", asked=2)
    assert told(one, answers={one.wait.id: at(50)}) == [("working", 0, 2), ("people", 2, 50), ("working", 50, 60)]


def test_a_wait_that_goes_on_lasts_until_now():
    assert told(attempt(0, None, state="waiting", kind="timer", asked=0, due=900)) == [("timer", 0, 100)]


def test_between_two_attempts_lies_the_time_until_the_second():
    first = attempt(0, 30, state="failed", kind="retry", asked=5, due=30)
    assert told(first, attempt(30, 31, number=2)) == [("working", 0, 5), ("retry", 5, 30), ("working", 30, 31)]


def test_a_run_that_never_began_was_queued_to_its_end():
    run = SimpleNamespace(created_at=at(0), started_at=None, finished_at=at(7))
    assert queued(run, at(100)).seconds == 7


@given(
    st.integers(0, 50), st.none() | st.integers(0, 90), st.sampled_from([None, "approval", "timer", "retry", "child"]),
    st.integers(-5, 120), st.none() | st.integers(-5, 120), st.none() | st.integers(-5, 120),
)  # fmt: skip
def test_whatever_the_clocks_said_it_adds_up(start, end, kind, asked, due, answered):
    one = attempt(start, end, kind=kind, asked=asked, due=due, state="succeeded" if end is not None else "waiting")
    answers = {one.wait.id: at(answered)} if kind and answered is not None else {}
    found = told(one, answers=answers)
    assert [since for _, since, _ in found] == [start, *(until for *_, until in found)][: len(found)]
    assert found[-1][2] == max(start, end if end is not None else 100)
