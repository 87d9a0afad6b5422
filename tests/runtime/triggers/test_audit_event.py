"""Workflows that follow the audit trail: which entries start them, once each, and that circles end."""

from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from studio import audit
from studio.audit.taxonomy.audit import VERIFIED
from studio.audit.taxonomy.exports import HELD
from studio.core import clock, faults
from studio.core.errors import InvalidInput
from studio.runtime.engine.audit_events import AuditFollowers
from studio.runtime.models import TriggerSubscription, Workflow
from studio.runtime.service import audit_events, workflows
from studio.runtime.triggers.audit_event import SAMPLE, AuditTrailEvent
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow
from tests.runtime.triggers.test_app_events import BY_HAND, FAIL, NOTE, Shop, flow

SAYS = {"key": "note", "type": "action.note", "name": "Note", "config": {"text": "{{ trigger.says }}"}}


def follows(*actions, **config):
    return {"type": "audit.event", "config": {"actions": list(actions), **config}}


def records(name, key="record"):
    config = {"name": name, "about": "Order 1", "facts": {"order": "1"}}
    return {"key": key, "type": "audit.record", "name": "Record", "config": config}


class Trail(Shop):
    """One workspace whose workflows follow its trail."""

    def publish(self, document):
        return make_workflow(self.app, self.tenant, document, published=True, by="admin")

    @property
    def followers(self):
        return AuditFollowers(self.database, self.engine.wake_main)

    def settle(self):
        super().settle()
        while self.followers.drain():
            super().settle()

    def happen(self, action=VERIFIED, count=1):
        with self.unit() as unit:
            for number in range(count):
                target = audit.Target("audit", unit.workspace, f"Audit {number}")
                facts = {"checked": number} if action is VERIFIED else {"destination": "a", "code": "b"}
                audit.record(unit, action, targets=[target], metadata=facts)

    def inputs(self, workflow_id):
        return [run.input for run in self.runs(workflow_id)]

    def place(self, workflow_id):
        with self.unit() as unit:
            mine = TriggerSubscription.workflow_id == workflow_id
            return unit.session.scalar(select(TriggerSubscription.audit_seq).where(mine))


@pytest.fixture
def trail(app):
    return Trail(app)


def test_each_entry_that_fits_starts_one_run_in_order(trail):
    trail.happen()
    verified = trail.publish(flow("Verified", follows("audit.verified"), SAYS))
    kind = trail.publish(flow("Exports", follows("export.*"), NOTE))
    strict = trail.publish(flow("Strict", follows("*", filter="trigger.metadata.checked > 1"), NOTE))
    trail.happen(count=3)
    trail.happen(HELD)
    assert trail.followers.is_due()
    trail.settle()
    assert not trail.followers.is_due()
    assert [one["metadata"]["checked"] for one in trail.inputs(verified)] == [0, 1, 2]
    assert [run.state for run in trail.runs(verified)] == ["succeeded"] * 3
    first = trail.inputs(verified)[0]
    assert set(first) == set(SAMPLE)
    assert first["says"] == f"{trail.tenant['owner'].name} verified 0 audit events"
    assert [one["action"] for one in trail.inputs(kind)] == ["export.held"]
    assert [one["metadata"]["checked"] for one in trail.inputs(strict)] == [2]
    verdicts = [verdict for verdict, _ in trail.events(strict)]
    assert (verdicts.count("started"), set(verdicts)) == (1, {"started", "filtered"})


def test_what_happened_while_it_was_off_stays_out(trail):
    listener = trail.publish(flow("Verified", follows("audit.verified"), NOTE))
    with trail.unit() as unit:
        workflows.set_enabled(unit, unit.session.get(Workflow, listener), enabled=False)
    trail.happen(count=2)
    trail.settle()
    with trail.unit() as unit:
        workflows.set_enabled(unit, unit.session.get(Workflow, listener), enabled=True)
    trail.happen()
    trail.settle()
    assert len(trail.runs(listener)) == 1


@pytest.mark.parametrize("label", ["audit_event.before_commit", "audit_event.after_commit"])
def test_a_crash_neither_loses_nor_repeats_an_entry(trail, monkeypatch, label):
    listener = trail.publish(flow("Verified", follows("audit.verified"), NOTE))
    monkeypatch.setattr(audit_events, "WINDOW", 2)
    trail.happen(count=5)

    class Died(BaseException):
        pass

    def die():
        raise Died

    faults.arm(label, die)
    try:
        for _ in range(2):
            with pytest.raises(Died):
                trail.followers.drain()
    finally:
        faults.arm("")
    trail.settle()
    assert [one["metadata"]["checked"] for one in trail.inputs(listener)] == list(range(5))
    assert {verdict for verdict, _ in trail.events(listener)} == {"started"}


def test_an_entry_that_comes_twice_starts_one_run(trail):
    """Were its place ever set back, its id still tells it."""
    listener = trail.publish(flow("Verified", follows("audit.verified"), NOTE))
    before = trail.place(listener)
    trail.happen(count=2)
    trail.settle()
    with trail.unit() as unit:
        unit.session.scalars(select(TriggerSubscription)).one().audit_seq = before
    trail.settle()
    assert len(trail.runs(listener)) == 2
    assert [verdict for verdict, _ in trail.events(listener)] == ["started", "started", "duplicate", "duplicate"]


def test_a_workflow_never_hears_of_its_own_runs_nor_of_those_that_they_call(trail):
    called = trail.publish(flow("Called", {"type": "trigger.called", "config": {}}, records("custom.deep")))
    call = {"key": "call", "type": "flow.call", "name": "Call", "config": {"workflow": str(called)}}
    own = trail.publish(flow("Own", follows("custom.*", "audit.verified"), records("custom.own"), call))
    other = trail.publish(flow("Other", follows("custom.*"), NOTE))
    trail.happen()
    trail.settle()
    assert len(trail.runs(own)) == 1
    assert [one["action"] for one in trail.inputs(other)] == ["custom.own", "custom.deep"]


def test_workflows_that_start_one_another_stop(trail):
    starts = trail.publish(flow("Starts", BY_HAND, records("custom.ping")))
    one = trail.publish(flow("One", follows("custom.ping"), records("custom.pong")))
    two = trail.publish(flow("Two", follows("custom.pong"), records("custom.ping")))
    trail.start(starts)
    trail.settle()
    verdicts = [verdict for listener in (one, two) for verdict, _ in trail.events(listener)]
    assert (verdicts.count("started"), verdicts.count("limited")) == (3, 1)
    reasons = [reason for listener in (one, two) for verdict, reason in trail.events(listener) if verdict == "limited"]
    assert "started one another" in reasons[0]


def test_what_people_and_the_clock_do_to_its_requests_is_of_the_run_that_asked(trail):
    listener = trail.publish(flow("Asks", follows("approval.*", "audit.verified"), trail.approval()))
    trail.happen()
    trail.settle()
    clock.shift(timedelta(minutes=2))
    trail.settle()
    [run] = trail.runs(listener)
    assert run.state == "succeeded"


def test_a_failure_of_such_a_run_is_told_to_nobody_that_listens_for_failures(trail):
    trail.publish(flow("Breaks", follows("audit.verified"), FAIL))
    told = trail.publish(flow("Told", {"type": "trigger.app_event", "config": {"event": "run.failed"}}, NOTE))
    trail.happen()
    trail.settle()
    assert trail.runs(told) == []


def test_whoever_may_not_read_the_trail_cannot_publish_what_follows_it(app, database):
    tenant = make_tenant(database)
    document = flow("Spy", follows("*"), NOTE)
    with pytest.raises(InvalidInput) as refused:
        make_workflow(app, tenant, document, published=True, by="builder")
    assert "audit.not_allowed" in str([one.code for one in refused.value.problems] or refused.value.code)


@pytest.mark.parametrize("pattern", ["secret.painted", "colour.*", "custom.Bad", "approval", "*.created", ""])
def test_what_no_entry_can_be_called_is_refused(pattern):
    with pytest.raises(ValidationError):
        AuditTrailEvent.Config(actions=[pattern])


@pytest.mark.parametrize("pattern", ["*", "secret.updated", "approval.*", "custom.*", "custom.own_name2"])
def test_what_entries_are_called_is_taken(pattern):
    assert AuditTrailEvent.Config(actions=[pattern]).actions == [pattern]
