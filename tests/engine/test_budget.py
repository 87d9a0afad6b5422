"""A run that takes too many steps or too long is stopped in words, on both databases."""

from dataclasses import replace

import pytest

from studio.contract.graph import Budget
from studio.runtime.models import Run, Step
from tests.engine.rig import step


@pytest.fixture
def limited(make_rig):
    """A rig whose runs may cost so much."""

    def make(nodes, edges, **budget):
        rig = make_rig(nodes, edges)
        rig.compiled = replace(rig.compiled, graph=replace(rig.compiled.graph, budget=Budget(**budget)))
        return rig

    return make


def line(count):
    """So many steps one after the other."""
    keys = [f"s{number}" for number in range(count)]
    nodes = [step(key, "data.set", {"fields": [{"name": "a", "value": "1"}]}) for key in keys]
    return nodes, [(a, "next", b) for a, b in zip(["t", *keys], keys, strict=False)]


def ended(rig, run_id):
    run: Run = rig.run(run_id)
    return run.state, (run.error or {}).get("code")


@pytest.mark.parametrize(("steps", "end"), [(4, ("succeeded", None)), (3, ("failed", "run.budget"))])
def test_steps_are_counted_with_the_trigger(limited, steps, end):
    rig = limited(*line(3), steps=steps)
    run_id = rig.accept().run_id
    rig.settle()
    assert ended(rig, run_id) == end
    assert len(rig.all(Step, Step.run_id == run_id)) == steps
    if end[1]:
        assert f"after {steps} steps" in rig.run(run_id).error["message"]


def test_steps_of_every_iteration_count(limited):
    loop = step("loop", "flow.for_each", {"items": "[1, 2, 3, 4, 5, 6]"})
    body = step("s0", "data.set", {"fields": [{"name": "a", "value": "1"}]}, parent="loop")
    rig = limited([loop, body], [("t", "next", "loop"), ("loop", "each", "s0")], steps=5)
    run_id = rig.accept().run_id
    rig.settle()
    assert ended(rig, run_id) == ("failed", "run.budget")
    assert len(rig.all(Step, Step.run_id == run_id)) == 5


def test_what_was_counted_survives_a_wait(limited):
    nodes, _edges = line(1)
    wait = step("wait", "flow.delay", {"seconds": 60})
    rig = limited([wait, *nodes], [("t", "next", "wait"), ("wait", "next", "s0")], steps=2)
    run_id = rig.accept().run_id
    rig.drain()
    assert ended(rig, run_id) == ("waiting", None)
    rig.later(120)
    rig.settle()
    assert ended(rig, run_id) == ("failed", "run.budget")


def test_a_run_that_lasts_too_long_is_stopped_when_it_goes_on(limited):
    nodes, _edges = line(1)
    wait = step("wait", "flow.delay", {"seconds": 172_800})
    rig = limited([wait, *nodes], [("t", "next", "wait"), ("wait", "next", "s0")], seconds=86_400)
    run_id = rig.accept().run_id
    rig.drain()
    rig.later(3 * 86_400)
    rig.settle()
    assert ended(rig, run_id) == ("failed", "run.budget")
