"""The node type: asks through the port, waits, and goes on behind the outcome's port."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock
from uuid import UUID

import pytest
from pydantic import ValidationError

from studio.approvals import askers, service
from studio.approvals.nodes.request import ApprovalRequest
from studio.approvals.outcomes import Outcome
from studio.approvals.port import ApprovalsPort
from studio.contract.node import Context, Signal
from studio.contract.node import RunInfo as Run
from studio.contract.results import Done, Fail, Wait
from studio.core.ids import new_id
from tests.factories.approvals import make_group, make_request, shown

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
CONFIG = {
    "title": "Refund €420.00\n to Anna Keller",
    "facts": [{"label": "Order", "value": "6021"}],
    "approvers": ["group:Refund team"],
    "due_in": {"amount": 4, "unit": "hours"},
    "remind_before": {"amount": 30, "unit": "minutes"},
    "requester": " Mira@Example.com ",
    "amount": "420.00",
}


class Port:
    def __init__(self):
        self.asked = []

    def request(self, uow, ask):
        self.asked.append(ask)
        return UUID(int=7)


@pytest.fixture
def port():
    return Port()


@pytest.fixture
def ctx(port):
    run = Run(
        id=new_id(),
        workspace_id=new_id(),
        workflow_id=new_id(),
        version_id=new_id(),
        mode="live",
        title="order 6021",
        started_at=NOW,
        workflow_name="High-value refunds",
        currency="EUR",
    )
    return Context(
        run=run,
        node="ask",
        node_name="Ask the team",
        path="",
        attempt=1,
        now=NOW,
        scope=None,
        ports=Mock(approvals=port),
        tx=Mock(),
        wait_id=new_id(),
    )


def start(ctx, **changed):
    return ApprovalRequest().start(ctx, ApprovalRequest.Config.model_validate(CONFIG | changed))


def test_it_asks_in_words_and_waits(ctx, port):
    wait = start(ctx)
    assert isinstance(wait, Wait)
    assert (wait.wait_id, wait.kind) == (ctx.wait_id, "approval")
    assert wait.detail == {"request_id": str(UUID(int=7))}
    (ask,) = port.asked
    assert ask.title == "Refund €420.00 to Anna Keller"
    assert ask.due_at == NOW + timedelta(hours=4)
    assert ask.remind_at == NOW + timedelta(hours=3, minutes=30)
    assert (ask.requester, ask.amount, ask.currency) == ("mira@example.com", "420.00", "EUR")
    assert ask.ref["run_id"] == str(ctx.run.id)
    assert ask.ref["wait_id"] == str(ctx.wait_id)
    assert ask.context["workflow_name"] == "High-value refunds"


@pytest.mark.parametrize("amount", ["999999999999999999", "0.000000000000000001", "-1e17", "4.20e2"])
def test_an_amount_fits_its_column(ctx, port, amount):
    start(ctx, amount=amount)
    assert len(port.asked[0].amount) <= 40
    assert "E" not in port.asked[0].amount


def test_without_an_end_there_is_nothing_to_remind_of(ctx, port):
    start(ctx, due_in=None)
    start(ctx, remind_before={"amount": 2, "unit": "days"})
    assert [ask.remind_at for ask in port.asked] == [None, None]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("requester", "Mira"),
        ("requester", "a@b, c@d"),
        ("requester", "@x"),
        ("amount", "many"),
        ("amount", "NaN"),
        ("amount", "1e300"),
        ("amount", "1e-300"),
        ("amount", "0e999"),
        ("currency", "€"),
        ("currency", "ßß"),
        ("currency", "EU"),
    ],
)
def test_a_rendered_text_that_makes_no_sense_asks_nobody(ctx, port, field, value):
    failed = start(ctx, **{field: value})
    assert isinstance(failed, Fail)
    assert failed.field == field
    assert "nobody was asked" in failed.message
    assert port.asked == []


def test_a_request_that_nobody_can_decide_fails_the_step_in_words(ctx, database, tenant, store):
    ctx.ports = Mock(approvals=ApprovalsPort())
    with database.unit(tenant.id) as uow:
        ctx.tx = uow
        failed = start(ctx, approvers=["group:nobody"])
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == ("nobody_can_decide", "approvers")


def test_any_one_of_them_needs_no_rule(ctx, port):
    start(ctx)
    assert (port.asked[0].rule, port.asked[0].last_editor) == (None, None)


def test_how_many_who_else_and_what_comes_afterwards_make_the_rule(ctx, port):
    ctx.run = replace(ctx.run, published_by=UUID(int=3))
    also = [
        {"approvers": ["group:Legal"]},
        {"when": "afterwards", "approvers": ["group:Board"], "need": "everybody", "declines": 2, "name": "Board"},
        {"approvers": ["user:mira@example.com"]},
    ]
    chosen = {
        "need": "at_least_per_cent",
        "number": 50,
        "also": also,
        "exclude_roles": ["owner"],
        "bar_publisher": True,
    }
    start(ctx, **chosen)
    [ask] = port.asked
    assert ask.last_editor == UUID(int=3)
    assert ask.rule.exclude_roles == ["owner"]
    first, second = ask.rule.stages
    assert [(part.approvers, part.need, part.n, part.field, part.need_field) for part in first.parts] == [
        (["group:Refund team"], "percent", 50, "approvers", "number"),
        (["group:Legal"], "any", None, "also.0.approvers", "also.0.number"),
    ]
    assert [(part.need, part.field) for part in second.parts] == [
        ("all", "also.1.approvers"),
        ("any", "also.2.approvers"),
    ]
    assert (second.name, second.declines, second.declines_field) == ("Board", 2, "also.1.declines")
    said = ApprovalRequest.summary(CONFIG | chosen)
    assert (
        said == "At least 50 % of Refund team and any one of Legal, then all of Board and any one of mira@example.com"
    )


@pytest.mark.parametrize(("changed", "path"), [
    ({"need": "at_least"}, ("number",)),
    ({"also": [{"approvers": ["group:Legal"], "need": "at_least_per_cent"}]}, ("also", 0, "number")),
    ({"also": [{"approvers": []}]}, ("also", 0, "approvers")),
    ({"number": 101}, ("number",)),
    ({"declines": 0}, ("declines",)),
    ({"exclude_roles": ["king"]}, ("exclude_roles", 0)),
])  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(changed, path):
    with pytest.raises(ValidationError) as refused:
        ApprovalRequest.Config.model_validate(CONFIG | changed)
    assert [error["loc"] for error in refused.value.errors()] == [path]


def test_more_than_the_group_has_fails_the_step_at_its_field(ctx, database, tenant, store, jonas, lena):
    ctx.ports = Mock(approvals=ApprovalsPort())
    make_group(database, tenant, "Legal", [jonas, lena])
    with database.unit(tenant.id) as uow:
        ctx.tx = uow
        also = [{"approvers": ["group:Legal"], "need": "at_least", "number": 3}]
        failed = start(ctx, approvers=[f"user:{jonas.email}"], requester="", also=also)
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == ("quorum_above_group", "also.0.number")


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.RESPONDED])
def test_it_goes_on_behind_the_outcomes_port(ctx, outcome):
    payload = ApprovalRequest.sample | {"outcome": outcome.value}
    done = ApprovalRequest().resume(ctx, None, Signal("resolved", payload))
    assert isinstance(done, Done)
    assert done.port == ("approved" if outcome is Outcome.BYPASSED else outcome.value)
    assert done.port in ApprovalRequest.ports
    assert done.output == payload
    assert done.note


def test_it_goes_on_behind_the_answer_that_was_given(ctx):
    options = [{"label": "Offer a voucher", "key": "voucher"}, {"label": "Ask the carrier"}]
    config = ApprovalRequest.Config.model_validate(CONFIG | {"options": options})
    payload = ApprovalRequest.sample | {"outcome": "responded", "option": "answer_2", "answer": {}}
    done = ApprovalRequest().resume(ctx, config, Signal("resolved", payload))
    assert (done.port, done.note, done.output) == ("answer_2", "Jonas Weber: Ask the carrier", payload)
    plain = ApprovalRequest().resume(ctx, config, Signal("resolved", payload | {"outcome": "approved", "option": None}))
    assert plain.port == "approved"


def test_its_answers_are_asked_with_a_key_each(ctx, port):
    start(ctx, options=[{"label": "Ask the carrier", "fields": [{"name": "since", "type": "date"}]}])
    [option] = port.asked[0].options
    assert (option["key"], option["counts"], option["fields"][0]["name"]) == ("answer_1", "as_itself", "since")


@pytest.mark.parametrize(
    "changed",
    [
        {"approvers": []},
        {"title": ""},
        {"due_in": {"amount": 0, "unit": "hours"}},
        {"due_in": {"amount": 1, "unit": "fortnights"}},
        {"surprise": 1},
    ],
    ids=str,
)
def test_a_bad_configuration_is_refused(changed):
    with pytest.raises(ValidationError):
        ApprovalRequest.Config.model_validate(CONFIG | changed)


def test_the_runs_asker_resolves_the_wait_with_what_the_node_reads(database, tenant, jonas, ctx):
    resolved = []

    class Waits:
        def resolve_all(self, uow, found):
            resolved.extend((one.wait_id, one.run_id, one.payload) for one in found)

    askers.register(askers.RUN, askers.resume_run(Waits()))
    wait_id, run_id = new_id(), new_id()
    ref = {"run_id": str(run_id), "wait_id": str(wait_id)}
    request_id = make_request(database, tenant, [jonas], asker=askers.RUN, ref=ref)
    with database.unit(tenant.id, jonas.actor) as uow:
        service.approve(uow, request_id, shown=shown(database, tenant, request_id))
    ((found_wait, found_run, payload),) = resolved
    assert (found_wait, found_run) == (wait_id, run_id)
    assert ApprovalRequest().resume(ctx, None, Signal("resolved", payload)).note == "Approved by Jonas Weber"
