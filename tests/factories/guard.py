"""Policies of protected actions, and acts that wait for people."""

from datetime import timedelta
from uuid import UUID

from studio.contract.gates import Act, ApprovalNeeded
from studio.contract.protecting import ApprovalDemand, Requirement
from studio.core import ids
from studio.core.unit_of_work import Database
from studio.guard.models import GuardPass
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.service import PolicySave, TargetSave
from studio.guard.service import holding
from tests.factories.accounts import MadePerson, MadeTenant


def make_guard_policy(database: Database, tenant: MadeTenant, name="Four eyes", target="refund.make", **fields) -> UUID:
    """One that asks for a proof, unless more is said."""
    rule = PolicyFields.model_validate(fields or {"step_up": {"strength": "code"}})
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        return policies.create(uow, PolicySave(target, name, rule)).id


def make_own_target(database: Database, tenant: MadeTenant, title: str, condition="") -> UUID:
    """Calls that the workspace protects itself."""
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        return policies.protect(uow, TargetSave(title, "action.http", condition)).id


def make_pass(database: Database, tenant: MadeTenant, person: MadePerson, what: str) -> UUID:
    """A run waits for that person's proof."""
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        row = GuardPass(
            id=ids.new_id(), run_id=ids.new_id(), workflow_id=ids.new_id(), workflow_name="Refunds", node="prove",
            path="", target="", what=what, facts={"amount": "420.00"}, payload_hash="0" * 64, state="open",
            wait_id=ids.new_id(), asked_of=[], agreed=[], user_id=person.user_id, needed=1, max_age_s=300,
            created_at=uow.now, due_at=uow.now + timedelta(days=1),
        )  # fmt: skip
        uow.session.add(row)
        return row.id


def make_hold(database: Database, tenant: MadeTenant, what: str) -> UUID:
    """The admin has asked the owner."""
    demand = ApprovalDemand(frozenset({f"user:{tenant['owner'].email}"}))
    act = Act("data.export", what, {"what": what}, {"what": what})
    needed = ApprovalNeeded("", act=act, requirement=Requirement.of([demand], asker_decides=False), policies=("x",))
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        return holding.ask(uow, needed).id
