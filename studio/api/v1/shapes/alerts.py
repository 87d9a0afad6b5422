"""Alerts."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Paged
from studio.api.v1.shapes.common import Id, Shape
from studio.oversight.alerts.course import State


class AlertQuery(Paged):
    """Which alerts."""

    state: State | None = None
    workflow: UUID | None = Field(None, description="The id of the workflow that they are about.")


class AlertNoteView(Shape):
    """One line of what happened to an alert."""

    at: datetime
    what: Literal[
        "opened", "held", "told", "reminded", "nobody", "acknowledged", "snoozed", "handed", "resolved", "recovered",
        "cleared", "ended",
    ]  # fmt: skip
    by: Id | None = Field(description="Who was told, or who did it.")


class AlertView(Shape):
    """One thing that goes wrong in one way, until it is over."""

    id: Id
    kind: str = Field(examples=["workflow.failing"])
    title: str
    thing_id: Id = Field(description="What it is about: a workflow, connection, sync, webhook or audit destination.")
    thing_name: str
    state: State
    count: int = Field(description="How often it happened.")
    urgent: bool = Field(description="Told in quiet hours as well.")
    first_at: datetime
    last_at: datetime
    next_at: datetime | None = Field(description="When somebody is told next, unless somebody is on it.")
    snoozed: bool = Field(description="Put off until `next_at`, when whoever did that is reminded.")
    acknowledged_by: Id | None
    acknowledged_at: datetime | None
    resolved_by: Id | None = Field(description="Null: it goes on, or works again by itself.")
    resolved_at: datetime | None


class AlertDetail(AlertView):
    """The same with what happened."""

    lines: list[str] = Field(description="Cause, and what to do.")
    notes: list[AlertNoteView]


class AlertSnooze(Body):
    """For how long."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"minutes": 60}]})

    minutes: int = Field(description="1 to 1,440.")
