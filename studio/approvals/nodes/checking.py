"""What only this workspace knows of an approval step: whether those who have to agree are there."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError

from studio.approvals.nodes import deciders
from studio.approvals.nodes.fields import escalating
from studio.approvals.nodes.fields.governing import PolicyRule, restored
from studio.approvals.rule import Rule
from studio.approvals.service import foreseeing, groups, plans
from studio.approvals.service.named_policies import find
from studio.contract.approving import ApprovalRule
from studio.contract.references import Missing
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.unit_of_work import UnitOfWork

STEPS = ("approval.request", "approval.ask", "approval.stage")
_READ = ("approvers", "need", "number", "also", "declines", "exclude_roles")
_KNOWN = ("quorum_above_group", "declines_out_of_range")
"""Numbers that could never come together: such a step is not published. Who has no seat yet may get one."""


def unmeetable(uow: UnitOfWork, node_type: str, config: Mapping[str, Any]) -> Iterator[tuple[str, Missing]]:
    """Each number that asks for more people than are behind the names: such a step fails when it asks."""
    if node_type not in STEPS:
        return
    name = config.get("policy")
    if isinstance(name, str) and name.strip():
        yield from _of_policy(uow, name.strip())
        return
    for path, own in _variants(config):
        found = problems(uow, own) if own is not None and _all_known(uow, own) else ()
        for problem in found:
            of_owner = path != "config"
            if not (of_owner and problem.path.startswith("also.")):
                at = f"{path}.approvers" if of_owner else f"config.{problem.path}"
                yield at, Missing(problem.code, problem.message, warning=problem.code not in _KNOWN)


def problems(uow: UnitOfWork, rule: PolicyRule) -> list[FieldProblem]:
    """Why a rule could not be met now, whoever asks; at its fields. Empty: it could."""
    wanted = ApprovalRule(deciders.stages_of(rule), [role.value for role in rule.exclude_roles])
    stages = foreseeing.stages(uow, wanted, (), rule.fallback)
    found = [problem for stage in stages for problem in stage.problems]
    plan = escalating.plan(rule)
    if plan is not None and not found:
        try:
            plans.enough(plans.resolve(uow, plan), plan, Rule(tuple(one.stage for one in stages if one.stage)))
        except InvalidInput as error:
            found.append(FieldProblem(error.field or "escalate", error.code, error.message))
    return found


def _of_policy(uow: UnitOfWork, name: str) -> Iterator[tuple[str, Missing]]:
    row = find(uow, name)
    for problem in problems(uow, restored(row.rule)) if row is not None else ():
        said = _("The policy “%(name)s” cannot be met: %(why)s", name=name, why=problem.message)
        yield "config.policy", Missing(problem.code, said, warning=True)


def _variants(config: Mapping[str, Any]) -> Iterator[tuple[str, PolicyRule | None]]:
    """The step's own rule, and what it becomes by each rule for owners."""
    owners = config.get("owners")
    if config.get("approvers"):
        yield "config", _rule(config)
    for place, owner in enumerate(owners if isinstance(owners, list) else ()):
        if isinstance(owner, Mapping):
            yield f"config.owners.{place}", _rule({**config, "approvers": owner.get("approvers")})


def _rule(config: Mapping[str, Any]) -> PolicyRule | None:
    """What a raw config says of who decides; None: not yet a rule, which its form tells."""
    try:
        return PolicyRule.model_validate({name: config[name] for name in _READ if name in config})
    except ValidationError:
        return None


def _all_known(uow: UnitOfWork, rule: PolicyRule) -> bool:
    """Whether each name leads somewhere: of the others a template, or a warning of their own, says more."""
    refs: Iterable[str] = (*rule.approvers, *(ref for more in rule.also for ref in more.approvers))
    return not any("{{" in ref for ref in refs) and not groups.resolve(uow, list(refs)).unknown
