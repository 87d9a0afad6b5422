"""Runs that an entry of the audit trail starts."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import field_validator

from studio.audit import custom
from studio.audit.registry import CUSTOM, Action
from studio.contract.node import NodeConfig, TriggerType, help_
from studio.core.i18n import gettext as _

_PATTERN = re.compile(r"\*|[a-z][a-z_]*\.\*|[a-z][a-z_]*\.[a-z][a-z0-9_]*\Z")
SAMPLE: Mapping[str, Any] = {
    "id": "019a0000-0000-7000-8000-000000000003",
    "seq": 4_711,
    "action": "guard.freeze_bypassed",
    "severity": "critical",
    "occurred_at": "2026-03-02T10:15:00.000000Z",
    "says": "Jonas Weber went past the freeze of “Refund €420.00”",
    "actor": {"type": "user", "id": "019a0000-0000-7000-8000-000000000004", "name": "Jonas Weber"},
    "outcome": {"result": "success", "code": None, "reason": "The shop is down"},
    "targets": [{"type": "workflow", "id": "019a0000-0000-7000-8000-000000000001", "name": "High-value refunds"}],
    "changes": [],
    "metadata": {"reason": "The shop is down"},
    "context": {"ip": "192.0.2.7", "run_id": None, "request_id": "9f1c2a"},
}


class AuditTrailEvent(TriggerType):
    """Start a run for each matching entry of the audit trail: what people, tokens and other workflows do in Studio.

    Each entry starts one run, in the trail's order. A workflow does not hear of its own runs, and Studio ends a chain
    of workflows that start one another this way.
    """

    key = "audit.event"
    chains = True
    title = "Audit event"
    icon = "audit"
    sample = SAMPLE

    class Config(NodeConfig):
        actions: list[str] = help_(
            "Which entries: an action such as secret.updated, all of a kind such as approval.* or custom.*, or * for "
            "all. The page Audit lists the actions.",
            title="Actions",
            example=["guard.freeze_bypassed"],
            min_length=1,
            max_length=50,
        )
        filter: str | None = help_(
            "Only entries for which this is true. Empty: all.",
            title="Only if",
            default=None,
            example='trigger.severity == "critical"',
            expression="bool",
            deferred=True,
            widget="conditions",
        )

        @field_validator("actions")
        @classmethod
        def _known(cls, patterns: list[str]) -> list[str]:
            for pattern in patterns:
                if not _PATTERN.fullmatch(pattern) or not _is_known(pattern):
                    raise ValueError(_("There is no audit action “%(name)s”.", name=pattern))
            return patterns

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        actions = config.get("actions")
        return ", ".join(map(str, actions)) if isinstance(actions, list) else ""

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        del config
        return SAMPLE


def _is_known(pattern: str) -> bool:
    if pattern in ("*", f"{CUSTOM}.*") or custom.is_custom(pattern):
        return True
    resource, _dot, verb = pattern.partition(".")
    if verb == "*":
        return any(action.resource == resource for action in Action.registry.values())
    return pattern in Action.registry
