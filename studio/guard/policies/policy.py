"""Pure: which policies hold for an action, by what is known of it. What is not known holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from studio.contract.protecting import Requirement, Target, strictest_of
from studio.expressions import EvaluationError, Scope, evaluate


@dataclass(frozen=True, slots=True)
class Held:
    """A policy in force, as it is compared with an action."""

    id: str
    name: str
    version: int
    target: str
    above: Decimal | None
    condition: str
    requirement: Requirement


def holds(policy: Held, target: Target | None, facts: Mapping[str, Any], actor: Mapping[str, Any]) -> bool:
    """Whether it holds for an action. A number or a condition that cannot be read holds: nothing slips by."""
    if policy.above is not None and target is not None and target.limit is not None:
        number = _number(facts.get(target.limit.fact))
        if number is not None and number <= policy.above:
            return False
    return not policy.condition or _true(policy.condition, {"facts": facts, "actor": actor})


def required(
    held: Iterable[Held], target: Target | None, facts: Mapping[str, Any], actor: Mapping[str, Any]
) -> tuple[Requirement, tuple[Held, ...]]:
    """What an action asks for, and by which policies.

    Policies that only freeze stand beside what holds without any: whoever plans a freeze takes no proof away.
    """
    known = tuple(held)
    found = tuple(one for one in known if holds(one, target, facts, actor))
    default = [target.default] if target is not None and all(map(_only_freezes, known)) else []
    return strictest_of([*(one.requirement for one in found), *default]), found


def _only_freezes(one: Held) -> bool:
    return not one.requirement.approvals and one.requirement.step_up is None


def matches(condition: str, config: Mapping[str, Any]) -> bool:
    """Whether a step is one that the workspace protects itself, by its settings. What cannot be read is."""
    return not condition or _true(condition, {"config": config})


def _true(source: str, roots: Mapping[str, Any]) -> bool:
    try:
        return evaluate(source, Scope(roots)) is not False
    except EvaluationError:
        return True


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
