"""Old and new workers side by side: a run goes to whom its version is known, and keeps its effect keys on the way."""

from dataclasses import replace

import pytest

from studio.contract.node import registry
from studio.core import clock
from studio.core.errors import NotFound
from studio.core.ids import new_id
from studio.runtime.compile import field_plan
from studio.runtime.engine.execution import strangers
from studio.runtime.models import Run
from studio.runtime.service import settling
from tests.engine import bench_nodes
from tests.engine.rig import step


@pytest.fixture
def rig(make_rig):
    return make_rig([step("call", "test.outside")], [("t", "next", "call")])


@pytest.fixture
def old(rig):
    """Versions that this worker is too old for: the published one, until it is taken out."""
    known, strange = rig.engine.versions, {rig.version_id}

    def find(workspace_id, version_id):
        if version_id in strange:
            raise NotFound("This server has no step of type test.outside.", code="document.unknown_type")
        return known(workspace_id, version_id)

    rig.engine.versions = find
    return strange


def test_a_strange_run_is_left_to_a_newer_worker(rig, old):
    run_id = rig.accept().run_id
    for _ in range(5):  # more often than leases may be lost
        rig.drain()
        run = rig.run(run_id)
        assert (run.state, run.attempts, run.lease_by, rig.steps(run_id)) == ("queued", 0, None, [])
        rig.later(strangers.PUT_BACK_S)
    old.clear()
    rig.settle()
    assert rig.run(run_id).state == "succeeded"


def test_it_waits_a_moment_before_it_is_claimed_again(rig, old):
    run_id = rig.accept().run_id
    rig.drain()
    rig.drain()
    assert rig.run(run_id).epoch == 1


def test_neighbours_go_on(rig, old):
    strange, other = rig.accept().run_id, rig.accept().run_id
    old.clear()
    old.add(newer := new_id())
    with rig.database.unit(rig.workspace_id) as unit:
        unit.session.get(Run, strange).version_id = newer
    rig.settle()
    assert rig.run(other).state == "succeeded"
    assert (rig.run(strange).state, rig.run(strange).epoch) == ("queued", 1)


def test_what_nobody_knows_is_set_aside_in_words_and_can_go_on(rig, old, monkeypatch):
    run_id = rig.accept().run_id
    rig.drain()
    rig.later(strangers.PUT_BACK_S)
    later = clock.monotonic() + strangers.PATIENCE_S + 1
    with monkeypatch.context() as patched:
        patched.setattr(clock, "monotonic", lambda: later)
        rig.drain()
    run = rig.run(run_id)
    assert (run.state, run.error["code"]) == ("quarantined", "run.unknown_here")
    assert "no step of type test.outside" in run.error["message"]
    old.clear()
    with rig.database.unit(rig.workspace_id) as unit:
        settling.settle(unit, unit.session.get(Run, run_id), settling.Finding.REPEAT, lambda: None)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"


def test_an_intent_keeps_its_key_where_the_next_worker_reads_its_config_otherwise(rig):
    run_id = rig.accept().run_id
    rig.drain()
    rig.drain("effect", crash_at="effect.after_call")
    before = dict(bench_nodes.calls)
    node = replace(rig.compiled.graph.nodes["call"], config={"fails": 0})
    rig.compiled.resolvers["call"] = field_plan(node)
    rig.compiled.types["call"] = registry["test.outside"]()
    rig.free_leases()
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    [key] = {step.effect_key for step in rig.steps(run_id) if step.effect_key}
    assert bench_nodes.calls[key] == before[key] + 1
