"""What a policy says: fields that a step would have itself."""

from collections.abc import Mapping
from typing import Any

from studio.approvals.nodes.fields.ruling import Ruling
from studio.approvals.nodes.fields.timed import Timed


class PolicyRule(Timed, Ruling):
    """Who decides, how many of them, and until when."""


def stored(rule: PolicyRule) -> dict[str, Any]:
    """As a policy keeps it."""
    return rule.model_dump(mode="json")


def restored(kept: Mapping[str, Any]) -> PolicyRule:
    """Read it back. What a newer form asks, and an older policy does not say, is the default."""
    return PolicyRule.model_validate(kept)
