"""Which runs may go: what has not ended, or is needed, never; whatever the rules say."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.outcomes import ENDED, RunState
from studio.runtime.retention.policy import DAYS, Days, Rules, RunFacts, due_at, may_go

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
FLOWS = [UUID(int=number) for number in (1, 2, 3)]
count = st.integers(DAYS.start, DAYS.stop - 1)
days = st.builds(Days, st.none() | count, st.none() | count, st.none() | count)
rules = st.builds(Rules, count, days, st.dictionaries(st.sampled_from(FLOWS), days))
moments = st.integers(0, 20 * 365 * 86_400).map(
    lambda seconds: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
facts = st.builds(
    RunFacts, st.uuids(), st.sampled_from(FLOWS), st.sampled_from(RunState), st.none() | moments, moments, st.booleans()
)


@given(rules, facts, moments)
def test_what_has_not_ended_or_is_needed_never_goes(kept, run, now):
    if run.state not in ENDED or run.held:
        assert not may_go(kept, run, now)


@given(rules, facts, moments)
def test_nothing_goes_before_its_days_are_over_and_all_of_it_after(kept, run, now):
    if run.state in ENDED and not run.held:
        over = (run.ended_at or run.began_at) + timedelta(days=kept.of(run.workflow_id, run.state))
        assert may_go(kept, run, now) == (over <= now)
        assert due_at(kept, run) == over


@given(rules, st.sampled_from(sorted(set(RunState) - ENDED)))
def test_no_rule_can_speak_of_what_has_not_ended(kept, state):
    assert all(one.of(state) is None for one in (kept.everywhere, *kept.workflows.values()))


@pytest.mark.parametrize(
    ("flow", "state", "kept"),
    [(FLOWS[0], "succeeded", 7), (FLOWS[0], "failed", 180), (FLOWS[1], "succeeded", 30), (FLOWS[1], "cancelled", 90)],
)
def test_the_narrowest_rule_counts(flow, state, kept):
    assert Rules(90, Days(30, 180), {FLOWS[0]: Days(succeeded=7)}).of(flow, state) == kept
