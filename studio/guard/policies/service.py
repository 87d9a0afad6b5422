"""Policies of protected targets: made, edited in versions, retired; and what the workspace protects itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from studio import audit
from studio.contract import references
from studio.contract.node import Effect, Kind, NodeType
from studio.contract.node import registry as node_types
from studio.contract.protecting import Target, registry
from studio.contract.protecting.target import OWN
from studio.contract.references import Reference
from studio.core import ids, tenancy
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import Environment, Schema, check_expression
from studio.guard.models import GuardPolicy, GuardPolicyVersion, GuardTarget
from studio.guard.policies import catalogue
from studio.guard.policies.fields import PolicyFields
from studio.guard.targets import naming

MOST = 200
"""Policies, and own targets, of one workspace."""
_KINDS = {"user": "user", "group": "approver_group", "schedule": "schedule"}
_SCHEMAS = {"boolean": "bool", "number": "number", "percent": "number", "text": "string", "money": "string"}
_DOING = (Kind.ACTION, Kind.DATA, Kind.FLOW, Kind.AUDIT)
_ACTOR = Schema.of_fields({name: Schema.of_kind("string") for name in ("type", "role", "name")})


@dataclass(frozen=True, slots=True)
class PolicySave:
    """A policy as it shall be."""

    target: str
    name: str
    fields: PolicyFields


@dataclass(frozen=True, slots=True)
class TargetSave:
    """A target of the workspace's own, as it shall be."""

    title: str
    node_type: str
    condition: str = ""


def every(uow: UnitOfWork) -> list[GuardPolicy]:
    """Those in force, by target and name."""
    query = select(GuardPolicy).where(GuardPolicy.retired_at.is_(None))
    return list(uow.session.scalars(query.order_by(GuardPolicy.target, GuardPolicy.name, GuardPolicy.id)))


def get(uow: UnitOfWork, policy_id: UUID) -> GuardPolicy:
    """One policy, in force or retired. Raises NotFound."""
    return tenancy.get(uow.session, GuardPolicy, policy_id, "protection policy")


def versions(uow: UnitOfWork, policy_id: UUID) -> list[GuardPolicyVersion]:
    """As it was, newest first. Raises NotFound."""
    row = get(uow, policy_id)
    query = select(GuardPolicyVersion).where(GuardPolicyVersion.policy_id == row.id)
    return list(uow.session.scalars(query.order_by(GuardPolicyVersion.version.desc()).limit(200)))


def create(uow: UnitOfWork, save: PolicySave) -> GuardPolicy:
    """Make one; it holds from the commit on. Raises InvalidInput with the field."""
    row = GuardPolicy(id=ids.new_id(), target=save.target, version=1, created_at=uow.now)
    _enough(uow, GuardPolicy)
    _fill(uow, row, save)
    uow.session.add(row)
    _write(uow, row)
    audit.record(uow, "guard_policy.created", targets=[_about(row)], metadata=_facts(row))
    return row


def change(uow: UnitOfWork, policy_id: UUID, save: PolicySave, seen: int | None = None) -> GuardPolicy:
    """Edit one: a new version, which runs under way meet as well. `seen`: the version that the edit was made from.

    Raises as create(), and Conflict where it is retired, is of another target, or was edited since `seen`.
    """
    query = select(GuardPolicy).where(GuardPolicy.id == policy_id).with_for_update()
    uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    row = _in_force(uow, policy_id)
    if seen is not None and seen != row.version:
        said = _("%(who)s edited this policy since you opened it. Nothing was saved.", who=row.changed_by)
        raise Conflict(said, code="policy_changed")
    if save.target != row.target:
        raise Conflict(_("A policy stays with its protected action. Make another one."), code="target_fixed")
    before = {"name": row.name, **row.rule}
    _fill(uow, row, save)
    changed = [
        audit.Change(name, before.get(name), now, personal=name == "approvals")
        for name, now in {"name": row.name, **row.rule}.items()
        if before.get(name) != now
    ]
    if changed:
        row.version += 1
        _write(uow, row)
        audit.record(uow, "guard_policy.changed", targets=[_about(row)], changes=changed, metadata=_facts(row))
    return row


def retire(uow: UnitOfWork, policy_id: UUID) -> GuardPolicy:
    """Take one out of force; it stays readable. Raises NotFound, Conflict where it is retired."""
    row = _in_force(uow, policy_id)
    row.retired_at, row.changed_by = uow.now, uow.actor.name[:200]
    uow.session.flush()
    catalogue.changed(uow)
    audit.record(uow, "guard_policy.retired", targets=[_about(row)], metadata=_facts(row))
    return row


def own(uow: UnitOfWork) -> list[GuardTarget]:
    """What the workspace protects itself, by title."""
    query = select(GuardTarget).where(GuardTarget.retired_at.is_(None))
    return list(uow.session.scalars(query.order_by(GuardTarget.title, GuardTarget.id)))


def target(uow: UnitOfWork, target_id: UUID) -> GuardTarget:
    """One of them, in force or not. Raises NotFound."""
    return tenancy.get(uow.session, GuardTarget, target_id, "protected action")


def protectable() -> list[type[NodeType]]:
    """Types of the steps that can be protected, by title: those that do something, and ask nobody."""
    found = [one for one in node_types.values() if one.effect is not Effect.PURE and one.kind in _DOING]
    return sorted(found, key=lambda one: (_(one.title), one.key))


def protect(uow: UnitOfWork, save: TargetSave) -> GuardTarget:
    """Protect steps of one type by a name of one's own. Raises InvalidInput with the field, Conflict."""
    _enough(uow, GuardTarget)
    title = _named(save.title, "title")
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60]
    if not slug:
        raise InvalidInput(_("Use letters or digits."), field="title", code="title_unreadable")
    problems = []
    if save.node_type not in {one.key for one in protectable()}:
        problems.append(FieldProblem("node_type", "node_type.unprotectable", _("No such step can be protected.")))
    problems += _condition_problems(save.condition, {"config": Schema.anything()})
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=problems)
    row = uow.session.scalar(select(GuardTarget).where(GuardTarget.key == OWN + slug))
    if row is not None and row.retired_at is None:
        raise Conflict(_("There is a protected action of that name."), code="name_taken", field="title")
    if row is None:
        row = GuardTarget(id=ids.new_id(), key=OWN + slug, version=0)
    row.title, row.node_type, row.condition = title, save.node_type, save.condition
    row.version, row.retired_at = row.version + 1, None
    row.changed_at, row.changed_by = uow.now, uow.actor.name[:200]
    uow.session.add(row)
    uow.session.flush()
    catalogue.changed(uow)
    facts = {"key": row.key, "node_type": row.node_type, "condition": row.condition[:500]}
    audit.record(uow, "guard_target.created", targets=[_own_target(row)], metadata=facts)
    return row


def unprotect(uow: UnitOfWork, target_id: UUID) -> None:
    """Protect them no longer. Raises NotFound, Conflict while a policy stands before it."""
    row = target(uow, target_id)
    policies = [one.name for one in every(uow) if one.target == row.key]
    if policies:
        said = _("Policies stand before it: %(names)s. Retire them first.", names=", ".join(policies[:5]))
        raise Conflict(said, code="target_in_use")
    if row.retired_at is None:
        row.retired_at, row.changed_by = uow.now, uow.actor.name[:200]
        uow.session.flush()
        catalogue.changed(uow)
        facts = {"key": row.key, "node_type": row.node_type, "condition": row.condition[:500]}
        audit.record(uow, "guard_target.retired", targets=[_own_target(row)], metadata=facts)


def title_of(uow: UnitOfWork, key: str) -> str:
    """A protected action as people read it."""
    known = registry().get(key)
    if known is not None:
        return _(known.title)
    row = uow.session.scalar(select(GuardTarget).where(GuardTarget.key == key))
    return row.title if row is not None else key


def _fill(uow: UnitOfWork, row: GuardPolicy, save: PolicySave) -> None:
    known = registry().get(save.target)
    name = _named(save.name, "name")
    with uow.session.no_autoflush:
        problems = list(_problems(uow, known, save))
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=problems)
    row.name, row.rule = name, save.fields.stored()
    row.changed_at, row.changed_by = uow.now, uow.actor.name[:200]


def _problems(uow: UnitOfWork, known: Target | None, save: PolicySave) -> Iterator[FieldProblem]:
    fields = save.fields
    if known is None and naming.own(uow, save.target) is None:
        yield FieldProblem("target", "target.unknown", _("There is no such protected action."))
    if fields.above is not None and (known is None or known.limit is None):
        said = _("This action has no number to compare. Leave it empty, or write a condition.")
        yield FieldProblem("rule.above", "no_limit", said)
    if fields.requirement().empty:
        said = _("Ask for something: people who agree, a proof, or a freeze.")
        yield FieldProblem("rule.approvals", "asks_nothing", said)
    facts = Schema.anything()
    if known is not None:
        facts = Schema.of_fields({one.name: Schema.of_kind(_SCHEMAS[one.kind], one.example) for one in known.facts})  # type: ignore[arg-type]  # the table's values are kinds
    yield from _condition_problems(fields.condition, {"facts": facts, "actor": _ACTOR}, "rule.condition")
    for number, demand in enumerate(fields.approvals):
        for place, one in enumerate(demand.approvers):
            prefix, _colon, named = one.partition(":")
            path = f"rule.approvals.{number}.approvers.{place}"
            gone = references.missing(uow, Reference(path, _KINDS[prefix], named))
            if gone is not None:
                yield FieldProblem(path, gone.code, gone.message)


def _condition_problems(source: str, roots: dict[str, Schema], path: str = "condition") -> list[FieldProblem]:
    if not source:
        return []
    found = check_expression(source, Environment(roots), "bool")
    return [FieldProblem(path, one.code, one.message) for one in found if one.severity == "error"]


def _named(text: str, field: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= 80:
        raise InvalidInput(_("It needs a name of up to 80 letters."), field=field, code="name_missing")
    return name


def _enough(uow: UnitOfWork, model: type[GuardPolicy | GuardTarget]) -> None:
    count = uow.session.scalar(select(func.count()).select_from(model).where(model.retired_at.is_(None))) or 0
    if count >= MOST:
        raise Conflict(_("A workspace has at most %(most)s of these.", most=MOST), code="too_many_policies")


def _in_force(uow: UnitOfWork, policy_id: UUID) -> GuardPolicy:
    row = get(uow, policy_id)
    if row.retired_at is not None:
        raise Conflict(_("This policy is retired. Make another one."), code="policy_retired")
    return row


def _write(uow: UnitOfWork, row: GuardPolicy) -> None:
    uow.session.add(
        GuardPolicyVersion(
            id=ids.new_id(), policy_id=row.id, version=row.version, name=row.name, rule=row.rule, made_at=uow.now,
            made_by=row.changed_by,
        )
    )  # fmt: skip
    uow.session.flush()
    catalogue.changed(uow)


def _facts(row: GuardPolicy) -> dict[str, Any]:
    return {"version": row.version, "target": row.target}


def _about(row: GuardPolicy) -> audit.Target:
    return audit.Target("guard_policy", row.id, row.name)


def _own_target(row: GuardTarget) -> audit.Target:
    return audit.Target("guard_target", row.id, row.title)
