"""Runs that something in Studio itself starts."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from studio.contract import gathering, repeats
from studio.contract.node import NodeConfig, TriggerType, help_

_RUN = {"id": "019a0000-0000-7000-8000-000000000000", "title": "Order 6021"}
_WORKFLOW = {"id": "019a0000-0000-7000-8000-000000000001", "name": "High-value refunds"}
SAMPLES: Mapping[str, Any] = {
    "run.failed": {
        "event": "run.failed",
        "run": _RUN,
        "workflow": _WORKFLOW,
        "error": {
            "code": "http.status_503",
            "message": "erp.example.com had an error of its own (503).",
            "node": "call",
        },
    },
    "approval.decided": {
        "event": "approval.decided",
        "title": "Refund €420.00 to Anna Keller",
        "outcome": "approved",
        "by": "Jonas Weber",
        "by_email": "jonas@example.com",
        "at": "2026-03-02T10:15:00+00:00",
        "comment": "",
        "request_id": "019a0000-0000-7000-8000-000000000002",
    },
}


class AppEvent(TriggerType):
    """Start a run when something happens in Studio: a run failed, an approval was decided."""

    key = "trigger.app_event"
    chains = True
    title = "Studio event"
    icon = "bolt"
    sample = SAMPLES["run.failed"]

    class Config(NodeConfig):
        event: Literal["run.failed", "approval.decided"] = help_(
            "What has happened. A workflow does not hear of its own runs.",
            title="When",
            default="run.failed",
            example="run.failed",
        )
        filter: str | None = help_(
            "Only events for which this is true. Empty: all.",
            title="Only if",
            default=None,
            example='trigger.workflow.name == "High-value refunds"',
            expression="bool",
            deferred=True,
            widget="conditions",
        )
        dedup_key: str | None = repeats.key_field(
            "Two events with the same key within the window start one run. Empty: every event starts one.",
            title="Same event, if equal",
            example="trigger.run.title",
        )
        dedup_hours: int = repeats.hours_field()
        gather: gathering.Gather = gathering.gather_field()
        gather_key: str | None = gathering.gather_key_field()
        quiet_s: int = gathering.quiet_field()
        longest_s: int = gathering.longest_field()
        most: int = gathering.most_field()

    @classmethod
    def hears(cls, config: Mapping[str, Any]) -> Iterable[str]:
        """What people decided; that a run fails is brought about by no step in particular."""
        return ("approval.decided",) if config.get("event") == "approval.decided" else ()

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        parts = (str(config.get("event", "run.failed")), gathering.summary(config))
        return " · ".join(part for part in parts if part)

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        return gathering.sample_of(config.get("gather"), SAMPLES.get(str(config.get("event", "run.failed"))))
