"""Runs that need a person: what the person says lets them go on, or ends them."""

import pytest

from studio.core.actor import Actor, ActorType
from studio.core.errors import Conflict, InvalidInput
from studio.runtime.models import Run
from studio.runtime.service.settling import Finding, settle
from tests.engine import bench_nodes
from tests.engine.rig import step
from tests.factories.reruns import run_again

MIRA = Actor(ActorType.USER, "1", "Mira")


@pytest.fixture
def doubtful(make_rig):
    """A run whose call may or may not have arrived, while it asks somebody something else."""
    rig = make_rig(
        [step("call", "test.outside", {"keyed": False}), step("write", "test.local"), step("ask", "test.wait")],
        [("t", "next", "call"), ("call", "next", "write"), ("t", "next", "ask")],
    )
    run_id = rig.accept().run_id
    rig.drain()
    rig.drain("effect", crash_at="effect.after_call")
    rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "needs_review"
    return rig, run_id


def say(rig, run_id, finding):
    with rig.database.unit(rig.workspace_id, MIRA) as unit:
        settle(unit, unit.session.get(Run, run_id), finding, lambda: None)


def test_it_arrived_so_the_run_goes_on_without_calling_again(doubtful):
    rig, run_id = doubtful
    say(rig, run_id, Finding.ARRIVED)
    rig.settle()
    rig.answer(rig.open_waits()[0], {})
    rig.settle()
    run = rig.run(run_id)
    assert (run.state, run.error) == ("succeeded", None)
    assert bench_nodes.calls[f"{run_id}:call"] == 1
    call = next(row for row in rig.steps(run_id) if row.node_key == "call")
    assert (call.state, call.port, call.note) == ("succeeded", "next", "Mira looked there: it had arrived")
    assert [note.text for note in rig.notes()] == ["write|"]


def test_it_did_not_so_the_call_goes_out_again_under_its_key(doubtful):
    rig, run_id = doubtful
    say(rig, run_id, Finding.REPEAT)
    rig.settle()
    rig.answer(rig.open_waits()[0], {})
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert bench_nodes.calls[f"{run_id}:call"] == 2
    assert [row.attempt for row in rig.steps(run_id) if row.node_key == "call"] == [1]


def test_a_run_that_is_run_again_no_longer_waits_for_a_person(doubtful):
    rig, run_id = doubtful
    with rig.database.unit(rig.workspace_id, MIRA) as unit:
        old = unit.session.get(Run, run_id)
        run_again(unit, old, rig.engine.versions, lambda: None, withdraw=rig.engine.endings.withdraw)
    assert rig.run(run_id).state == "cancelled"
    assert len(rig.withdrawn) == 1
    with pytest.raises(Conflict):
        say(rig, run_id, Finding.REPEAT)


def test_a_run_in_quarantine_is_tried_again_where_nothing_is_in_doubt(make_rig):
    rig = make_rig([], [])
    run_id = rig.accept().run_id
    for _ in range(3):
        rig.drain(crash_at="claim.after_commit")
        rig.later(60)
    with pytest.raises(InvalidInput):
        say(rig, run_id, Finding.ARRIVED)
    say(rig, run_id, Finding.REPEAT)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"


def test_a_healthy_run_is_not_meddled_with(make_rig):
    rig = make_rig([], [])
    run_id = rig.accept().run_id
    with pytest.raises(Conflict):
        say(rig, run_id, Finding.REPEAT)
