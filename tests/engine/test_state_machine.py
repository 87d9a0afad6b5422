"""Any mixture of accepting, running, crashing, lateness, answers and cancelling keeps the invariants.

I1 one run per accepted trigger · I2 nothing stuck: no run, step or wait is left open · I3 one row per step and attempt
· I5 one resolution per wait, asked for once; and what a run did inside happened once, what it did outside happened
under one key, and where the target takes none it was called once.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from studio.core.errors import Conflict
from studio.runtime.engine.replay import replay
from studio.runtime.models import Run
from studio.runtime.service.settling import Finding, settle
from tests.engine import bench_nodes
from tests.engine.rig import Retry, Rig, step
from tests.factories.accounts import make_tenant

NODES = [
    step("big", "condition.if", {"condition": "trigger.n > 1"}),
    step("write", "test.local"),
    step("call", "test.outside", {"fails": 1}, retry=Retry(3, 1, 5)),
    step("ask", "test.wait", {"seconds": 600.0}),
    step("approve", "test.ask"),
    step("each", "flow.for_each", {"items": "[1, 2]", "concurrency": 2}),
    step("item", "test.outside", parent="each"),
    step("end", "test.local"),
    step("tell", "test.outside", {"keyed": False}),
]
EDGES = [
    ("t", "next", "big"), ("t", "next", "ask"), ("t", "next", "approve"), ("big", "true", "call"),
    ("big", "false", "write"), ("call", "next", "each"), ("each", "each", "item"), ("each", "done", "end"),
    ("write", "next", "end"), ("ask", "answered", "end"), ("ask", "late", "end"), ("approve", "next", "end"),
    ("end", "next", "tell"),
]  # fmt: skip
POINTS = [
    "", "", "", "claim.after_commit", "flush.after_commit", "local.before_commit", "local.after_commit",
    "effect.before_call", "effect.after_call",
]  # fmt: skip


def machine_for(app) -> type[RuleBasedStateMachine]:  # noqa: C901 - one class with all the rules
    """The machine on one app; each example gets a workspace of its own."""

    class EngineMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            tenant = make_tenant(app.extensions["studio_database"])
            self.rig = Rig(app, tenant.id, NODES, EDGES)
            self.accepted: dict = {}
            self.cancelled: set = set()
            self.answered: set = set()

        @rule(key=st.integers(1, 3), n=st.integers(0, 3))
        def deliver(self, key, n):
            admission = self.rig.accept({"n": n}, key=f"order-{key}")
            assert admission.verdict == ("duplicate" if key in self.accepted else "started")
            assert admission.run_id == self.accepted.setdefault(key, admission.run_id)

        @rule(lane=st.sampled_from(["main", "effect"]), point=st.sampled_from(POINTS))
        def work(self, lane, point):
            self.rig.drain(lane, crash_at=point)

        @rule()
        def a_supervisor_frees_leases(self):
            self.rig.free_leases()

        @rule(seconds=st.sampled_from([1.0, 11.0, 700.0]))
        def time_passes(self, seconds):
            self.rig.later(seconds)

        @rule(times=st.integers(1, 2))
        def answer(self, times):
            for wait in [wait for wait in self.rig.open_waits() if wait.kind == "test"][:times]:
                heard = self.rig.answer(wait, {"n": times})
                assert heard == (wait.id not in self.answered)
                assert not self.rig.answer(wait, {"n": 0})
                self.answered.add(wait.id)

        @rule(index=st.integers(0, 2))
        def cancel(self, index):
            runs = list(self.accepted.values())
            if index < len(runs):
                try:
                    self.rig.cancel(runs[index])
                except Conflict:
                    return
                self.cancelled.add(runs[index])

        def teardown(self):
            try:
                self.finish()
            finally:
                self.rig.close()

        def finish(self):
            """Nothing crashes any more: everything that was accepted comes to its end, once."""
            for _ in range(8):
                self.rig.settle()
                self.rig.later(700)
                for wait in self.rig.open_waits():
                    self.rig.answer(wait, {})
                self.say_how_it_goes_on()
            self.rig.settle()
            runs = self.rig.all(Run)
            assert {run.id for run in runs} == set(self.accepted.values())
            for run in runs:
                assert run.state in ("succeeded", "cancelled"), (run.state, run.error)
                assert (run.state == "cancelled") == (run.id in self.cancelled)
                self.check_steps(run)
            assert len(self.rig.resolutions()) == len(set(self.rig.resolutions()))

        def say_how_it_goes_on(self):
            """A person looks at what died too often, or may have been called: the target saw it, or it did not."""
            for run in self.rig.all(Run):
                if run.state in ("needs_review", "quarantined"):
                    called = run.state == "needs_review" and f"{run.id}:tell" in bench_nodes.effects
                    with self.rig.database.unit(self.rig.workspace_id) as unit:
                        settle(unit, unit.session.get(Run, run.id), Finding.ARRIVED if called else Finding.REPEAT,
                               lambda: None)  # fmt: skip

        def check_steps(self, run):
            rows = self.rig.steps(run.id)
            assert max(Counter((row.node_key, row.path, row.attempt) for row in rows).values(), default=0) <= 1
            notes = Counter(note.text for note in self.rig.notes() if note.run_id == run.id)
            assert all(count == 1 for count in notes.values())
            keys = [key for key in bench_nodes.effects if key.startswith(str(run.id))]
            assert len(keys) == len({key.split(":", 1)[1] for key in keys})
            assert bench_nodes.calls[f"{run.id}:tell"] <= 1  # never repeated blindly
            assert not [row for row in rows if row.finished_at is None]
            assert not [wait for wait in self.rig.open_waits() if wait.run_id == run.id]
            row, recorded = self.rig.recorded(run.id)
            assert replay(row, self.rig.compiled, recorded) == []  # and it would decide the same again
            if run.state == "succeeded":
                assert (notes["end|"], notes["ask|"]) == (1, 1)

    return EngineMachine


@pytest.mark.parametrize("examples", [pytest.param(8, id="quick"), pytest.param(50, id="long", marks=pytest.mark.slow)])
@pytest.mark.timeout(400)
@pytest.mark.usefixtures("store")
def test_the_invariants_hold_under_any_mixture(app, examples):
    run_state_machine_as_test(
        machine_for(app),
        settings=settings(
            max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
