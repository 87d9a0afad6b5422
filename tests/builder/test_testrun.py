"""The draft on a sample: simulated, bounded, real only where it was switched on."""

from uuid import UUID

import pytest
from sqlalchemy import select

import studio.approvals.nodes.request  # noqa: F401 - registers the approval
from studio.accounts.outcomes import Role
from studio.builder import testrun
from studio.builder.testrun import Ask, Place
from studio.contract.node import Effect, Kind, registry
from studio.contract.ports import HttpResponse, Ports
from studio.core.errors import InvalidInput
from studio.runtime import document as documents
from studio.runtime.models import Event, Run, RunNote, Step, WorkflowVersion
from tests.contract.test_node_types import DATA, example_of
from tests.factories.workflows import ORDER, make_workflow, refunds
from tests.fakes.node_world import KnownCalls

EFFECTS = [
    one
    for one in sorted(registry.values(), key=lambda one: one.key)
    if one.effect is not Effect.PURE and one.__module__.startswith("studio.")
]
FACTS = {"name": "North", "currency": "EUR", "time_zone": "Europe/Berlin", "locale": "en"}


class Forbidden:
    """A port that nothing may reach."""

    def __getattr__(self, name):
        pytest.fail(f"a simulated step reached {name}")


class OneAnswer:
    def __init__(self):
        self.requests = []

    def send(self, request):
        self.requests.append(request)
        return HttpResponse(200, {"content-type": "application/json"}, b'{"ok": true}', 0.01)


def ports(**given) -> Ports:
    nothing = dict.fromkeys(("waits", "approvals", "mailer", "store", "secrets", "http", "calls", "turns"), Forbidden())
    return Ports(**(nothing | given))


@pytest.fixture
def run(database, tenant):
    def started(document, *, sample=ORDER, trigger="order", live=(), given=None, **more):
        place = Place(UUID(int=7), tenant.id, FACTS, tenant[Role.BUILDER].actor)
        ask = Ask(documents.parse(document), trigger, sample, frozenset(live), **more)
        return testrun.run(ask, place, database, given or ports())

    return started


def states(result):
    return {step["node"]: step["state"] for step in result.steps}


one_store = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@one_store
def test_effects_are_simulated_and_nothing_is_written(run, database, tenant):
    result = run(refunds())
    assert (result.state, result.error) == ("succeeded", None)
    assert states(result) == {"order": "succeeded", "large": "succeeded", "call": "succeeded"}
    call = result.steps[-1]
    assert call["note"] == "Simulated"
    assert call["input"]["body"] == {"id": "6021"}
    assert call["output"]["status"] == 200
    assert result.steps[1]["port"] == "true"
    with database.unit(tenant.id) as unit:
        for model in (Run, Step, Event):
            assert unit.session.scalars(select(model)).all() == []


@one_store
@pytest.mark.parametrize("node_type", EFFECTS, ids=[one.key for one in EFFECTS])
def test_every_node_type_with_an_effect_is_simulated(run, node_type):
    port = node_type.ports_of(example_of(node_type))[0]
    document = refunds(
        nodes=[
            {"key": "ask", "type": "trigger.webhook", "name": "Asked", "config": {"sample": DATA}},
            {
                "key": "it",
                "type": node_type.key,
                "version": node_type.version,
                "name": "It",
                "config": example_of(node_type),
            },
            {"key": "after", "type": "flow.stop", "name": "After"},
        ],
        edges=[{"from": "ask", "port": "next", "to": "it"}, {"from": "it", "port": port, "to": "after"}],
    )
    result = run(document, sample=DATA, trigger="ask", given=ports(calls=KnownCalls()))
    assert result.error is None
    assert states(result)["it"] == "succeeded"
    assert "after" in states(result)


@one_store
def test_a_called_workflow_is_shown_by_its_last_sample_and_its_form_is_asked(run, app, tenant, database):
    child = refunds(
        name="Child",
        nodes=[
            {"key": "t", "type": "trigger.called", "name": "Called", "config": {"fields": [{"name": "order"}]}},
            {"key": "stop", "type": "flow.stop", "name": "Stop"},
        ],
        edges=[{"from": "t", "port": "next", "to": "stop"}],
    )
    child_id = str(make_workflow(app, tenant, child, published=True))
    call = {"key": "it", "type": "flow.call", "name": "It", "config": {"workflow": child_id}}

    def tried(**inputs):
        call["config"]["inputs"] = inputs
        start = {"key": "start", "type": "trigger.webhook", "name": "Start"}
        document = refunds(nodes=[start, call], edges=[{"from": "start", "port": "next", "to": "it"}])
        return run(document, trigger="start", given=app.extensions["studio_engine"].ports).steps[-1]

    right, wrong = tried(order="{{ trigger.order.id }}"), tried(orders="1")
    assert (right["state"], right["output"]) == ("succeeded", {"reason": "Nothing to do"})
    assert "“Child” was not started" in right["note"]
    assert (wrong["error"]["code"], wrong["error"]["field"]) == ("call.inputs", "config.inputs.order")
    with database.unit(tenant.id) as unit:
        assert unit.session.scalars(select(Run)).all() == []


@one_store
def test_every_trigger_can_be_tested(run):
    for node_type in registry.values():
        if node_type.kind is Kind.TRIGGER and node_type.__module__.startswith("studio."):
            node = {"key": "start", "type": node_type.key, "name": "Start", "config": example_of(node_type)}
            assert run(refunds(nodes=[node], edges=[]), sample=node_type.sample, trigger="start").state == "succeeded"


@one_store
def test_a_step_that_is_switched_on_is_performed_once_for_real(run):
    http = OneAnswer()
    result = run(refunds(), live=["call"], given=ports(http=http))
    assert result.state == "succeeded"
    assert len(http.requests) == 1
    assert http.requests[0].headers["idempotency-key"]
    assert result.steps[-1]["output"]["body"] == {"ok": True}
    assert result.steps[-1]["note"] != "Simulated"


def test_a_local_step_that_is_switched_on_commits_what_it_does(run, database, tenant):
    document = refunds()
    document["nodes"][2] |= {"type": "action.note", "config": {"text": "Seen {{ trigger.order.id }}"}}
    assert run(document, live=["call"]).state == "succeeded"
    with database.unit(tenant.id) as unit:
        assert [note.text for note in unit.session.scalars(select(RunNote))] == ["Seen 6021"]


@one_store
def test_waits_are_skipped(run):
    document = refunds()
    document["nodes"][2] |= {"type": "flow.delay", "config": {"seconds": 86_400}}
    result = run(document)
    assert (result.state, states(result)["call"]) == ("succeeded", "succeeded")


@one_store
def test_a_failing_step_says_why_and_is_not_tried_again(run):
    document = refunds()
    document["nodes"][2]["config"]["url"] = "{{ trigger.order.address }}"
    result = run(document)
    assert result.state == "failed"
    assert result.error["code"] == "expression.missing_path"
    assert [step["attempt"] for step in result.steps if step["node"] == "call"] == [1]


@one_store
def test_a_long_loop_is_stopped(run):
    document = refunds(
        nodes=[
            {"key": "order", "type": "trigger.webhook", "name": "Start"},
            {"key": "each", "type": "flow.for_each", "name": "Each", "config": {"items": "trigger"}},
            {"key": "set", "type": "data.set", "name": "Set", "parent": "each",
             "config": {"fields": [{"name": "n", "value": "index"}]}},
        ],
        edges=[{"from": "order", "port": "next", "to": "each"}, {"from": "each", "port": "each", "to": "set"}],
    )  # fmt: skip
    assert run(document, sample=list(range(100))).state == "succeeded"
    result = run(document, sample=list(range(900)))
    assert (result.state, result.error["code"]) == ("failed", "test.steps")
    assert len(result.steps) <= testrun.MOST_STEPS + 1


@one_store
def test_what_cannot_be_tested_is_refused(run):
    def code(document, **asked):
        with pytest.raises(InvalidInput) as refused:
            run(document, **asked)
        return refused.value.code

    circle = refunds()
    circle["edges"].append({"from": "call", "port": "next", "to": "large"})
    assert code(circle) == "graph.cycle"
    assert code(refunds(), trigger="large") == "test.trigger"
    assert code(refunds(), trigger="nobody") == "test.trigger"
    assert code(refunds(), live=["nobody"]) == "test.live"
    asking = refunds()
    approval = {"type": "approval.request", "config": {"title": "x", "approvers": ["group:x"]}}
    asking["nodes"][2] |= approval
    assert code(asking, live=["call"]) == "test.live"
    deep: list = []
    for _ in range(100):
        deep = [deep]
    assert code(refunds(), sample=deep) == "payload.too_deep"


@one_store
def test_one_step_is_tested_alone_on_what_the_others_gave_or_their_samples(run):
    fields = {"key": "net", "type": "data.set", "name": "Net", "config": {
        "fields": [{"name": "net", "value": "steps.gross.total - 1.0"}]}}  # fmt: skip
    gross = {"key": "gross", "type": "data.set", "name": "Gross", "config": {
        "fields": [{"name": "total", "value": "trigger.order.total"}]}}  # fmt: skip
    made = refunds()
    made["nodes"] += [gross, fields]
    made["edges"] += [{"from": "large", "port": "false", "to": "gross"}, {"from": "gross", "port": "next", "to": "net"}]
    result = run(made, only="net", outputs={"gross": {"total": 5.0}})
    assert states(result) == {"order": "succeeded", "net": "succeeded"}
    assert result.steps[-1]["output"]["net"] == 4.0
    call = run(made, only="call")
    assert states(call) == {"order": "succeeded", "call": "succeeded"}
    assert call.steps[-1]["input"]["body"] == {"id": "6021"}
    for wrong in ("order", "nowhere"):
        with pytest.raises(InvalidInput) as refused:
            run(made, only=wrong)
        assert (refused.value.code, refused.value.field) == ("test.only", "only")


def holding(**held):
    made = refunds()
    made["nodes"][-1] |= held
    return made


MOCK = {"mock": {"data": {"status": 418}, "port": "error"}}
PIN = {"pin": {"data": {"status": 503, "body": {"id": 7}}, "source": "test", "port": "next"}}


@one_store
def test_what_is_pinned_stands_for_an_effect_before_what_was_written_by_hand(run):
    written = run(holding(**MOCK)).steps[-1]
    assert (written["output"], written["port"], written["note"]) == ({"status": 418}, "error", "Mock")
    pinned = run(holding(**MOCK, **PIN)).steps[-1]
    assert (pinned["output"]["status"], pinned["port"], pinned["note"]) == (503, "next", "Pinned")
    own = OneAnswer()
    live = run(holding(**MOCK, **PIN), live=["call"], given=ports(http=own)).steps[-1]
    assert (live["output"]["status"], len(own.requests)) == (200, 1)  # switched on, it is done for real
    alone = run(holding(**PIN), only="call").steps[-1]
    assert alone["note"] == "Simulated"  # tested by itself, it does what it does
    computed = refunds()
    computed["nodes"][1]["mock"] = {"data": False, "port": "false"}
    assert run(computed).steps[1]["port"] == "true"  # what only computes always does


@one_store
def test_no_version_carries_a_mock_or_a_pin(app, database, tenant):
    make_workflow(app, tenant, holding(**MOCK, **PIN), published=True)
    with database.unit(tenant.id) as unit:
        version = unit.session.scalars(select(WorkflowVersion)).one()
        assert not {"mock", "pin"} & version.document["nodes"][-1].keys()
