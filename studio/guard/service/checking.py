"""What an action lacks: which policies hold for it, what they ask for together, and what of it is not there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.contract.protecting import (
    NOTHING,
    ApprovalDemand,
    Freeze,
    Requirement,
    StepUpDemand,
    registry,
)
from studio.core.actor import Actor
from studio.core.unit_of_work import UnitOfWork
from studio.guard.policies import catalogue, policy
from studio.guard.policies.policy import Held


@dataclass(frozen=True, slots=True)
class Lacking:
    """What has to be there before it happens."""

    requirement: Requirement
    """By all policies that hold together."""
    policies: tuple[Held, ...]
    """Which ones hold; none: the target's default."""
    frozen: Freeze | None
    """The freeze that holds now, the one that ends last."""

    @property
    def step_up(self) -> StepUpDemand | None:
        """The proof that whoever does it has to give."""
        return self.requirement.step_up

    @property
    def approvals(self) -> frozenset[ApprovalDemand]:
        """Who has to agree."""
        return self.requirement.approvals

    @property
    def nothing(self) -> bool:
        """Whether it may happen as it is."""
        return self.frozen is None and self.step_up is None and not self.approvals


def check(uow: UnitOfWork, target: str, facts: Mapping[str, Any], actor: Actor | None = None) -> Lacking:
    """What an action asks for now, by what is known of it. `actor` None: the unit's own."""
    known = registry().get(target)
    held = catalogue.of(uow).policies.get(target, ())
    if not held:
        return Lacking(known.default if known is not None else NOTHING, (), None)
    requirement, found = policy.required(held, known, facts, actor_facts(actor or uow.actor))
    return Lacking(requirement, found, _frozen(uow, requirement))


def actor_facts(actor: Actor) -> dict[str, Any]:
    """What conditions may know of whoever acts."""
    return {"type": actor.type.value, "role": actor.role or "", "name": actor.name}


def own_targets(uow: UnitOfWork, node_type: str, config: Mapping[str, Any]) -> list[str]:
    """Keys of the workspace's own targets that a step reaches, by its type and its settings as it runs."""
    own = catalogue.of(uow).own.get(node_type, ())
    return [one.key for one in own if policy.matches(one.condition, config)]


def _frozen(uow: UnitOfWork, requirement: Requirement) -> Freeze | None:
    if not requirement.freezes:
        return None
    holding = [one for one in requirement.freezes if one.holds(uow.now)]
    return max(holding, key=lambda one: (one.ends_at, one.name), default=None)
