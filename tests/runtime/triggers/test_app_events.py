"""Workflows that something in Studio starts: which hear it, which do not and why, and that circles end."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from studio.core import clock, outbox
from studio.runtime.models import Event, Run, Workflow
from studio.runtime.service import starts, workflows
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow

NOTE = {"key": "note", "type": "action.note", "name": "Note", "config": {"text": "{{ trigger.event }}"}}
FAIL = {"key": "broken", "type": "flow.fail", "name": "Fail", "config": {"message": "Out of order."}}


def flow(name, trigger, *steps):
    """A workflow of one row of steps."""
    nodes = [{"key": "start", "name": "Start", **trigger}, *steps]
    edges = [{"from": one["key"], "port": "next", "to": other["key"]} for one, other in pairwise(nodes)]
    return {"schema": "studio.workflow/1", "name": name, "nodes": nodes, "edges": edges}


def hears(event, **config):
    return {"type": "trigger.app_event", "config": {"event": event, **config}}


BY_HAND = {"type": "trigger.manual", "config": {}}


class Shop:
    """One workspace whose workflows really run."""

    def __init__(self, app):
        self.app, self.database = app, app.extensions["studio_database"]
        self.tenant, self.engine = make_tenant(self.database), app.extensions["studio_engine"]

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["owner"].actor)

    def publish(self, document):
        return make_workflow(self.app, self.tenant, document, published=True)

    def start(self, workflow_id):
        with self.unit() as unit:
            starts.start_manual(unit, workflows.get(unit, workflow_id), None, {}, self.engine.wake_main)
        self.settle()

    def settle(self):
        while (
            self.engine.writer.run(lambda session: self.engine.ledger.fire_due(session, 100))
            + self.engine.executor.drain("main")
            + outbox.drain(self.database)
        ):
            pass

    def events(self, workflow_id):
        with self.unit() as unit:
            found = select(Event.verdict, Event.reason).where(Event.workflow_id == workflow_id).order_by(Event.id)
            return [tuple(row) for row in unit.session.execute(found)]

    def runs(self, workflow_id):
        with self.unit() as unit:
            return list(unit.session.scalars(select(Run).where(Run.workflow_id == workflow_id).order_by(Run.id)))

    def approval(self):
        config = {
            "title": "Go on?",
            "approvers": [f"user:{self.tenant['approver'].email}"],
            "due_in": {"amount": 1, "unit": "minutes"},
        }
        return {"key": "ask", "type": "approval.request", "name": "Ask", "config": config}


@pytest.fixture
def shop(app):
    return Shop(app)


def test_a_failed_run_starts_who_listens_and_says_what_failed(shop):
    broken = shop.publish(flow("Broken", BY_HAND, FAIL))
    listener = shop.publish(flow("Tell", hears("run.failed"), NOTE))
    deaf = shop.publish(flow("Decided", hears("approval.decided"), NOTE))
    shop.start(broken)
    [failed], [run] = shop.runs(broken), shop.runs(listener)
    assert (run.state, shop.runs(deaf), shop.events(deaf)) == ("succeeded", [], [])
    assert run.input["workflow"] == {"id": str(broken), "name": "Broken"}
    assert run.input["run"]["id"] == str(failed.id)
    assert (run.input["error"]["message"], run.input["error"]["node"]) == ("Out of order.", "broken")


def test_an_event_that_does_not_pass_the_filter_is_kept_with_the_reason(shop):
    broken = shop.publish(flow("Broken", BY_HAND, FAIL))
    other = shop.publish(flow("Other", hears("run.failed", filter='trigger.workflow.name == "Orders"'), NOTE))
    wrong = shop.publish(flow("Wrong", hears("run.failed", filter="trigger.error.details.x == 1"), NOTE))
    shop.start(broken)
    assert shop.events(other) == [("filtered", "Its “Only if” was not true.")]
    [(verdict, reason)] = shop.events(wrong)
    assert verdict == "filtered"
    assert "“details”" in reason
    assert shop.runs(other) + shop.runs(wrong) == []


def test_a_workflow_that_fails_on_hearing_of_a_failure_starts_nothing_more(shop):
    broken = shop.publish(flow("Broken", BY_HAND, FAIL))
    listeners = [shop.publish(flow(name, hears("run.failed"), FAIL)) for name in ("One", "Two")]
    shop.start(broken)
    assert [run.state for one in listeners for run in shop.runs(one)] == ["failed", "failed"]


def test_a_workflow_that_is_off_hears_nothing(shop):
    broken = shop.publish(flow("Broken", BY_HAND, FAIL))
    listener = shop.publish(flow("Tell", hears("run.failed"), NOTE))
    with shop.unit() as unit:
        workflows.set_enabled(unit, unit.session.get(Workflow, listener), enabled=False)
    shop.start(broken)
    assert shop.runs(listener) == []


def test_workflows_that_start_one_another_by_their_approvals_stop(shop):
    asks = shop.publish(flow("Asks", BY_HAND, shop.approval()))
    circle = [shop.publish(flow(name, hears("approval.decided"), shop.approval())) for name in ("One", "Two")]
    shop.start(asks)
    for _ in range(8):
        clock.shift(timedelta(minutes=2))
        shop.settle()
    assert [run.state for run in shop.runs(asks)] == ["succeeded"]
    for one in circle:
        verdicts = [verdict for verdict, _ in shop.events(one)]
        assert verdicts == ["started", "started", "started", "limited"]
        assert "started one another" in shop.events(one)[-1][1]


def test_events_of_one_key_start_one_run_within_the_window(shop):
    broken = shop.publish(flow("Broken", BY_HAND, FAIL))
    key = {"dedup_key": "trigger.workflow.name", "dedup_hours": 1}
    listener = shop.publish(flow("Tell", hears("run.failed", **key), NOTE))
    for _ in range(3):
        shop.start(broken)
    [first] = shop.runs(listener)
    assert shop.events(listener) == [("started", None), ("duplicate", None), ("duplicate", None)]
    with shop.unit() as unit:
        repeats = select(Event.run_id).where(Event.workflow_id == listener, Event.verdict == "duplicate")
        assert set(unit.session.scalars(repeats)) == {first.id}
    clock.shift(timedelta(hours=2))
    shop.start(broken)
    assert len(shop.runs(listener)) == 2


def test_an_event_without_the_key_is_refused_in_words(shop):
    broken = shop.publish(flow("Broken", BY_HAND, FAIL))
    listener = shop.publish(flow("Tell", hears("run.failed", dedup_key="trigger.error.nothing"), NOTE))
    shop.start(broken)
    [(verdict, reason)] = shop.events(listener)
    assert verdict == "refused"
    assert "could not be read" in reason


def test_a_listener_takes_one_event_at_a_time(shop):
    broken = shop.publish(flow("Broken", BY_HAND, FAIL))
    limits = {"settings": {"one_at_a_time": {"conflict": "skip"}}}
    listener = shop.publish(flow("Ask", hears("run.failed"), shop.approval()) | limits)
    shop.start(broken)
    shop.start(broken)
    [run] = shop.runs(listener)
    assert [verdict for verdict, _ in shop.events(listener)] == ["started", "limited"]
    assert run.state == "waiting"
