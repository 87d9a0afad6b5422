"""A run that waits until a destination has its event: what it hears, once, and that a full queue refuses."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.core import clock, outbox
from studio.core.models import LocalMail
from studio.export.models import ExportWaiter
from studio.export.outcomes import State
from studio.export.service import configs
from studio.runtime.models import Run, Step
from tests.factories.exports import SIGNING, ExportHouse, webhook_yaml
from tests.runtime.triggers.test_app_events import BY_HAND, NOTE, Shop, flow

HOUR = timedelta(hours=1, seconds=1)


class Waiting(Shop):
    """A workflow that sends an event to a server of the test and goes on by what became of it."""

    def __init__(self, app, target, folder):
        super().__init__(app)
        self.target = target
        self.house = ExportHouse(app, self.tenant, folder, ("127.0.0.1",))
        self.house.secret("signing", SIGNING)

    def configure(self, **extra):
        self.house.configure(webhook_yaml(self.target, **extra))
        self.house.delivery().drain()

    def send(self, name="custom.refunded", **config):
        facts = {"order": "1"}
        told = {"name": name, "about": "Order 1", "facts": facts, "destination": "webhook/siem", **config}
        step = {"key": "send", "type": "audit.export", "name": "Send", "config": told}
        document = flow("Send", BY_HAND, step)
        document["nodes"] += [{**NOTE, "key": port, "config": {"text": port}} for port in step_ports()]
        document["edges"] += [{"from": "send", "port": port, "to": port} for port in step_ports()]
        self.workflow = self.publish(document)
        self.start(self.workflow)

    def deliver(self):
        self.house.due_now("webhook/siem")
        self.house.delivery().drain()
        self.settle()

    def run(self):
        [run] = self.runs(self.workflow)
        return run

    def path(self):
        with self.unit() as unit:
            steps = unit.session.scalars(select(Step).where(Step.run_id == self.run().id).order_by(Step.id))
            return [step.node_key for step in steps]

    def heard(self):
        with self.unit() as unit:
            return unit.session.scalars(select(Step.output).where(Step.node_key == "send")).one()

    def waiters(self):
        with self.unit() as unit:
            return len(unit.session.scalars(select(ExportWaiter)).all())

    def mails(self):
        outbox.drain(self.database)
        with self.unit() as unit:
            return list(unit.session.scalars(select(LocalMail).order_by(LocalMail.id)))


def step_ports():
    return ("delivered", "rejected", "timed_out")


@pytest.fixture
def waiting(app, http_target, tmp_path):
    return Waiting(app, http_target, tmp_path / "exports")


def test_it_goes_on_once_the_destination_has_the_event(waiting, http_target):
    waiting.configure()
    waiting.send()
    assert (waiting.run().state, waiting.run().waiting_for, waiting.waiters()) == ("waiting", "export", 1)
    http_target.answer(503)
    waiting.deliver()
    assert waiting.run().state == "waiting"
    http_target.answer(200)
    waiting.deliver()
    assert (waiting.run().state, waiting.path()[-1], waiting.waiters()) == ("succeeded", "delivered", 0)
    sent = [event for event in http_target.requests[-1].json() if event["action"] == "custom.refunded"]
    heard = waiting.heard()
    assert [(event["id"], event["seq"]) for event in sent] == [(heard["event_id"], heard["seq"])]
    assert sent[0]["context"]["run_id"] == str(waiting.run().id)


def test_what_the_destination_does_not_take_is_told_with_the_reason(waiting, http_target):
    waiting.configure()
    waiting.send()
    http_target.always(422)
    waiting.deliver()
    assert waiting.path()[-1] == "rejected"
    assert waiting.heard()["code"] == "http.422"


def test_what_a_processor_leaves_out_is_not_called_delivered(waiting):
    text = webhook_yaml(waiting.target).replace("receivers: [audit]", "receivers: [audit]\n      processors: [filter]")
    waiting.house.configure(f"processors:\n  filter: {{keep: 'event.severity == \"critical\"'}}\n{text}")
    waiting.send()
    waiting.deliver()
    assert (waiting.path()[-1], waiting.heard()["code"]) == ("rejected", "export.filtered")


def test_where_no_pipeline_leads_any_more_nobody_waits(waiting):
    waiting.configure()
    waiting.send()
    with waiting.unit() as unit:
        configs.remove(unit)
    waiting.settle()
    assert (waiting.path()[-1], waiting.heard()["code"], waiting.waiters()) == ("rejected", "export.removed", 0)


def test_time_runs_out_and_the_event_stays_on_its_way(waiting, http_target):
    waiting.configure()
    waiting.house.change("webhook/siem", state=State.PAUSED)
    waiting.send()
    clock.shift(HOUR)
    waiting.settle()
    assert (waiting.run().state, waiting.path()[-1], waiting.waiters()) == ("succeeded", "timed_out", 0)
    waiting.house.change("webhook/siem", state=State.ACTIVE)
    waiting.deliver()
    sent = [event["id"] for event in http_target.requests[-1].json()]
    assert waiting.heard()["event_id"] in sent
    assert waiting.run().state == "succeeded"


def test_a_full_queue_refuses_and_drops_nothing_and_admins_are_told(waiting, http_target):
    waiting.configure(extra="    sending_queue: {queue_size: 3}")
    http_target.always(503)
    waiting.house.record(3)
    waiting.deliver()
    waiting.send()
    run = waiting.run()
    assert (run.state, run.error["code"], waiting.waiters()) == ("failed", "export.queue_full", 0)
    told = [mail for mail in waiting.mails() if "than its queue takes" in mail.subject]
    admins = {waiting.tenant[role].email for role in ("owner", "admin")}
    assert {who for mail in told for who in mail.recipients} == admins
    waiting.deliver()
    assert len([mail for mail in waiting.mails() if "than its queue takes" in mail.subject]) == len(told)
    http_target.always(200)
    waiting.deliver()
    names = [event["action"] for request in http_target.requests[-1:] for event in request.json()]
    assert names.count("audit.verified") == 3
    assert "custom.refunded" not in names


def test_admins_are_told_when_a_destination_is_held_and_not_when_it_is_mended_by_then(waiting, http_target):
    waiting.configure()
    waiting.house.record(1)
    http_target.answer(401)
    waiting.deliver()
    assert waiting.house.destination("webhook/siem").state == State.HELD
    [one, other] = [mail for mail in waiting.mails() if "no longer reach" in mail.subject]
    assert "/settings/export/" in one.text
    assert "HTTP 401" in other.text
    assert waiting.tenant["builder"].email not in [*one.recipients, *other.recipients]


def test_a_destination_that_is_not_there_fails_the_step(waiting):
    waiting.send()
    assert waiting.run().error["code"] == "export.no_destination"
    with waiting.unit() as unit:
        assert unit.session.scalars(select(Run.state)).all() == ["failed"]
