"""What an approval step names, and how many it asks for, is looked at before a run asks."""

import pytest

from studio.approvals.nodes.ask import AskApproval
from studio.approvals.nodes.checking import too_few
from studio.approvals.nodes.notify import ApprovalNotify
from studio.approvals.nodes.request import ApprovalRequest
from studio.approvals.service import naming
from tests.factories.approvals import make_group
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


def test_a_need_above_the_people_warns_at_its_number(database, tenant, jonas, lena):
    make_group(database, tenant, "Refund team", [jonas, lena])
    team = {"approvers": ["group:Refund team", f"user:{jonas.email}"], "need": "at_least"}
    with database.unit(tenant.id) as uow:

        def fields(config, node_type="approval.request"):
            return [field for field, _one in too_few(uow, node_type, config)]

        assert fields(team | {"number": 2}) == []
        assert fields(team | {"number": 3}) == ["config.number"]
        assert fields({"approvers": [], "also": [team | {"number": 3}, 7]}) == ["config.also.0.number"]
        assert fields(team | {"number": 3, "policy": "Refunds"}) == []
        assert fields(team | {"number": 3}, "action.http") == []
        assert fields(team | {"number": "many"}) == []
