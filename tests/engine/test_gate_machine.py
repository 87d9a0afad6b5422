"""Any mixture of accepting, running, dying, waking and cancelling keeps every limit and every order, and ends."""

from collections import defaultdict
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from studio.core import faults
from studio.core.errors import Conflict
from studio.runtime.outcomes import ENDED
from tests.engine.gated import GatedRig
from tests.engine.rig import step
from tests.factories.accounts import make_tenant

NODES = [
    step("write", "test.local"), step("call", "test.outside"), step("ask", "test.wait", {"seconds": 60.0}),
    step("end", "test.local"),
]  # fmt: skip
EDGES = [
    ("t", "next", "write"), ("write", "next", "call"), ("call", "next", "ask"), ("ask", "answered", "end"),
    ("ask", "late", "end"),
]  # fmt: skip
LIMIT = 2
POINTS = ["", "", "claim.after_commit", "flush.after_commit", "local.before_commit", "effect.after_call"]


class Dead(Exception):
    """The gatekeeper dies here; on SQLite in the writer's thread, which must live on."""


def _die() -> None:
    raise Dead


def machine_for(app) -> type[RuleBasedStateMachine]:  # noqa: C901 - one class with all the rules
    """The machine on one app; each example gets a workspace of its own."""

    class GateMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.rig = GatedRig(app, make_tenant(app.extensions["studio_database"]).id, NODES, EDGES)
            self.rig.limit(one_at_a_time={"key": "trigger.key"}, at_once={"limit": LIMIT})
            self.order: dict[str, list] = defaultdict(list)
            self.begun: list = []

        @rule(key=st.sampled_from("abc"))
        def deliver(self, key):
            admission = self.rig.deliver({"key": key})
            assert admission.verdict == "started"
            self.order[key].append(admission.run_id)

        @rule(point=st.sampled_from(["", "", "gate.before_commit", "gate.after_commit"]))
        def look(self, point):
            faults.arm(point, _die)
            with suppress(Dead):
                self.rig.look()
            faults.arm("")

        @rule(lane=st.sampled_from(["main", "effect"]), point=st.sampled_from(POINTS))
        def work(self, lane, point):
            self.rig.drain(lane, crash_at=point)

        @rule()
        def a_supervisor_frees_leases(self):
            self.rig.free_leases()

        @rule(seconds=st.sampled_from([1, 30, 90]))
        def later(self, seconds):
            self.rig.later(seconds)

        @rule(data=st.data())
        def cancel(self, data):
            run_ids = [run_id for of_key in self.order.values() for run_id in of_key]
            if not run_ids:
                return
            with suppress(Conflict):  # it had ended
                self.rig.cancel(data.draw(st.sampled_from(run_ids)))

        @invariant()
        def no_limit_is_exceeded(self):
            runs = self.rig.runs()
            under_way = [run.order_key for run in runs if run.state not in ENDED and run.lane != "gate"]
            assert len(under_way) == len(set(under_way)), "two runs of one key"
            executing = [
                run for run in runs
                if run.state == "running" or (run.state == "queued" and run.lane in ("main", "effect"))
            ]  # fmt: skip
            assert len(executing) <= LIMIT
            for key, order in self.order.items():
                passed = {run.id for run in runs if run.order_key == key and run.lane != "gate"}
                left = [run_id for run_id in order if run_id not in passed]
                still = {run.id for run in runs if run.lane == "gate" and run.state == "queued"}
                first = next((run_id for run_id in left if run_id in still), None)
                later_ = order[order.index(first) + 1 :] if first is not None else []
                assert not passed & set(later_), "overtaken"

        def teardown(self):
            faults.arm("")
            for _ in range(1 + max((len(order) for order in self.order.values()), default=0)):
                self.rig.later(120)  # leases and waits run out: each turn of a key takes one
                self.rig.settle()
            states = {run.state for run in self.rig.runs()}
            assert states <= {"succeeded", "cancelled", "quarantined"}, states
            self.rig.close()

    return GateMachine


@pytest.mark.parametrize("examples", [pytest.param(8, id="quick"), pytest.param(30, id="long", marks=pytest.mark.slow)])
@pytest.mark.timeout(400)
def test_limits_hold_under_any_mixture(app, examples):
    run_state_machine_as_test(
        machine_for(app),
        settings=settings(
            max_examples=examples, stateful_step_count=20, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
