"""Where audit events go: pipelines, destinations, dead letters."""

from datetime import datetime
from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from studio.api.v1.reading import Body, Moment, Paged
from studio.api.v1.shapes.common import Id, Shape
from studio.core.i18n import gettext as _
from studio.export.outcomes import Fate, LetterState, State
from studio.export.pipelines.yaml_text import LONGEST

_DOCUMENT: dict[str, Any] = {
    "exporters": {"file": {"name": "audit"}},
    "service": {"pipelines": {"logs": {"receivers": ["audit"], "exporters": ["file"]}}},
}


class ExportPipeline(Shape):
    """One pipeline: what events go through, in order."""

    name: str = Field(examples=["logs/security"])
    processors: list[str] = Field(description="Their kinds, in order.", examples=[["filter", "ocsf"]])
    exporters: list[str] = Field(examples=[["webhook/siem"]])
    from_beginning: bool = Field(description="Where a new destination begins: with the first event, or with the next.")


class ExportPipelines(Shape):
    """The document that holds, and what it says."""

    version: int = Field(description="Grows with each change, from 1. 0: nothing is set up.")
    text: str = Field(description="YAML as it was written; secrets stand in it by name alone.")
    document: dict[str, Any] | None = Field(description="The same as JSON. None: nothing is set up.")
    pipelines: list[ExportPipeline]
    changed_at: datetime | None


class ExportDocument(Body):
    """A document: YAML as text, or JSON."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"document": _DOCUMENT}]})

    text: str | None = Field(None, max_length=LONGEST, description="As YAML, in the OpenTelemetry Collector's shape.")
    document: dict[str, Any] | None = Field(None, description="The same as JSON. Send one of the two.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.text is None) is (self.document is None):
            raise ValueError(_("Send the document as text or as JSON, one of the two."))
        return self


class ExportSave(ExportDocument):
    """A document as it shall hold."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"document": _DOCUMENT, "version": 3}]})

    version: int | None = Field(
        None, ge=0, description="The version that was edited; refused where it is no longer the newest. None: any."
    )


class PreviewedEvent(Shape):
    """One of the newest events, as it was recorded and as it would be sent."""

    action: str = Field(examples=["workflow.published"])
    at: datetime
    recorded: dict[str, Any]
    sent: dict[str, Any] | None = Field(description="None: a filter leaves it out, or `problem` says what is wrong.")
    problem: str


class PreviewedPipeline(Shape):
    """What one pipeline would send."""

    name: str
    events: list[PreviewedEvent]


class ExportPreview(Shape):
    """What each pipeline would send of the newest events. Nothing was sent."""

    pipelines: list[PreviewedPipeline]


class ExportDestinationView(Shape):
    """One exporter of one pipeline, and how far it is."""

    id: Id
    pipeline: str = Field(examples=["logs/security"])
    exporter: str = Field(examples=["webhook/siem"])
    state: State
    cursor: int = Field(description="Number of the last event that is theirs, was left out, or is a dead letter.")
    lag: int = Field(description="Events that are still to come.")
    oldest_waits_s: float | None = Field(description="Seconds that the oldest of them has waited. None: none waits.")
    attempts: int = Field(description="Attempts that failed in a row.")
    next_attempt_at: datetime
    last_code: str | None = Field(description="Why the last attempt failed, for programs.", examples=["http.503"])
    last_error: str | None = Field(description="The same for people.")
    failing_since: datetime | None
    sent_at: datetime | None = Field(description="When it last took something.")
    delivered: int = Field(description="Events that it has taken, counted again where they were sent again.")
    dead_letters: int


class TestResult(Shape):
    """What became of a test event."""

    sent: bool
    fate: Fate
    code: str = Field(examples=["http.401"])
    said: str


class ExportReplay(Body):
    """From when on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"since": "2026-03-02T00:00:00Z"}]})

    since: Moment = Field(description="Events from then on are sent once more, under the ids that they had.")


class Replayed(Shape):
    """How much is sent once more."""

    events: int


class DeadLetterQuery(Paged):
    """Which."""


class DeadLetter(Shape):
    """An event that the destination would not take. The trail keeps the event."""

    id: Id
    seq: int = Field(description="The event's number in the trail.")
    event_id: Id
    state: LetterState
    code: str = Field(examples=["http.422"])
    said: str
    attempts: int
    at: datetime = Field(description="Of the last attempt.")


class DeadLettersTurned(Shape):
    """How many it was about."""

    letters: int
