"""Syncs: records of other systems, copied and kept current."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Query
from studio.api.v1.shapes.common import Id, Shape

_STATE = Literal["idle", "queued", "running", "rate_limited", "succeeded", "partial", "failed", "paused", "disabled"]


class SyncInfo(Shape):
    """One stream of a connection that is copied."""

    id: Id
    connection_id: Id
    stream: str = Field(examples=["orders"])
    scope_id: UUID | None = Field(None, description="Channel, store or warehouse; null: the whole account.")
    state: _STATE
    every_s: int = Field(description="Seconds between two passes.", examples=[300])
    next_due_at: datetime = Field(description="Nothing is read before; without meaning while paused or disabled.")
    succeeded_at: datetime | None = Field(None, description="The end of the last pass that came to its end.")
    synced_to: datetime | None = Field(None, description="What changed at the provider before is here.")
    records: int = Field(description="That are there now.", examples=[1204])
    added: int = Field(description="Of all passes, as the next two.")
    updated: int
    deleted: int
    failures: int = Field(description="Attempts that failed in a row.")
    error_code: str | None = None
    error: str | None = Field(None, description="Why it does not go on, in words.")
    created_at: datetime


class NewSync(Body):
    """What to copy from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"stream": "orders", "every_s": 300}]})

    stream: str = Field(max_length=60, description="One of the connector's streams.")
    scope_id: UUID | None = Field(None, description="Of a channel, store or warehouse. Null: the whole account.")
    every_s: int | None = Field(None, description="A minute to seven days. Null: as often as the connector suggests.")


class SyncChange(Body):
    """How often it is read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"every_s": 600}]})

    every_s: int = Field(description="Seconds, from a minute to seven days.")


class Backfill(Body):
    """What to read once more. Records stay in the meantime."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"since": "2026-03-01T00:00:00+00:00"}]})

    since: datetime | None = Field(None, description="Null: everything.")


class RecordInfo(Shape):
    """One record, as it was last read."""

    external_id: str = Field(description="The provider's id.", examples=["6021"])
    data: dict[str, Any] | None = Field(None, description="As the connector reads it.")
    changed_at: datetime = Field(description="When a pass last found it added, changed or deleted.")
    deleted_at: datetime | None = None


class RecordsQuery(Query):
    """Which records."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=300, description="`next_cursor` of the page before.")
