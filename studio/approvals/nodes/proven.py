"""What an approval proves, by a step's raw config: who agreed at least, however it was reached. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from studio.approvals.nodes.deciders import HowMany
from studio.approvals.nodes.fields.escalating import AtLast
from studio.contract.protecting import ApprovalDemand, Gate, Requirement

_USER = "user:"


def gates(config: Mapping[str, Any]) -> tuple[Gate, ...]:
    """Behind `approved`. Nothing where silence may agree, or a policy, a matrix or a field's owners say who.

    Whoever asked is barred in every approval. Whoever may be asked later may decide as well, so they count among those
    who may have agreed.
    """
    if (
        config.get("policy")
        or config.get("matrix")
        or config.get("owners")
        or config.get("at_last", AtLast.WAIT) != AtLast.WAIT
    ):
        return ()
    later = [*_refs(config.get("fallback"))]
    for level in _dicts(config.get("escalate")):
        later += _refs(level.get("targets"))
    asked = [config, *_dicts(config.get("also"))]
    demands = [_demand(one, later) for one in asked if _refs(one.get("approvers"))]
    if not demands:
        return ()
    return (Gate(("approved",), Requirement.of(demands, asker_decides=False)),)


def _demand(asked: Mapping[str, Any], later: list[str]) -> ApprovalDemand:
    approvers = _refs(asked.get("approvers"))
    return ApprovalDemand(frozenset([*approvers, *later]), _count(asked, approvers))


def _count(asked: Mapping[str, Any], approvers: list[str]) -> int:
    """At least so many; of per cent, and of all behind a group, at least one."""
    number = asked.get("number")
    if asked.get("need") == HowMany.COUNT and isinstance(number, int) and number > 0:
        return number
    if asked.get("need") == HowMany.ALL and all(one.startswith(_USER) for one in approvers):
        return len(set(approvers))
    return 1


def _refs(given: Any) -> list[str]:
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _dicts(given: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(given, list):
        yield from (one for one in given if isinstance(one, Mapping))
