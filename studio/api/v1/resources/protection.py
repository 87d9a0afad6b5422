"""Protected actions: policies, protected settings, exceptions from freezes."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from flask import current_app
from pydantic import ValidationError

from studio.api.v1.operations import operation
from studio.api.v1.shapes import protection as shapes
from studio.api.v1.shapes.common import ListOf
from studio.api.v1.shapes.protection import (
    FreezeView,
    OwnAction,
    ProtectedAction,
    ProtectedSettingView,
    ProtectionPolicyView,
)
from studio.contract import gates
from studio.contract.approving import Approvals
from studio.contract.protecting import registry
from studio.contract.wording import field_problems
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardPolicy, GuardTarget
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.service import PolicySave, TargetSave
from studio.guard.service import exceptions, freezing, holding
from studio.guard.settings import service as settings

TAG = "Protection"
ONE = "/protection/policies/<uuid:guard_policy_id>"


@operation("GET", "/protection/actions", tag=TAG, needs="protection.read", answer=ListOf[ProtectedAction])
def list_protected_actions(uow: UnitOfWork) -> ListOf[ProtectedAction]:
    """What policies may stand before: Studio's own actions, then the workspace's."""
    found = [
        ProtectedAction(
            key=one.key, title=one.title, description=one.description, facts=[f.name for f in one.facts], own=None
        )
        for one in registry().values()
    ]
    return ListOf[ProtectedAction](data=[*found, *map(_own, policies.own(uow))], next_cursor=None)


@operation("POST", "/protection/actions", tag=TAG, needs="protection.manage", body=shapes.ProtectedActionSave,
           answer=ProtectedAction, status=201, conflicts=True)  # fmt: skip
def create_protected_action(uow: UnitOfWork, body: shapes.ProtectedActionSave) -> ProtectedAction:
    """Protect steps of one type in every workflow: policies may stand before them, and ask for nothing without one."""
    gates.current().require_sudo(uow)
    return _own(policies.protect(uow, TargetSave(body.title, body.node_type, body.condition)))


@operation("DELETE", "/protection/actions/<uuid:guard_target_id>", tag=TAG, needs="protection.manage", conflicts=True)
def retire_protected_action(uow: UnitOfWork, guard_target_id: UUID) -> None:
    """Protect such steps no longer. 409 while a policy stands before them."""
    policies.target(uow, guard_target_id)
    gates.current().require_sudo(uow)
    policies.unprotect(uow, guard_target_id)


@operation("GET", "/protection/policies", tag=TAG, needs="protection.read", answer=ListOf[ProtectionPolicyView])
def list_protection_policies(uow: UnitOfWork) -> ListOf[ProtectionPolicyView]:
    """The policies in force."""
    return ListOf[ProtectionPolicyView](data=[_view(row) for row in policies.every(uow)], next_cursor=None)


@operation("POST", "/protection/policies", tag=TAG, needs="protection.manage", body=shapes.ProtectionPolicySave,
           answer=ProtectionPolicyView, status=201, conflicts=True)  # fmt: skip
def create_protection_policy(uow: UnitOfWork, body: shapes.ProtectionPolicySave) -> ProtectionPolicyView:
    """Make a policy; it holds from then on. Its person has to have proved lately who they are."""
    gates.current().require_sudo(uow)
    return _view(policies.create(uow, PolicySave(body.target, body.name, _rule(body.rule))))


@operation("GET", ONE, tag=TAG, needs="protection.read", answer=ProtectionPolicyView)
def get_protection_policy(uow: UnitOfWork, guard_policy_id: UUID) -> ProtectionPolicyView:
    """One policy, in force or retired."""
    return _view(policies.get(uow, guard_policy_id))


@operation("PUT", ONE, tag=TAG, needs="protection.manage", body=shapes.ProtectionPolicySave,
           answer=ProtectionPolicyView, conflicts=True)  # fmt: skip
def replace_protection_policy(
    uow: UnitOfWork, guard_policy_id: UUID, body: shapes.ProtectionPolicySave
) -> ProtectionPolicyView:
    """Edit a policy. It holds at once, for runs under way as well."""
    policies.get(uow, guard_policy_id)
    gates.current().require_sudo(uow)
    save = PolicySave(body.target, body.name, _rule(body.rule))
    return _view(policies.change(uow, guard_policy_id, save, body.version))


@operation("DELETE", ONE, tag=TAG, needs="protection.manage", conflicts=True)
def retire_protection_policy(uow: UnitOfWork, guard_policy_id: UUID) -> None:
    """Take a policy out of force. It stays readable."""
    policies.get(uow, guard_policy_id)
    gates.current().require_sudo(uow)
    policies.retire(uow, guard_policy_id)


@operation("GET", "/protection/settings/<kind>", tag=TAG, needs="protection.read", answer=ProtectedSettingView)
def get_protected_setting(uow: UnitOfWork, kind: str) -> ProtectedSettingView:
    """A setting that money depends on: `payout_account`, `tax_registrations` or `refund_limit`."""
    row = settings.newest(uow, settings.kind_of(kind))
    if row is None:
        return ProtectedSettingView(kind=kind, version=0, value=None, changed_at=None, changed_by=None)
    return ProtectedSettingView(
        kind=kind, version=row.version, value=settings.shown(row), changed_at=row.made_at, changed_by=row.made_by_name
    )


@operation("PUT", "/protection/settings/<kind>", tag=TAG, needs="protection.manage", body=shapes.ProtectedSettingSave,
           answer=ProtectedSettingView, conflicts=True)  # fmt: skip
def replace_protected_setting(uow: UnitOfWork, kind: str, body: shapes.ProtectedSettingSave) -> ProtectedSettingView:
    """Change it.

    401 until its person has proved who they are for just this; 409 `approval_needed`: people are asked, and it is
    changed once they agree.
    """
    wanted = settings.kind_of(kind)
    settings.change(uow, settings.parse(wanted, body.value, "value."), body.version)
    return get_protected_setting(uow, kind)


@operation("DELETE", "/protection/proposals/<uuid:hold_id>", tag=TAG, needs="protection.manage", conflicts=True)
def withdraw_proposal(uow: UnitOfWork, hold_id: UUID) -> None:
    """Take back what one has asked for, before it is decided."""
    holding.withdraw(uow, hold_id)


@operation("POST", "/protection/freeze-exceptions", tag=TAG, needs="protection.bypass", body=shapes.FreezeException)
def create_freeze_exception(uow: UnitOfWork, body: shapes.FreezeException) -> None:
    """Say why one act must happen in a freeze: it may, by the same person, for ten minutes. All admins are mailed."""
    port = cast("Approvals", current_app.extensions["studio_approvals"])
    exceptions.allow(
        uow, port, target=body.target, digest=body.payload_hash, freeze=body.name, what="", reason=body.reason
    )


@operation("GET", "/protection/freezes", tag=TAG, needs="protection.read", answer=ListOf[FreezeView])
def list_freezes(uow: UnitOfWork) -> ListOf[FreezeView]:
    """Freezes of the policies in force, over, of now and to come."""
    now = uow.now
    data = [
        FreezeView(id=one.policy_id, target=one.target, name=one.name, starts_at=one.starts_at, ends_at=one.ends_at,
                   state=one.state(now))
        for one in freezing.listed(uow)
    ]  # fmt: skip
    return ListOf[FreezeView](data=data, next_cursor=None)


@operation("POST", "/protection/freezes", tag=TAG, needs="protection.manage", body=shapes.FreezePlan,
           answer=ListOf[FreezeView], status=201, conflicts=True)  # fmt: skip
def plan_freeze(uow: UnitOfWork, body: shapes.FreezePlan) -> ListOf[FreezeView]:
    """Freeze kinds of changes for a time: a policy for each action. Its person has to have proved who they are."""
    gates.current().require_sudo(uow)
    freezing.plan(uow, name=body.name, starts_at=body.starts_at, ends_at=body.ends_at, kinds=body.kinds)
    return list_freezes(uow)


@operation("DELETE", "/protection/freezes/<uuid:guard_policy_id>", tag=TAG, needs="protection.manage", conflicts=True)
def cancel_freeze(uow: UnitOfWork, guard_policy_id: UUID) -> None:
    """Take a freeze away. 409 where its policy asks for more."""
    policies.get(uow, guard_policy_id)
    gates.current().require_sudo(uow)
    freezing.cancel(uow, guard_policy_id)


def _rule(sent: Mapping[str, Any]) -> PolicyFields:
    try:
        return PolicyFields.model_validate(sent)
    except ValidationError as error:
        problems = field_problems(error, "rule")
        raise InvalidInput(problems[0].message, problems=problems) from None


def _own(row: GuardTarget) -> ProtectedAction:
    own = OwnAction(id=row.id, node_type=row.node_type, condition=row.condition)
    return ProtectedAction(key=row.key, title=row.title, description="", facts=[], own=own)


def _view(row: GuardPolicy) -> ProtectionPolicyView:
    return ProtectionPolicyView(
        id=row.id, target=row.target, name=row.name, version=row.version, rule=row.rule, changed_at=row.changed_at,
        changed_by=row.changed_by,
    )  # fmt: skip
