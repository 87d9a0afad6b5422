"""Approval policies: made, edited, found by name, deleted while no workflow names them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from studio import audit
from studio.approvals import deadlines
from studio.approvals.models import ApprovalPolicy
from studio.approvals.nodes import checking, deciders, governed
from studio.approvals.nodes import naming as escalation
from studio.approvals.nodes.fields import escalating, governing
from studio.approvals.nodes.fields.governing import PolicyRule
from studio.approvals.service import calendars, naming, plans
from studio.approvals.service.named_policies import find
from studio.contract import references
from studio.core import ids, tenancy
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.unit_of_work import UnitOfWork

KIND = governed.POLICY
MOST = 200
"""Policies of one workspace."""
_OF_PEOPLE = ("approvers", "also", "escalate", "fallback")
"""Fields whose values name people."""


@dataclass(frozen=True, slots=True)
class PolicySave:
    """A policy as it shall be."""

    name: str
    rule: PolicyRule


def every(uow: UnitOfWork) -> list[ApprovalPolicy]:
    """All of them, by name."""
    return list(uow.session.scalars(select(ApprovalPolicy).order_by(ApprovalPolicy.name_key)))


def get(uow: UnitOfWork, policy_id: UUID) -> ApprovalPolicy:
    """One policy. Raises NotFound."""
    return tenancy.get(uow.session, ApprovalPolicy, policy_id, "approval policy")


def missing(uow: UnitOfWork, name: str) -> references.Missing | None:
    """Why a step's reference to a policy leads nowhere."""
    if find(uow, name) is not None:
        return None
    message = _("There is no approval policy “%(name)s”. Choose one of Settings, Approval policies.", name=name[:80])
    return references.Missing("policy.unknown", message)


def named(uow: UnitOfWork, name: str) -> ApprovalPolicy:
    """The policy that a step names. Raises InvalidInput where there is none."""
    found = find(uow, name)
    if found is None:
        gone = missing(uow, name)
        message = gone.message if gone else name
        raise InvalidInput(message, code="policy.unknown", field="policy")
    return found


def used_by(uow: UnitOfWork, row: ApprovalPolicy) -> list[str]:
    """Names of the workflows whose draft or published version names it."""
    return references.users(uow, KIND, row.name)


def create(uow: UnitOfWork, save: PolicySave) -> ApprovalPolicy:
    """Make one. Raises InvalidInput with the field, Conflict where the name is taken."""
    count = uow.session.scalar(select(func.count()).select_from(ApprovalPolicy)) or 0
    if count >= MOST:
        raise Conflict(_("A workspace has at most %(most)s approval policies.", most=MOST), code="too_many_policies")
    row = ApprovalPolicy(id=ids.new_id(), version=1, created_at=uow.now)
    _fill(uow, row, save)
    uow.session.add(row)
    uow.session.flush()
    audit.record(uow, "approval_policy.created", targets=[_target(row)], metadata={"version": 1})
    return row


def change(uow: UnitOfWork, policy_id: UUID, save: PolicySave, seen: int | None = None) -> ApprovalPolicy:
    """Edit one; what is open keeps the rule that it was asked by. `seen`: the version that the edit was made from.

    Raises as create(), and Conflict where somebody else has edited it since `seen`, or a workflow knows its old name.
    """
    query = select(ApprovalPolicy).where(ApprovalPolicy.id == policy_id).with_for_update()
    uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    row = get(uow, policy_id)
    if seen is not None and seen != row.version:
        said = _("%(who)s edited this policy since you opened it. Nothing was saved.", who=row.changed_by)
        raise Conflict(said, code="policy_changed")
    before = _facts(row)
    if row.name_key != naming.key(save.name):
        _unused(uow, row, "name")
    _fill(uow, row, save)
    changed = list(_differences(before, _facts(row)))
    if changed:
        row.version += 1
        facts = {"version": row.version}
        audit.record(uow, "approval_policy.changed", targets=[_target(row)], changes=changed, metadata=facts)
    uow.session.flush()
    return row


def remove(uow: UnitOfWork, policy_id: UUID) -> None:
    """Delete one. What is open keeps its rule. Raises Conflict where a workflow names it."""
    row = get(uow, policy_id)
    _unused(uow, row, None)
    audit.record(uow, "approval_policy.deleted", targets=[_target(row)], metadata={"version": row.version})
    uow.session.delete(row)


def _fill(uow: UnitOfWork, row: ApprovalPolicy, save: PolicySave) -> None:
    name = " ".join(save.name.split())
    if not 0 < len(name) <= 80:
        raise InvalidInput(_("A policy needs a name of up to 80 letters."), field="name")
    taken = select(func.count()).where(ApprovalPolicy.name_key == naming.key(name), ApprovalPolicy.id != row.id)
    with uow.session.no_autoflush:
        if uow.session.scalar(taken.select_from(ApprovalPolicy)):
            raise Conflict(_("There is a policy of that name."), code="name_taken", field="name")
        problems = list(_unknown(uow, save.rule))
        problems = problems or list(_unwalkable(uow, save.rule))
        problems = problems or [
            FieldProblem(f"rule.{one.path}", one.code, one.message) for one in checking.problems(uow, save.rule)
        ]
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=problems)
    row.name, row.name_key, row.rule = name, naming.key(name), governing.stored(save.rule)
    row.changed_at, row.changed_by = uow.now, uow.actor.name[:200]


def _unknown(uow: UnitOfWork, rule: PolicyRule) -> Iterator[FieldProblem]:
    """People, groups, schedules and calendars that it names and the workspace does not have."""
    raw = governing.stored(rule)
    for one in (*deciders.references(raw), *deadlines.references(raw), *escalation.references(raw)):
        gone = calendars.missing(uow, one.name) if one.kind == calendars.KIND else naming.missing(uow, one)
        if gone is not None:
            yield FieldProblem(f"rule.{one.field.removeprefix('config.')}", gone.code, gone.message)


def _unwalkable(uow: UnitOfWork, rule: PolicyRule) -> Iterator[FieldProblem]:
    """A level whose moment cannot be told."""
    plan = escalating.plan(rule)
    try:
        if plan is not None:
            plans.resolve(uow, plan)
    except InvalidInput as error:
        yield FieldProblem(f"rule.{error.field}", error.code, error.message)


def _unused(uow: UnitOfWork, row: ApprovalPolicy, field: str | None) -> None:
    workflows = used_by(uow, row)
    if workflows:
        message = _("Workflows name this policy: %(names)s. Change them first.", names=", ".join(workflows[:5]))
        raise Conflict(message, code="policy_in_use", field=field)


def _facts(row: ApprovalPolicy) -> dict[str, Any]:
    """Field by field; what the form did not ask yet when it was stored is the default."""
    return {"name": row.name, **governing.stored(governing.restored(row.rule))}


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[audit.Change]:
    for name in now:
        if before[name] != now[name]:
            yield audit.Change(name, before[name], now[name], personal=name in _OF_PEOPLE)


def _target(row: ApprovalPolicy) -> audit.Target:
    return audit.Target("approval_policy", row.id, row.name)
