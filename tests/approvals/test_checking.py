"""What an approval step names, and how many it asks for, is looked at before a run asks."""

import pytest

from studio.approvals.nodes.ask import AskApproval
from studio.approvals.nodes.checking import unmeetable
from studio.approvals.nodes.notify import ApprovalNotify
from studio.approvals.nodes.request import ApprovalRequest
from studio.approvals.policies import service as policies
from studio.approvals.policies.service import PolicySave
from studio.approvals.service import groups, naming
from studio.core.errors import InvalidInput
from tests.factories.approvals import make_group
from tests.factories.policies import make_policy, rule_of
from tests.factories.timetables import make_schedule

NAMED = ["group:refund TEAM", "schedule:Nights", "user:nobody@example.com", "{{ trigger.who }}"]


@pytest.mark.parametrize("node_type", [ApprovalRequest, AskApproval, ApprovalNotify], ids=lambda one: one.key)
def test_each_name_is_a_reference_with_its_field(node_type):
    field = "people" if node_type is ApprovalNotify else "approvers"
    found = {one.field: (one.kind, one.name) for one in node_type.references({field: NAMED})}
    assert found == {
        f"config.{field}.0": ("approver_group", "refund TEAM"),
        f"config.{field}.1": ("schedule", "Nights"),
        f"config.{field}.2": ("user", "nobody@example.com"),
    }
    assert list(node_type.references({field: 7})) == []


def test_names_lead_somewhere_or_warn(database, tenant, jonas):
    make_group(database, tenant, "Refund team", [jonas])
    make_schedule(database, tenant)
    refs = ["group:refund team", "schedule:support on call", f"user:{jonas.email}", f"user:{jonas.user_id}"]
    with database.unit(tenant.id) as uow:
        assert [naming.missing(uow, naming.reference("f", ref)) for ref in refs] == [None] * 4
        gone = [naming.missing(uow, naming.reference("f", ref)) for ref in ("group:x", "schedule:x", "user:x@y.de")]
    assert [(one.code, one.warning) for one in gone] == [
        ("group.unknown", True), ("schedule.unknown", True), ("person.unknown", True),
    ]  # fmt: skip


def test_numbers_that_could_never_come_together_are_no_warning_but_an_error(database, tenant, jonas, lena):
    make_group(database, tenant, "Refund team", [jonas, lena])
    make_group(database, tenant, "Empty", [])
    team = {"approvers": ["group:Refund team", f"user:{jonas.email}"], "need": "at_least"}
    with database.unit(tenant.id) as uow:

        def found(config, node_type="approval.request"):
            return [(field, one.code, one.warning) for field, one in unmeetable(uow, node_type, config)]

        above = ("quorum_above_group", False)
        assert found(team | {"number": 2}) == []
        assert found(team | {"number": 3}) == [("config.number", *above)]
        assert found(team | {"number": 2, "also": [team | {"number": 3}]}) == [("config.also.0.number", *above)]
        assert found(team | {"need": "at_least_per_cent", "number": 100}) == []
        assert found(team | {"number": 1, "declines": 3}) == [("config.declines", "declines_out_of_range", False)]
        nobody = {"approvers": ["group:Empty"]}
        assert found(nobody) == [("config.approvers", "nobody_can_decide", True)]
        assert found(team | {"number": 1, "exclude_roles": ["approver"]}) == [
            ("config.approvers", "nobody_can_decide", True)
        ]
        for silent in ({"number": "many"}, {"number": 3, "approvers": ["{{ trigger.who }}"]},
                       {"number": 3, "approvers": ["group:Gone"]}):  # fmt: skip
            assert found(team | silent) == []
        assert found(team | {"number": 3}, "action.http") == []


def test_a_step_warns_of_what_its_policy_asks_for_and_not_of_its_own(database, tenant, jonas, lena):
    group_id = make_group(database, tenant, "Refund team", [jonas, lena])
    step = {"policy": "refunds over 500", "approvers": [f"user:{jonas.email}"], "need": "at_least", "number": 3}
    make_policy(database, tenant, "group:Refund team", need="at_least", number=2)

    def found():
        with database.unit(tenant.id) as uow:
            return [(field, one.code, one.warning) for field, one in unmeetable(uow, "approval.ask", step)]

    assert found() == []
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        groups.set_members(uow, group_id, [jonas.user_id])
    assert found() == [("config.policy", "quorum_above_group", True)]


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"need": "at_least", "number": 3}, "rule.number", "quorum_above_group"),
        ({"declines": 3}, "rule.declines", "declines_out_of_range"),
        ({"also": [{"approvers": ["group:Empty"]}]}, "rule.also.0.approvers", "nobody_can_decide"),
        ({"need": "everybody", "escalate": [{"after": {"amount": 1, "unit": "hours"}, "before": "can_no_longer_decide",
         "targets": ["user:jonas@example.com"]}]}, "rule.escalate.0.targets", "level_below_quorum"),
    ],
)  # fmt: skip
def test_a_policy_that_could_not_be_met_is_not_saved(database, tenant, jonas, lena, fields, path, code):
    make_group(database, tenant, "Refund team", [jonas, lena])
    make_group(database, tenant, "Empty", [])
    levels = [one | {"targets": [f"user:{jonas.email}"]} for one in fields.get("escalate", [])]
    rule = rule_of("group:Refund team", **(fields | ({"escalate": levels} if levels else {})))
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, tenant["admin"].actor) as uow:
        policies.create(uow, PolicySave("Refunds", rule))
    assert [(one.path, one.code) for one in refused.value.problems] == [(path, code)]
    with database.unit(tenant.id) as uow:
        assert policies.every(uow) == []
