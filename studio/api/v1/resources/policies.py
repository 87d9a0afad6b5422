"""Approval policies."""

from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes import policies as shapes
from studio.api.v1.shapes.common import ListOf, cut
from studio.api.v1.shapes.policies import PolicyUse, PolicyView
from studio.approvals.models import ApprovalPolicy
from studio.approvals.nodes.fields.governing import restored
from studio.approvals.policies import service as policies
from studio.approvals.policies.service import PolicySave
from studio.core.unit_of_work import UnitOfWork

TAG = "Approval policies"
ONE = "/approval-policies/<uuid:policy_id>"


@operation("GET", "/approval-policies", tag=TAG, needs="policy.read", query=Paged, answer=ListOf[PolicyView])
def list_approval_policies(uow: UnitOfWork, query: Paged) -> ListOf[PolicyView]:
    """The policies, oldest first."""
    page, after = cut(policies.every(uow), lambda row: row.id, query.cursor, query.limit)
    return ListOf[PolicyView](data=[_view(row) for row in page], next_cursor=after)


@operation("POST", "/approval-policies", tag=TAG, needs="policy.manage", body=shapes.PolicySave, answer=PolicyView,
           status=201, conflicts=True)  # fmt: skip
def create_approval_policy(uow: UnitOfWork, body: shapes.PolicySave) -> PolicyView:
    """Make a policy. `version` says nothing here."""
    return _view(policies.create(uow, PolicySave(body.name, body.rule)))


@operation("GET", ONE, tag=TAG, needs="policy.read", answer=PolicyView)
def get_approval_policy(uow: UnitOfWork, policy_id: UUID) -> PolicyView:
    """One policy."""
    return _view(policies.get(uow, policy_id))


@operation("PUT", ONE, tag=TAG, needs="policy.manage", body=shapes.PolicySave, answer=PolicyView, conflicts=True)
def replace_approval_policy(uow: UnitOfWork, policy_id: UUID, body: shapes.PolicySave) -> PolicyView:
    """Edit a policy. Requests that are open keep the rule that they were asked by."""
    return _view(policies.change(uow, policy_id, PolicySave(body.name, body.rule), body.version))


@operation("DELETE", ONE, tag=TAG, needs="policy.manage", conflicts=True)
def delete_approval_policy(uow: UnitOfWork, policy_id: UUID) -> None:
    """Delete a policy that no workflow names."""
    policies.remove(uow, policy_id)


@operation("GET", f"{ONE}/uses", tag=TAG, needs="policy.read", answer=PolicyUse)
def get_approval_policy_uses(uow: UnitOfWork, policy_id: UUID) -> PolicyUse:
    """Which workflows name it: as long as there are some, it keeps its name and cannot be deleted."""
    return PolicyUse(workflows=policies.used_by(uow, policies.get(uow, policy_id)))


def _view(row: ApprovalPolicy) -> PolicyView:
    return PolicyView(
        id=row.id, name=row.name, version=row.version, rule=restored(row.rule), changed_at=row.changed_at,
        changed_by=row.changed_by,
    )  # fmt: skip
