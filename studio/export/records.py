"""One event on its way to a destination."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from studio.export.outcomes import Verdict


@dataclass(frozen=True, slots=True)
class Record:
    """An event as processors change it, with what transports need to know of it whatever its form."""

    seq: int
    """Its number in the workspace's trail."""
    id: UUID
    """The same at every attempt: what a destination recognises repeats by."""
    workspace_id: UUID
    action: str
    severity: str
    """`info`, `notice`, `warning` or `critical`."""
    occurred_at: datetime
    recorded_at: datetime
    body: Mapping[str, Any]
    """What is sent."""
    form: str = "studio"
    """How the body is built: `studio`, `ocsf`, `cloudevents`."""

    def with_body(self, body: Mapping[str, Any], form: str | None = None) -> "Record":
        """The same event, told otherwise."""
        return replace(self, body=body, form=form or self.form)


def of_event(event: Mapping[str, Any]) -> Record:
    """The record of an event of the trail, as it is stored."""
    return Record(
        seq=event["seq"],
        id=UUID(event["id"]),
        workspace_id=_workspace(event["workspace_id"]),
        action=event["action"],
        severity=event["severity"],
        occurred_at=datetime.fromisoformat(event["occurred_at"]),
        recorded_at=datetime.fromisoformat(event["recorded_at"]),
        body=event,
    )


_workspace = lru_cache(maxsize=1_024)(UUID)


@dataclass(frozen=True, slots=True)
class Aside:
    """An event that cannot be sent, and why."""

    record: Record
    verdict: Verdict
