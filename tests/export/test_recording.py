"""Events that workflows write themselves: names, bounds, what is masked, what can be erased."""

import json

import pytest
from sqlalchemy import select

from studio.audit import custom, following
from studio.audit.models import AuditEvent
from studio.audit.verifying import verify
from studio.contract.results import Done, Fail
from studio.core.errors import InvalidInput
from studio.export.processors.ocsf import Ocsf, OcsfSettings
from studio.export.records import of_event
from tests.export.test_ocsf import problems
from tests.fakes.node_world import World

DATA = {"order": {"id": "6021", "total": 420.0}, "customer": {"name": "Anna Keller"}, "lines": [{"sku": "MUG"}]}


@pytest.fixture
def say(house):
    """Run the step in a transaction of the workspace; returns what it gave."""

    def act(name="custom.stock_written_off", about="Order {{ trigger.order.id }}", **config):
        with house.unit() as uow:
            outcome = World(DATA).start("audit.record", {"name": name, "about": about, **config}, tx=uow)
            if isinstance(outcome, Fail):
                uow.collected.clear()  # as the executor does
        return outcome

    return act


def last(house):
    with house.unit() as uow:
        head = following.head(uow)
        return following.events_after(uow, head - 1, 1)[0]


def body(house):
    with house.unit() as uow:
        return uow.session.scalars(select(AuditEvent.body).order_by(AuditEvent.seq.desc())).first()


def test_an_event_of_ones_own_stands_in_the_chain_with_its_facts(house, say):
    facts = {
        "order": "{{ trigger.order.id }}", "total": "{{ trigger.order.total }}", "api_key": "sk-live-1",
        "card": "4111", "customer": "{{ trigger.customer.name }}", "long": "x" * 900, "tags": ["a", "b"],
    }  # fmt: skip
    done = say(facts=facts, hidden=["card"], of_people=["customer"], severity="warning")
    assert isinstance(done, Done)
    event = last(house)
    assert (event["action"], event["severity"]) == ("custom.stock_written_off", "warning")
    assert event["targets"][0]["name"] == "Order 6021"
    known = event["metadata"]
    assert (known["order"], known["total"], known["tags"]) == ("6021", 420.0, "a, b")
    assert (known["api_key"], known["card"]) == ("[redacted]", "[redacted]")
    assert known["customer"] == "Anna Keller"
    assert len(known["long"]) == 500
    stored = body(house)
    assert not {word for word in ("Anna", "sk-live-1", "4111", "Order 6021") if word in stored}
    with house.unit() as uow:
        assert verify(uow).bad is None
    sent = Ocsf(OcsfSettings()).process(of_event(event))
    assert sent.body["class_uid"] == 6003
    assert problems(dict(sent.body)) == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"Order": "1"}, "config.facts.Order"),
        ({"order": {"id": 1}}, "config.facts.order"),
        ({"lines": "{{ trigger.lines }}"}, "config.facts.lines"),
    ],
)
def test_what_is_no_fact_fails_the_step_and_writes_nothing(house, say, facts, field):
    before = json.loads(body(house) or "{}").get("seq")
    failed = say(facts=facts)
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == ("audit.facts", field)
    assert json.loads(body(house) or "{}").get("seq") == before


@pytest.mark.parametrize("name", ["secret.revealed", "custom.", "custom.A", "custom.a.b", "custom.a\n", "x"])
def test_a_name_outside_of_custom_is_refused_when_it_is_written(name):
    with pytest.raises(InvalidInput):
        custom.named(name)


def test_no_more_than_fifty_facts():
    with pytest.raises(InvalidInput):
        custom.checked({f"fact_{number}": number for number in range(51)})
    assert len(custom.checked({f"fact_{number}": number for number in range(50)})) == 50
