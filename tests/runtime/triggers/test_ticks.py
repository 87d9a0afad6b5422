"""Schedules on a real database: each time once, whoever sweeps, and what was missed while Studio was off."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from studio.core import clock
from studio.runtime.engine.chores import Schedules
from studio.runtime.models import Event, Run, TriggerSubscription, Workflow
from studio.runtime.service import workflows
from studio.runtime.triggers import schedule
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow

STEP = {"key": "set", "type": "data.set", "name": "Set", "config": {"fields": [{"name": "a", "value": "1"}]}}


class Clockwork:
    """One workspace with a workflow that runs every quarter of an hour."""

    def __init__(self, app):
        self.app, self.database = app, app.extensions["studio_database"]
        self.tenant = make_tenant(self.database)
        self.schedules = Schedules(self.database, lambda: None)

    def publish(self, **config):
        config = config or {"cron": "*/15 * * * *"}
        nodes = [{"key": "tick", "type": "trigger.schedule", "name": "Tick", "config": config}, STEP]
        edges = [{"from": "tick", "port": "next", "to": "set"}]
        document = {"schema": "studio.workflow/1", "name": "Ticks", "nodes": nodes, "edges": edges}
        return make_workflow(self.app, self.tenant, document, published=True)

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["owner"].actor)

    def due(self, workflow_id):
        with self.unit() as unit:
            found = select(TriggerSubscription.next_due_at).where(TriggerSubscription.workflow_id == workflow_id)
            return unit.session.scalar(found)

    def inputs(self, workflow_id):
        with self.unit() as unit:
            found = select(Run.input).where(Run.workflow_id == workflow_id).order_by(Run.id)
            return [datetime.fromisoformat(data["scheduled_at"]) for data in unit.session.scalars(found)]


@pytest.fixture
def clockwork(app):
    return Clockwork(app)


def test_before_its_time_nothing_starts_and_at_its_time_one_run(clockwork):
    workflow_id = clockwork.publish()
    due = clockwork.due(workflow_id)
    clockwork.schedules(due - timedelta(seconds=1))
    assert clockwork.inputs(workflow_id) == []
    for _ in range(3):
        clockwork.schedules(due + timedelta(seconds=1))
    assert clockwork.inputs(workflow_id) == [due]
    assert clockwork.due(workflow_id) == due + timedelta(minutes=15)
    with clockwork.unit() as unit:
        assert list(unit.session.scalars(select(Event.verdict))) == ["started"]


def test_several_workers_at_once_start_one_run_a_tick(clockwork):
    workflow_ids = [clockwork.publish() for _ in range(5)]
    now = max(clockwork.due(one) for one in workflow_ids) + timedelta(seconds=1)
    together = threading.Barrier(4)

    def sweep():
        mine = Schedules(clockwork.database, lambda: None)
        together.wait()
        mine(now)

    workers = [threading.Thread(target=sweep) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [len(clockwork.inputs(one)) for one in workflow_ids] == [1] * 5


def test_times_missed_while_studio_was_off_start_one_run(clockwork):
    workflow_id = clockwork.publish()
    missed = clockwork.due(workflow_id)
    back = missed + timedelta(hours=9, minutes=4)
    clockwork.schedules(back)
    assert clockwork.inputs(workflow_id) == [missed]
    assert back < clockwork.due(workflow_id) <= back + timedelta(minutes=15)


def test_what_is_off_starts_nothing_and_on_again_it_counts_from_now(clockwork):
    workflow_id = clockwork.publish(mode="interval", every_s=3_600)
    before = clockwork.due(workflow_id)
    with clockwork.unit() as unit:
        workflows.set_enabled(unit, unit.session.get(Workflow, workflow_id), enabled=False)
    clock.shift(timedelta(hours=5))
    clockwork.schedules(clock.local_now())
    assert clockwork.inputs(workflow_id) == []
    with clockwork.unit() as unit:
        workflows.set_enabled(unit, unit.session.get(Workflow, workflow_id), enabled=True)
    assert clockwork.due(workflow_id) > before + timedelta(hours=4)
    clockwork.schedules(clock.local_now())
    assert clockwork.inputs(workflow_id) == []


def test_one_broken_schedule_keeps_no_other_from_its_time(clockwork, monkeypatch):
    broken, fine = clockwork.publish(), clockwork.publish()
    now = clockwork.due(fine) + timedelta(seconds=1)
    with clockwork.unit() as unit:
        changed = update(TriggerSubscription).where(TriggerSubscription.workflow_id == broken)
        unit.session.execute(changed.values(config={"cron": "never"}, next_due_at=datetime(2020, 1, 1, tzinfo=UTC)))
    clockwork.schedules(now)
    assert len(clockwork.inputs(fine)) == 1
    assert clockwork.due(broken) is None, "it says so in the log and stops"

    def fail(*_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("studio.runtime.engine.chores.start_or_turn_away", fail)
    again = clockwork.due(fine)
    clockwork.schedules(again)
    assert clockwork.due(fine) == again, "nothing is lost: the next turn tries again"
    assert schedule.next_due({"cron": "*/15 * * * *"}, again) > again
