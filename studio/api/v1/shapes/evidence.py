"""Evidence packs."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Moment, Paged
from studio.api.v1.shapes.common import Id, Shape
from studio.oversight.evidence.outcomes import Kind, State


class EvidenceAsk(Body):
    """What a pack is asked of: a run or approval by `subject`, or a period with filters."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "period", "since": "2026-10-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"},
                {"kind": "approval", "subject": "019a0000-0000-7000-8000-000000000000"},
            ]
        }
    )

    kind: Kind
    subject: UUID | None = Field(None, description="The run's or approval's id.")
    since: Moment | None = Field(None, description="Of a period.")
    until: Moment | None = Field(None, description="Not included; left out: now.")
    filters: dict[Literal["action", "actor", "target_type", "target", "run", "q"], str] = Field(
        default_factory=dict, description="Which audit events of a period, and the approvals and runs they are about."
    )


class EvidenceQuery(Paged):
    """Which page."""


class EvidencePackShape(Shape):
    """A pack: how far it is, or what it holds."""

    id: Id
    kind: Kind
    subject: Id | None
    since: datetime | None
    until: datetime | None = Field(description="Not included.")
    filters: dict[str, str]
    state: State
    stage: str = Field(description="What is being put in; empty: it waits, or has ended.")
    approvals: int
    runs: int
    events: int
    size: int = Field(description="Bytes so far.")
    sha256: str | None = Field(description="Of the archive, once it is ready.")
    error: str | None
    created_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None = Field(description="When it can no longer be downloaded.")
