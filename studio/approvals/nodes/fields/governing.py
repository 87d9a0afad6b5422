"""What a policy says: fields that a step would have itself."""

from collections.abc import Mapping
from typing import Any

from studio.approvals.nodes.fields.escalating import Escalating
from studio.approvals.nodes.fields.ruling import Ruling
from studio.approvals.nodes.fields.timed import Timed


class PolicyRule(Escalating, Timed, Ruling):
    """Who decides, how many of them, until when, and what happens while nobody answers."""


def taken(rule: PolicyRule) -> frozenset[str]:
    """The fields that a step takes from its policy: all, but a step's own escalation where the policy has none."""
    silent = not rule.escalate and not rule.fallback
    return frozenset(PolicyRule.model_fields) - (frozenset(Escalating.model_fields) if silent else frozenset())


def stored(rule: PolicyRule) -> dict[str, Any]:
    """As a policy keeps it."""
    return rule.model_dump(mode="json")


def restored(kept: Mapping[str, Any]) -> PolicyRule:
    """Read it back. What a newer form asks, and an older policy does not say, is the default."""
    return PolicyRule.model_validate(kept)
