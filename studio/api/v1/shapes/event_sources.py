"""Event sources and what they kept."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape
from studio.runtime.outcomes import Verdict

_WORKFLOW = "019a0000-0000-7000-8000-000000000000"


class NewEventSource(Body):
    """What is to be heard."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "New shop", "type": "trigger.webhook"}]})

    name: str = Field(description="1 to 120 characters.")
    type: Literal["trigger.webhook", "connection.event"] = Field(
        description="The trigger that would hear the same: an address of its own, or an event of a connection."
    )
    settings: dict[str, Any] = Field(
        default_factory=dict,
        description="Of a webhook: signature, secret, other_secrets, header, dedup_key, dedup_hours, methods, "
        "content_types; of a connection: connection (its handle), event, scope. As the trigger takes them.",
    )


class EventSourceName(Body):
    """Another name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "New shop"}]})

    name: str


class SourceWorkflow(Body):
    """How the workflow is called, and whether it takes the address over."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "High-value orders", "take_address": True}]})

    name: str = Field("", max_length=120, description="Empty: as the source is called.")
    take_address: bool = Field(
        True, description="Of a webhook: at its first publishing the workflow takes the address, and the source closes."
    )


class SourceReplay(Body):
    """To whom."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"workflow_id": _WORKFLOW}]})

    workflow_id: str = Field(max_length=80, description="A published workflow that hears the same kind.")
    trigger: str | None = Field(None, max_length=40, description="Key of its trigger; empty: the first that fits.")


class EventSourceInfo(Shape):
    """A source."""

    id: Id
    name: str
    type: str
    settings: dict[str, Any]
    state: Literal["open", "closed"]
    address: str | None = Field(
        description="Where to send to; null: it has none, a workflow has taken it over, or you may not edit workflows."
    )
    heir_id: Id | None = Field(description="The workflow that takes the address over once it is published.")
    taken_by: Id | None = Field(description="The workflow that has taken an address of it over.")
    kept: int = Field(description="Events that are kept now; at most 1,000, for seven days.")
    last_at: datetime | None = Field(description="When the newest event came.")
    created_at: datetime
    closed_at: datetime | None


class SourceEventLine(Shape):
    """An event, without its data."""

    id: Id
    preview: str = Field(description="How its data begins.")
    repeats_id: Id | None = Field(description="The event that it repeats, by the key that tells deliveries apart.")
    meta: dict[str, Any]
    size: int = Field(description="Bytes of the body as it came.")
    received_at: datetime


class SourceEventInfo(SourceEventLine):
    """An event."""

    body: Any = Field(description="What a run would get.")
    headers: dict[str, str] | None = Field(description="What proves or signs in is masked.")
    query: dict[str, str] | None


class MadeOfSource(Shape):
    """The draft that was made."""

    workflow_id: Id


class ReplayedEvent(Shape):
    """What became of the event at the workflow."""

    verdict: Verdict
    reason: str | None
    run_id: Id | None = Field(description="The run that it started, or repeats.")
