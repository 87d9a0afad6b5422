"""Policies: one name for who decides and until when; an edit leaves a diff and changes nothing that is open."""

from datetime import timedelta
from unittest.mock import Mock

import pytest

from studio.approvals import escalation, service
from studio.approvals.models import Escalation, Request
from studio.approvals.nodes.fields.escalating import Escalating
from studio.approvals.nodes.fields.governing import PolicyRule
from studio.approvals.nodes.request import ApprovalRequest
from studio.approvals.policies import service as policies
from studio.approvals.policies.service import PolicySave
from studio.approvals.port import ApprovalsPort
from studio.approvals.service import groups, rows
from studio.contract import references
from studio.contract.node import Context
from studio.contract.node import RunInfo as Run
from studio.contract.results import Fail, Wait
from studio.core.errors import Conflict, InvalidInput
from studio.core.ids import new_id
from tests.factories.approvals import make_group
from tests.factories.audit import events_of
from tests.factories.policies import change_policy, make_policy, rule_of

CONFIG = {"title": "Refund €420.00", "policy": "refunds OVER 500"}


@pytest.fixture
def group(database, tenant, jonas, lena):
    return make_group(database, tenant, "Refund team", [jonas, lena])


def start(database, tenant, **config):
    """The step as a run starts it, in a unit of its own."""
    with database.unit(tenant.id) as uow:
        run = Run(
            id=new_id(), workspace_id=tenant.id, workflow_id=new_id(), version_id=new_id(), mode="live",
            title="order 6021", started_at=uow.now, published_by=tenant["builder"].user_id,
        )  # fmt: skip
        ctx = Context(
            run=run, node="ask", node_name="Ask", path="", attempt=1, now=uow.now, scope=None,
            ports=Mock(approvals=ApprovalsPort()), tx=uow, wait_id=new_id(),
        )  # fmt: skip
        made = ApprovalRequest.Config.model_validate(CONFIG | config)
        return ApprovalRequest().start(ctx, made)


def asked(database, tenant, found: Wait):
    with database.unit(tenant.id) as uow:
        [request] = uow.session.query(Request).filter(Request.wait_id == found.wait_id)
        return request, rows.rule(request, ()), {share.user_id for share in rows.assignments(uow, request)}


def test_a_step_that_names_a_policy_asks_by_it_and_by_nothing_of_its_own(database, tenant, group, jonas, lena):
    policy_id = make_policy(
        database, tenant, "group:Refund team", need="everybody", bar_publisher=True,
        due_in={"amount": 4, "unit": "hours"}, remind_before={"amount": 30, "unit": "minutes"},
        also=[{"when": "afterwards", "name": "Boss", "approvers": [f"user:{tenant['owner'].email}"]}],
    )  # fmt: skip
    own = {"approvers": [f"user:{tenant['admin'].email}"], "declines": 2, "due_in": {"amount": 9, "unit": "days"}}
    found = start(database, tenant, **own)
    assert isinstance(found, Wait)
    request, rule, people = asked(database, tenant, found)
    assert [stage.people for stage in rule.stages] == [{jonas.user_id, lena.user_id}, {tenant["owner"].user_id}]
    assert (rule.stages[0].parts[0].required, rule.stages[0].declines, rule.stages[1].name) == (2, 1, "Boss")
    assert people == {jonas.user_id, lena.user_id, tenant["owner"].user_id}
    assert request.due_at - request.created_at == timedelta(hours=4)
    assert request.remind_at == request.due_at - timedelta(minutes=30)
    assert (request.policy_id, request.policy_version, request.editor_id) == (policy_id, 1, tenant["builder"].user_id)
    assert request.context["policy_name"] == "Refunds over 500"


def test_what_is_open_keeps_the_rule_that_it_was_asked_by(database, tenant, group, jonas, lena):
    policy_id = make_policy(database, tenant, jonas)
    first = start(database, tenant)
    assert change_policy(database, tenant, policy_id, lena, need="everybody") == 2
    request, rule, people = asked(database, tenant, first)
    assert (people, rule.stages[0].people, request.policy_version) == ({jonas.user_id}, {jonas.user_id}, 1)
    request, _rule, people = asked(database, tenant, start(database, tenant))
    assert (people, request.policy_version) == ({lena.user_id}, 2)


LEVEL = {"after": {"amount": 2, "unit": "hours"}, "before": "can_no_longer_decide"}


def test_a_policys_levels_hold_in_the_steps_that_name_it_and_else_their_own(database, tenant, group, jonas, lena):
    policy_id = make_policy(database, tenant, jonas)
    own = {"escalate": [LEVEL | {"targets": [f"user:{tenant['owner'].email}"]}], "repeat": 1}

    def plan(**config):
        found = start(database, tenant, **config)
        with database.unit(tenant.id) as uow:
            request = asked(database, tenant, found)[0]
            return escalation.from_json(uow.session.get_one(Escalation, request.id).plan) if request.escalates else None

    assert plan() is None
    assert [level.targets[0].people for level in plan(**own).levels] == [(tenant["owner"].user_id,)]
    change_policy(database, tenant, policy_id, jonas, escalate=[LEVEL | {"targets": ["group:Refund team"]}],
                  fallback=["group:Refund team"], at_last="decline")  # fmt: skip
    governed = plan(**own)
    assert set(governed.levels[0].targets[0].people) == {jonas.user_id, lena.user_id}
    assert (governed.loops, governed.then, len(governed.fallback)) == (0, "decline", 1)


def test_what_is_wrong_with_levels_is_said_at_the_policy_or_at_the_step_whichever_has_them(database, tenant, group):
    alone = {"escalate": [LEVEL | {"targets": [f"user:{tenant['owner'].email}"]}]}
    policy_id = make_policy(database, tenant, "group:Refund team", need="everybody")
    failed = start(database, tenant, **alone)
    assert (failed.code, failed.field) == ("level_below_quorum", "escalate.0.targets")
    leads = make_group(database, tenant, "Leads", [tenant["owner"], tenant["admin"]])
    levels = [LEVEL | {"targets": ["group:Leads"]}]
    change_policy(database, tenant, policy_id, "group:Refund team", need="everybody", escalate=levels)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        groups.set_members(uow, leads, [tenant["owner"].user_id])
    failed = start(database, tenant)
    assert (failed.code, failed.field) == ("level_below_quorum", "policy")


def test_policies_of_before_there_were_levels_have_none(database, tenant, jonas):
    policy_id = make_policy(database, tenant, jonas)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        row = policies.get(uow, policy_id)
        row.rule = {name: row.rule[name] for name in row.rule if name not in Escalating.model_fields}
    assert change_policy(database, tenant, policy_id, jonas) == 1
    assert isinstance(start(database, tenant), Wait)


def test_an_edit_leaves_its_diff_and_a_version_and_none_leaves_nothing(database, tenant, jonas, lena):
    policy_id = make_policy(database, tenant, jonas, declines=1)
    change_policy(database, tenant, policy_id, jonas, lena, need="at_least", number=2)
    change_policy(database, tenant, policy_id, jonas, lena, need="at_least", number=2)
    [event] = events_of(database, tenant, "approval_policy.changed")
    changes = {one["path"]: (one["from"], one["to"]) for one in event["changes"]}
    assert changes.keys() == {"approvers", "need", "number"}
    assert changes["need"] == ("any_one", "at_least")
    assert changes["number"] == (None, 2)
    assert event["metadata"] == {"version": 2}


def test_two_edits_of_one_version_do_not_both_win(database, tenant, jonas, lena):
    policy_id = make_policy(database, tenant, jonas)
    assert change_policy(database, tenant, policy_id, lena, seen=1) == 2
    with pytest.raises(Conflict, match="edited this policy since") as refused:
        change_policy(database, tenant, policy_id, jonas, lena, seen=1)
    assert refused.value.code == "policy_changed"


def test_a_policy_that_workflows_name_keeps_its_name_and_stays(database, tenant, jonas, monkeypatch):
    policy_id = make_policy(database, tenant, jonas)
    monkeypatch.setattr(references, "_users", {"test": lambda _uow, kind, name: [f"{kind}: {name}"]})
    said = "Workflows name this policy: approval_policy: Refunds over 500"
    with pytest.raises(Conflict, match=said), database.unit(tenant.id, tenant["admin"].actor) as uow:
        policies.remove(uow, policy_id)
    with pytest.raises(Conflict, match=said) as refused, database.unit(tenant.id, tenant["admin"].actor) as uow:
        policies.change(uow, policy_id, PolicySave("Refunds", rule_of(jonas)))
    assert (refused.value.field, refused.value.code) == ("name", "policy_in_use")
    monkeypatch.setattr(references, "_users", {})
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        policies.remove(uow, policy_id)
    assert isinstance(start(database, tenant), Fail)


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"approvers": ["group:Nobody"]}, "rule.approvers.0", "group.unknown"),
        ({"approvers": ["schedule:Nights"]}, "rule.approvers.0", "schedule.unknown"),
        ({"also": [{"approvers": ["user:nobody@example.com"]}]}, "rule.also.0.approvers.0", "person.unknown"),
        ({"due_in": {"amount": 1, "unit": "working_days", "calendar": "Moon"}}, "rule.due_in.calendar",
         "calendar.unknown"),
        ({"escalate": [LEVEL | {"targets": ["group:Gone"]}]}, "rule.escalate.0.targets.0", "group.unknown"),
        ({"fallback": ["group:Gone"]}, "rule.fallback.0", "group.unknown"),
    ],
)  # fmt: skip
def test_names_that_lead_nowhere_are_refused_at_their_field(database, tenant, jonas, fields, path, code):
    rule = PolicyRule.model_validate({"approvers": [f"user:{jonas.email}"]} | fields)
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, tenant["admin"].actor) as uow:
        policies.create(uow, PolicySave("Refunds", rule))
    assert [(one.path, one.code) for one in refused.value.problems] == [(path, code)]
    with database.unit(tenant.id) as uow:
        assert policies.every(uow) == []


def test_a_rule_without_people_is_none():
    with pytest.raises(ValueError, match="Name who decides"):
        PolicyRule.model_validate({})
    with pytest.raises(ValueError, match="Name who decides"):
        ApprovalRequest.Config.model_validate({"title": "Refund"})
    assert ApprovalRequest.Config.model_validate(CONFIG | {"need": "at_least"}).approvers == []


def test_what_is_wrong_with_a_policy_is_said_at_the_field_that_names_it(database, tenant, jonas, lena):
    failed = start(database, tenant)
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == ("policy.unknown", "policy")
    make_policy(database, tenant, jonas, lena, need="at_least", number=2)
    failed = start(database, tenant, requester=jonas.email)
    assert (failed.code, failed.field) == ("quorum_above_group", "policy")
    assert failed.message.startswith("The policy “refunds OVER 500” cannot be met: 2 have to agree")
    failed = start(database, tenant, requester="Mira")
    assert (failed.code, failed.field) == ("bad_requester", "requester")


def test_the_card_names_the_policy():
    assert ApprovalRequest.summary(CONFIG) == "By the policy “refunds OVER 500”"
    [named] = ApprovalRequest.references(CONFIG | {"due_in": {"amount": 1, "unit": "working_days"}})
    assert named == ("config.policy", "approval_policy", "refunds OVER 500")


def test_withdrawing_works_as_ever(database, tenant, jonas):
    make_policy(database, tenant, jonas)
    found = start(database, tenant)
    with database.unit(tenant.id) as uow:
        service.withdraw_for_wait(uow, found.wait_id, "Cancelled")
    assert asked(database, tenant, found)[0].state == "cancelled"
