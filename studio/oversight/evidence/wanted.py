"""What a pack is asked for, and how it is named in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.audit.envelope import stamp
from studio.audit.listing import Filter
from studio.oversight.evidence.outcomes import Kind

FILTERS = ("action", "actor", "target_type", "target", "run", "q")
"""Of the Audit page, beside its time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run, an approval, or a period with filters."""

    kind: Kind
    subject: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""
    filters: Mapping[str, str] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        """As it stands in the pack."""
        return {
            "kind": self.kind.value,
            "subject": str(self.subject) if self.subject else None,
            "since": stamp(self.since) if self.since else None,
            "until": stamp(self.until) if self.until else None,
            "filters": dict(self.filters),
        }

    def events(self) -> Filter:
        """Which audit events of a period."""
        return Filter(
            action=self.filters.get("action"),
            actor_id=self.filters.get("actor"),
            target_type=self.filters.get("target_type"),
            target_id=self.filters.get("target"),
            run_id=self.filters.get("run"),
            text=self.filters.get("q"),
            since=self.since,
            until=self.until,
        )
