"""A workflow raises an alert itself: one a key, told by the rules; a step, or a person, says that it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from studio.audit import listing as audit
from studio.audit.listing import Filter
from studio.contract.graph import Node
from studio.contract.node import registry
from studio.core import clock
from studio.oversight.nodes import alert_raise, alert_resolve  # noqa: F401 - the app that loads them may come later
from studio.runtime.compile import field_plan
from tests.engine.rig import Rig
from tests.engine.rig import step as step_of
from tests.fakes.node_world import World

STOCK = {
    "alert_key": "stock-{{ trigger.sku }}", "title": "{{ trigger.sku }} is  sold out", "severity": "urgent",
    "todo": "Order {{ trigger.missing }} more.\n\nThen say so.",
}  # fmt: skip


@pytest.fixture
def step(night):
    """Run one in a transaction of the workspace; returns what it gave."""

    def act(key, config, **data):
        world = World({"sku": "MUG-1", "missing": 40} | data)
        made = registry[key]
        plan = field_plan(Node("a", key, 1, "A", config))
        with night.unit() as uow:
            ctx = world.context(tx=uow)
            ctx.run = replace(ctx.run, workflow_id=night.workflow_id)
            return made().start(ctx, plan.resolve(world.scope()))

    return act


def test_one_alert_goes_on_for_each_key_and_a_step_ends_it(night, step):
    first, again = (step("alert.raise", STOCK, missing=missing).output for missing in (40, 60))
    assert (first["opened"], again["opened"], again["count"]) == (True, False, 2)
    assert first["alert_id"] == again["alert_id"]
    assert step("alert.raise", STOCK, sku="MUG-2").output["opened"]
    night.later(minutes=1)
    builder = night.tenant["builder"].email
    assert sorted(night.sent()) == [(builder, "MUG-1 is sold out"), (builder, "MUG-2 is sold out")]
    text = next(one.text for one in night.mailer.sent.values() if one.subject.startswith("MUG-1"))
    assert "Order 60 more." in text
    assert "The workflow High-value refunds says so." in text
    night.later(hours=9)
    assert {row.state for row in night.alerts()} == {"open"}
    over = {"alert_key": "stock-{{ trigger.sku }}"}
    assert step("alert.resolve", over).output == {"key": "stock-MUG-1", "resolved": True}
    assert step("alert.resolve", over).output["resolved"] is False
    night.later(minutes=1)
    assert night.sent()[2:] == [(builder, "Over: MUG-1 is sold out")]
    with night.unit() as uow:
        [event] = audit.page(uow, Filter(action="alert")).events
    assert (event["action"], event["metadata"]["channel"]) == ("alert.resolved", "workflow")
    assert step("alert.raise", STOCK).output["opened"], "it begins anew"


def test_runs_raise_it_and_a_later_step_of_another_run_ends_it(night):
    raising = [step_of("raise", "alert.raise", {"alert_key": "stock", "title": "{{ trigger.sku }} is sold out"})]
    rig = Rig(night.app, night.tenant.id, raising, [("t", "next", "raise")])
    try:
        runs = [rig.accept({"sku": f"MUG-{number}"}).run_id for number in (1, 2)]
        rig.settle()
        outputs = [step.output for run in runs for step in rig.steps(run) if step.node_key == "raise"]
        assert sorted(one["count"] for one in outputs) == [1, 2]
        assert [(row.state, row.count) for row in night.alerts()] == [("open", 2)]
        rig.use(
            rig.publish([step_of("over", "alert.resolve", {"alert_key": "stock"})], [("t", "next", "over")], name="B")
        )
        rig.accept()
        rig.settle()
        assert [row.state for row in night.alerts()] == ["resolved"]
    finally:
        rig.close()


@pytest.mark.parametrize(("severity", "told"), [("urgent", 1), ("normal", 0)])
def test_its_severity_says_whether_quiet_hours_hold_it_back(night, step, severity, told):
    start, end = (f"{clock.local_now() + timedelta(hours=hours):%H:%M}" for hours in (-1, 1))
    quiet = {"zone": "UTC", "from": start, "until": end}
    night.rule({"kinds": ["workflow.raised"], "whom": ["owner"], "quiet": quiet})
    step("alert.raise", STOCK | {"severity": severity})
    night.later(seconds=1)
    assert len(night.sent()) == told


def test_a_key_that_names_nothing_is_refused_and_nothing_opens(night, step):
    for key in ("alert.raise", "alert.resolve"):
        config = (STOCK if key == "alert.raise" else {}) | {"alert_key": "{{ trigger.sku }}"}
        failed = step(key, config, sku="   ")
        assert (failed.code, failed.field) == ("alert.bad_key", "config.alert_key")
    assert night.alerts() == []
