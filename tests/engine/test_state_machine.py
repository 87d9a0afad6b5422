"""Any mixture of accepting, running, crashing, lateness, answers and cancelling keeps the invariants.

I1 one run per accepted trigger · I2 nothing stuck · I3 one row per step and attempt · I5 one resolution per wait; and
what a run did inside happened once, what it did outside happened under one key.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from studio.core.errors import Conflict
from studio.runtime.models import Run
from tests.engine import bench_nodes
from tests.engine.rig import Retry, Rig, step
from tests.factories.accounts import make_tenant

NODES = [
    step("big", "condition.if", {"condition": "trigger.n > 1"}),
    step("write", "test.local"),
    step("call", "test.outside", {"fails": 1}, retry=Retry(3, 1, 5)),
    step("ask", "test.wait", {"seconds": 600.0}),
    step("end", "test.local"),
    step("tell", "test.outside"),
]
EDGES = [
    ("t", "next", "big"), ("t", "next", "ask"), ("big", "true", "call"), ("big", "false", "write"),
    ("call", "next", "end"), ("write", "next", "end"), ("ask", "answered", "end"), ("ask", "late", "end"),
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

        @rule(key=st.integers(1, 3), n=st.integers(0, 3))
        def deliver(self, key, n):
            admission = self.rig.accept({"n": n}, key=f"order-{key}")
            assert admission.verdict == ("duplicate" if key in self.accepted else "started")
            assert admission.run_id == self.accepted.setdefault(key, admission.run_id)

        @rule(lane=st.sampled_from(["main", "effect"]), point=st.sampled_from(POINTS))
        def work(self, lane, point):
            self.rig.drain(lane, crash_at=point)

        @rule(seconds=st.sampled_from([1.0, 11.0, 700.0]))
        def time_passes(self, seconds):
            self.rig.later(seconds)

        @rule(times=st.integers(1, 2))
        def answer(self, times):
            for wait in self.rig.open_waits()[:1]:
                if wait.kind == "test":
                    first = [self.rig.answer(wait, {"n": index}) for index in range(times)]
                    assert not any(first[1:])

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
            self.rig.settle()
            runs = self.rig.all(Run)
            assert {run.id for run in runs} == set(self.accepted.values())
            for run in runs:
                assert run.state in ("succeeded", "cancelled", "quarantined"), (run.state, run.error)
                assert (run.state == "cancelled") == (run.id in self.cancelled)
                self.check_steps(run)
            assert len(self.rig.resolutions()) == len(set(self.rig.resolutions()))

        def check_steps(self, run):
            rows = self.rig.steps(run.id)
            assert max(Counter((row.node_key, row.path, row.attempt) for row in rows).values(), default=0) <= 1
            notes = Counter(note.text for note in self.rig.notes() if note.run_id == run.id)
            assert all(count == 1 for count in notes.values())
            keys = [key for key in bench_nodes.effects if key.startswith(str(run.id))]
            assert len(keys) == len({key.split(":")[1] for key in keys})
            if run.state == "succeeded":
                assert notes["end|"] == 1
                assert not [row for row in rows if row.finished_at is None]

    return EngineMachine


@pytest.mark.usefixtures("store")
def test_the_invariants_hold_under_any_mixture(app):
    run_state_machine_as_test(
        machine_for(app),
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
