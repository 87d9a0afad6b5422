"""What a finding rests on, as it is kept in a rollout's history and told to workflows. Pure."""

from collections.abc import Iterable
from typing import Any

from studio.flags.ramps.evidence import Finding


def findings(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Each as a flat document: `key`, `code`, and of a guardrail `metric`, `estimate`, `low`, `high`."""
    return [_one(one) for one in found]


def _one(one: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {"key": one.key, "code": one.code.value}
    if one.guardrail is not None:
        told |= {"metric": one.guardrail.metric, "worse": one.guardrail.worse.value,
                 "tolerance": one.guardrail.tolerance, "change": one.guardrail.change.value}  # fmt: skip
    if one.comparison is not None:
        apart = one.comparison.absolute
        told |= {"low": apart.low, "estimate": apart.estimate, "high": apart.high}
    if one.ratio is not None:
        told |= {"p_value": one.ratio.p_value, "expected": list(one.ratio.expected)}
    return told
