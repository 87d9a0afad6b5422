"""Any mixture of running, crashing, lateness, answers, cancelling and re-running leaves no caller stuck.

A caller goes on exactly when what it called has ended, and hears it once; whoever ends takes what it called along.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from studio.core.errors import Conflict
from studio.runtime.models import Resolution, Run, Step, WaitRow
from studio.runtime.outcomes import ENDED, STUCK
from studio.runtime.service.settling import Finding, settle
from tests.engine.rig import Rig, step
from tests.factories.accounts import make_tenant
from tests.factories.reruns import run_again

POINTS = [
    "", "", "", "claim.after_commit", "flush.after_commit", "local.before_commit", "local.after_commit",
    "child.before_commit", "effect.after_call",
]  # fmt: skip


def family(rig):
    """Three generations: the outermost calls one twice at once, which asks and calls one that calls out."""
    inner = rig.publish(
        [step("tell", "test.outside", {"keyed": False})],
        [("t", "next", "tell")],
        name="Inner",
        trigger="trigger.called",
    )
    call = step("call", "flow.call", {"workflow": str(inner.workflow_id)})
    middle = rig.publish(
        [step("ask", "test.ask"), call, step("note", "test.local")],
        [("t", "next", "ask"), ("ask", "next", "call"), ("call", "next", "note")],
        name="Middle",
        trigger="trigger.called",
    )
    calls = [step(key, "flow.call", {"workflow": str(middle.workflow_id)}) for key in ("left", "right")]
    edges = [("t", "next", "left"), ("t", "next", "right"), ("left", "next", "end"), ("right", "next", "end")]
    edges += [("left", "error", "wrong"), ("right", "error", "wrong")]
    own = rig.publish([*calls, step("end", "test.local"), step("wrong", "test.local")], edges, name="Outer")
    rig.use(own)


def machine_for(app) -> type[RuleBasedStateMachine]:  # noqa: C901 - one class with all the rules
    """The machine on one app; each example gets a workspace of its own."""

    class Family(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.rig = Rig(app, make_tenant(app.extensions["studio_database"]).id, [], [])
            family(self.rig)
            self.outermost: list = []

        @rule()
        def deliver(self):
            if len(self.outermost) < 2:
                self.outermost.append(self.rig.accept().run_id)

        @rule(lane=st.sampled_from(["main", "main", "effect"]), point=st.sampled_from(POINTS))
        def work(self, lane, point):
            self.rig.drain(lane, crash_at=point)

        @rule()
        def a_supervisor_frees_leases(self):
            self.rig.free_leases()

        @rule()
        def time_passes(self):
            self.rig.later(11)

        @rule()
        def answer(self):
            for wait in [wait for wait in self.rig.open_waits() if wait.kind == "test"][:1]:
                self.rig.answer(wait, {})

        @rule(index=st.integers(0, 8))
        def cancel(self, index):
            found = self.rig.all(Run)
            if index < len(found):
                try:
                    self.rig.cancel(found[index].id)
                except Conflict:
                    return

        @rule(index=st.integers(0, 2), again=st.booleans())
        def decide(self, index, again):
            stuck = [run for run in self.rig.all(Run) if run.state in STUCK]
            if index < len(stuck):
                self.say(stuck[index].id, again=again)

        def say(self, run_id, *, again):
            """A person lets a stuck run go on, or starts it anew."""
            rig = self.rig
            with rig.database.unit(rig.workspace_id) as unit:
                run = unit.session.get(Run, run_id)
                if again:
                    made = run_again(unit, run, rig.engine.versions, lambda: None, withdraw=rig.engine.endings.withdraw)
                    if run_id in self.outermost:
                        self.outermost.append(made.id)
                else:
                    settle(unit, run, Finding.REPEAT, lambda: None)

        def teardown(self):
            try:
                self.finish()
            finally:
                self.rig.close()

        def finish(self):
            for _ in range(12):
                self.rig.settle()
                self.rig.later(11)
                for wait in [wait for wait in self.rig.open_waits() if wait.kind == "test"]:
                    self.rig.answer(wait, {})
                for run in self.rig.all(Run):
                    if run.state in STUCK:
                        self.say(run.id, again=False)
            self.rig.settle()
            found = {run.id: run for run in self.rig.all(Run)}
            assert {run.state for run in found.values()} <= ENDED, [(run.id, run.state) for run in found.values()]
            self.check(found)

        def check(self, found):
            waits = {wait.id: wait for wait in self.rig.all(WaitRow)}
            told = dict(self.told())
            heard = Counter(run.parent_wait_id for run in found.values() if run.parent_wait_id in told)
            assert not [wait for wait in waits.values() if wait.state == "open"]
            for run in found.values():
                if run.parent_wait_id is None:
                    assert run.id in self.outermost
                    continue
                assert run.parent_wait_id in waits
                payload = told.get(run.parent_wait_id)
                if payload is None:  # nobody waited any more: its caller had ended, and took it along
                    assert (run.state, found[run.parent_run_id].state) == ("cancelled", "cancelled")
                elif payload["run_id"] == str(run.id):
                    assert payload["state"] == run.state
                else:  # it was stuck, and another took its place
                    assert run.state == "cancelled"
                    assert heard[run.parent_wait_id] > 1
            for one in self.rig.all(Step, Step.type == "flow.call", Step.state.in_(("succeeded", "failed"))):
                assert one.state == ("succeeded" if told[one.wait_id]["state"] == "succeeded" else "failed")

        def told(self):
            with self.rig.database.unit(self.rig.workspace_id, read_only=True) as unit:
                rows = unit.session.query(Resolution.wait_id, Resolution.payload).all()
            return [
                (row.wait_id, row.payload) for row in rows if isinstance(row.payload, dict) and "run_id" in row.payload
            ]

    return Family


@pytest.mark.parametrize("examples", [pytest.param(5, id="quick"), pytest.param(25, id="long", marks=pytest.mark.slow)])
@pytest.mark.timeout(400)
@pytest.mark.usefixtures("store")
def test_no_caller_is_left_behind_under_any_mixture(app, examples):
    run_state_machine_as_test(
        machine_for(app),
        settings=settings(
            max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
