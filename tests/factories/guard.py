"""Policies of protected actions, and acts that wait for people."""

from uuid import UUID

from studio.contract.gates import Act, ApprovalNeeded
from studio.contract.protecting import ApprovalDemand, Requirement
from studio.core.unit_of_work import Database
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.service import PolicySave
from studio.guard.service import holding
from tests.factories.accounts import MadeTenant


def make_guard_policy(database: Database, tenant: MadeTenant, name="Four eyes", target="refund.make", **fields) -> UUID:
    """One that asks for a proof, unless more is said."""
    rule = PolicyFields.model_validate(fields or {"step_up": {"strength": "code"}})
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        return policies.create(uow, PolicySave(target, name, rule)).id


def make_hold(database: Database, tenant: MadeTenant, what: str) -> UUID:
    """The admin has asked the owner."""
    demand = ApprovalDemand(frozenset({f"user:{tenant['owner'].email}"}))
    act = Act("data.export", what, {"what": what}, {"what": what})
    needed = ApprovalNeeded("", act=act, requirement=Requirement.of([demand], asker_decides=False), policies=("x",))
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        return holding.ask(uow, needed).id
