"""Claims between workspaces: shares, turns, priorities, and what a backlog of one costs another."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update

from studio.core import clock
from studio.core.ids import new_id
from studio.runtime.engine.execution import draining, turns
from studio.runtime.ledger.choose import ledger_for
from studio.runtime.ledger.claim_postgresql import CLAIM, GROUPS, TENANTS
from studio.runtime.ledger.rows import RunRow
from studio.runtime.models import Run
from tests.engine.rig import step

pytestmark = pytest.mark.timeout(120)

WORKSPACES = sorted(new_id() for _ in range(5))
HOUR = 3600.0


class Line:
    """The queue of a database, filled and claimed by hand."""

    def __init__(self, database):
        self.database, self.ledger = database, ledger_for(database.dialect)
        self.start = clock.local_now() - timedelta(days=1)

    def put(self, workspace_id, count=1, *, lane="main", priority=0, after_s=0.0):
        """Queue runs of a workspace, each a second after the one before. A day has passed since, and no more."""
        ids = [new_id() for _ in range(count)]
        rows = [
            {
                "id": run_id, "workspace_id": workspace_id, "workflow_id": run_id, "version_id": run_id,
                "trigger_node": "t", "state": "queued", "lane": lane, "priority": priority,
                "available_at": self.start + timedelta(seconds=after_s + place / 1000), "created_at": self.start,
            }
            for place, run_id in enumerate(ids)
        ]  # fmt: skip
        with self.database.across() as unit:
            unit.session.execute(insert(Run), rows)
        return ids

    def claim(self, limit=200, *, lane="main", full=()):
        with self.database.across() as unit:
            return self.ledger.claim(
                unit.session, lane=lane, limit=limit, holder="me", lease_s=10, full=full
            )[1]  # fmt: skip

    def states(self):
        with self.database.across(read_only=True) as unit:
            return dict(unit.session.execute(select(Run.id, Run.state)).all())

    def clear(self):
        with self.database.across() as unit:
            unit.session.execute(update(Run).values(state="succeeded"))


@pytest.fixture
def line(database):
    return Line(database)


def test_a_backlog_of_one_workspace_leaves_the_others_their_share(line):
    noisy, quiet, other = WORKSPACES[:3]
    line.put(noisy, 500)
    line.put(quiet, 1, after_s=HOUR)
    line.put(other, 90, after_s=HOUR)
    claimed = Counter(run.workspace_id for run in line.claim())
    assert claimed == {noisy: 66, quiet: 1, other: 66}


def test_one_workspace_alone_gets_all_of_it_oldest_first(line):
    ids = line.put(WORKSPACES[0], 250)
    assert {run.id for run in line.claim()} == set(ids[:200])
    assert {run.id for run in line.claim()} == set(ids[200:])
    assert line.claim() == []


def test_single_claims_go_round(line):
    first, second, third = WORKSPACES[:3]
    line.put(first, 5, lane="effect")
    line.put(second, 2, lane="effect", after_s=HOUR)
    line.put(third, 1, lane="effect", after_s=2 * HOUR)
    claimed = [run.workspace_id for _ in range(8) for run in line.claim(1, lane="effect")]
    assert claimed == [first, second, third, first, second, first, first, first]


def test_more_workspaces_than_share_one_claim_come_next(line):
    everyone = sorted(new_id() for _ in range(TENANTS + 5))
    for workspace_id in everyone:
        line.put(workspace_id, 20)
    seen = [{run.workspace_id for run in line.claim(32)} for _ in range(2)]
    assert [len(found) for found in seen] == [TENANTS, TENANTS]
    assert seen[0] | seen[1] == set(everyone)


def test_priorities_count_inside_a_workspace_alone(line):
    urgent, calm = WORKSPACES[:2]
    bulk = line.put(urgent, 10, priority=10)
    live = line.put(urgent, 10, after_s=HOUR)
    [first, second] = line.put(calm, 2, priority=20)
    assert {run.id for run in line.claim(4)} == {*live[:2], first, second}
    assert {run.id for run in line.claim(20)} == {*live[2:], *bulk}


def test_what_is_due_later_is_neither_claimed_nor_in_the_way(line):
    for _ in range(GROUPS + 10):
        line.put(new_id(), 1, after_s=48 * HOUR)
    [due] = line.put(new_id())
    found = [run.id for _ in range(3) for run in line.claim(1)]
    assert found == [due]


def test_a_workspace_that_has_enough_is_passed_over(line):
    first, second = WORKSPACES[:2]
    line.put(first, 3, lane="effect")
    line.put(second, 1, lane="effect")
    assert [run.workspace_id for run in line.claim(1, lane="effect", full=[first])] == [second]
    assert line.claim(1, lane="effect", full=[first]) == []


RUNS = st.lists(
    st.tuples(st.sampled_from(WORKSPACES), st.sampled_from([-1, 0, 5]), st.sampled_from([0, 1, 2, 3, 90])),
    min_size=1, max_size=24,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(queued=RUNS, limit=st.integers(1, 12))
def test_every_claim_gives_each_workspace_its_share_in_order(line, queued, limit):
    order = {
        line.put(workspace_id, priority=priority, after_s=hours * HOUR)[0]: (workspace_id, priority, hours)
        for workspace_id, priority, hours in queued
    }
    left = {run_id: facts for run_id, facts in order.items() if facts[2] != 90}
    while left:
        found = [run.id for run in line.claim(limit)]
        assert found, "somebody is ready"
        assert set(found) <= set(left)
        ready = Counter(facts[0] for facts in left.values())
        share = max(1, limit // len(ready))
        claimed = Counter(left[run_id][0] for run_id in found)
        assert all(claimed[workspace_id] == min(share, ready[workspace_id]) for workspace_id in claimed)
        assert len(claimed) == min(len(ready), limit)
        for workspace_id, count in claimed.items():
            line_of_it = sorted(facts[1:] for facts in left.values() if facts[0] == workspace_id)
            assert sorted(left[run_id][1:] for run_id in found if left[run_id][0] == workspace_id) == line_of_it[:count]
        for run_id in found:
            del left[run_id]
    assert line.claim(limit) == []
    line.clear()


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_claim_reads_nothing_of_the_backlog_but_what_it_takes(line):
    noisy, later, quiet = WORKSPACES[:3]
    line.put(noisy, 5000)
    line.put(later, 5000, after_s=48 * HOUR)
    line.put(quiet)
    values = {
        "lane": "main", "limit": 3, "tenants": TENANTS, "after": WORKSPACES[4], "full": [], "holder": "me",
        "lease": 1.0, "shift": 0.0,
    }  # fmt: skip
    with line.database.across() as unit:
        plan = unit.session.execute(text(f"explain (analyze, format json) {CLAIM.text}"), values).scalar_one()[0]
    assert _rows_read(plan["Plan"]) < 30


def _rows_read(plan):
    """Rows that a plan took from the table or an index of it."""
    own = plan["Actual Loops"] * (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))
    return (own if "Scan" in plan["Node Type"] and plan.get("Relation Name") == "run" else 0) + sum(
        _rows_read(part) for part in plan.get("Plans", ())
    )


def test_a_full_lane_hides_no_other(line):
    line.put(WORKSPACES[0], 1500, lane="effect")
    line.put(WORKSPACES[1], 1)
    with line.database.across(read_only=True) as unit:
        assert line.ledger.queued(unit.session) == {"effect": 100, "main": 1}


def test_what_is_given_back_counts_as_no_attempt_and_is_fenced(line):
    line.put(WORKSPACES[0], 2)
    first, second = line.claim()
    with line.database.across() as unit:
        line.ledger.put_back(unit.session, [(first.id, first.epoch), (second.id, second.epoch - 1)])
    assert line.states() == {first.id: "queued", second.id: "running"}
    [again] = line.claim()
    assert (again.id, again.attempts, again.epoch, again.fresh) == (first.id, 0, first.epoch + 1, True)


def test_a_batch_of_slow_steps_is_cut_and_the_next_one_is_smaller(make_rig, monkeypatch):
    rig = make_rig(
        [step("a", "test.local"), step("b", "test.local"), step("c", "test.local")],
        [("t", "next", "a"), ("a", "next", "b"), ("b", "next", "c")],
    )
    for _ in range(20):
        rig.accept()
    monkeypatch.setattr(draining, "DRAIN_S", 0.02)
    rig.drain()
    given_back = [run for run in rig.all(Run) if run.state == "queued"]
    assert len(given_back) > 10, "each step is a commit, and there is time for few"
    assert {run.attempts for run in rig.all(Run)} == {0}
    assert rig.engine.executor.draining.size == turns.BATCH // 2
    rig.settle()
    assert {run.state for run in rig.all(Run)} == {"succeeded"}
    assert len(rig.notes()) == 60, "each step was done once"


@given(size=st.integers(turns.LEAST, turns.BATCH), took=st.floats(0, 5), cut=st.booleans())
def test_batches_stay_between_their_bounds(size, took, cut):
    following = turns.next_size(size, took, 0.5, cut=cut)
    assert turns.LEAST <= following <= turns.BATCH
    assert following < size or size == turns.LEAST or not cut
    assert following >= size or cut


def test_one_workspace_never_fills_all_threads_with_its_calls():
    noisy, quiet = _run(WORKSPACES[0]), _run(WORKSPACES[1])
    calls, asked = turns.Calls(2), []

    def take(run):
        return lambda full: (asked.append(list(full)), [] if run.workspace_id in full else [run])

    for _ in range(3):
        calls.claim(take(noisy))
    assert asked == [[], [], [noisy.workspace_id]]
    assert calls.claim(take(quiet))[1] == [quiet]
    calls.let_go([noisy])
    assert calls.claim(take(noisy))[1] == [noisy]


def _run(workspace_id):
    now = clock.local_now()
    return RunRow(
        new_id(), workspace_id, new_id(), new_id(), "t", 1, 0, 0, True, {}, "", "live", "effect", 0, False, now
    )
