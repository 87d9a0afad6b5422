"""Approval policies."""

from uuid import UUID

from studio.approvals.nodes.fields.governing import PolicyRule
from studio.approvals.policies import service as policies
from studio.approvals.policies.service import PolicySave
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadePerson, MadeTenant


def rule_of(*approvers: MadePerson | str, **fields) -> PolicyRule:
    """Any one of them, unless more is said."""
    refs = [one if isinstance(one, str) else f"user:{one.email}" for one in approvers]
    return PolicyRule.model_validate({"approvers": refs, **fields})


def make_policy(database: Database, tenant: MadeTenant, *approvers, name="Refunds over 500", **fields) -> UUID:
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        return policies.create(uow, PolicySave(name, rule_of(*approvers or (tenant["owner"],), **fields))).id


def change_policy(database: Database, tenant: MadeTenant, policy_id: UUID, *approvers, seen=None, **fields) -> int:
    """Edit its rule, with the name it has; its new version comes back."""
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        name = policies.get(uow, policy_id).name
        return policies.change(uow, policy_id, PolicySave(name, rule_of(*approvers, **fields)), seen).version
