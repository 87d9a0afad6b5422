"""After a backup was put back, a call that was handed over counts as one of which nobody knows."""

import pytest

from studio.core.db import open_engine
from studio.runtime.service import reconciling
from tests.engine import bench_nodes
from tests.engine.rig import step


def restored(rig):
    """What `studio restore` does once the rows are there."""
    engine = open_engine(rig.settings.migrate_url)
    with engine.begin() as connection:
        reconciling.fence(connection)
    engine.dispose()


def doubts(rig):
    with rig.database.unit(rig.workspace_id, read_only=True) as unit:
        return list(reconciling.doubts(unit, lambda _workspace, _version: rig.compiled))


@pytest.mark.parametrize("keyed", [True, False])
def test_a_call_that_was_handed_over_is_repeated_under_its_key_or_left_to_a_person(make_rig, keyed):
    rig = make_rig([step("call", "test.outside", {"keyed": keyed})], [("t", "next", "call")])
    run_id = rig.accept().run_id
    rig.drain()
    key = f"{run_id}:call"
    restored(rig)
    assert [(one.run_id, one.step, one.key, one.begun) for one in doubts(rig)] == [
        (run_id, "call", key if keyed else None, True)
    ]
    rig.settle()
    assert rig.run(run_id).state == ("succeeded" if keyed else "needs_review")
    assert bench_nodes.calls[key] == (1 if keyed else 0)
    assert doubts(rig) == []


def test_a_call_behind_what_is_waited_for_is_listed(make_rig):
    rig = make_rig(
        [step("wait", "test.wait"), step("call", "test.outside", {"keyed": False})],
        [("t", "next", "wait"), ("wait", "answered", "call")],
    )
    run_id = rig.accept().run_id
    rig.drain()
    assert [(one.run_id, one.step, one.key, one.begun) for one in doubts(rig)] == [(run_id, "call", None, False)]
    restored(rig)
    assert rig.run(run_id).state == "waiting"
    rig.answer(rig.open_waits()[0], {})
    rig.settle()
    assert rig.run(run_id).state == "succeeded"


def test_leases_of_the_dead_are_freed_and_none_counts_as_lost(make_rig):
    rig = make_rig([], [])
    run_id = rig.accept().run_id
    assert rig.drain(crash_at="claim.after_commit")
    restored(rig)
    run = rig.run(run_id)
    assert (run.state, run.attempts, run.lease_by) == ("queued", 0, None)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
