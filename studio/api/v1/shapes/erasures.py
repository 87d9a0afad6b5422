"""Erasures of a customer's data."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Shape
from studio.runtime.erasure.outcomes import Progress


class ErasureAsk(Body):
    """Whose data, and what people call the matter."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"key": "anna@example.com", "reference": "Data request 2026-014"}]}
    )

    key: str = Field(
        max_length=400, description="An email address, phone number or customer number.", examples=["anna@example.com"]
    )
    reference: str = Field(
        max_length=400, description="Stays in the report, so it names nobody.", examples=["Data request 2026-014"]
    )


class ErasureView(Shape):
    """One erasure, which stays as its report."""

    id: UUID
    reference: str
    state: Progress
    looked_at: int = Field(description="Runs and received events that the present look has come through.")
    found_runs: int
    found_events: int = Field(description="Received events that started no run.")
    found_archived: int = Field(description="Archived runs that name the customer.")
    erased_runs: int
    erased_events: int
    erased_archived: int = Field(description="Archived runs that were taken out of their files.")
    trouble: str | None = Field(description="Why the archive cannot be looked through now; it waits for that.")
    kept_runs: int = Field(description="Runs that name the customer and have not ended, or are still needed.")
    kept: list[UUID] = Field(description="The first hundred of those.")
    by: str
    created_at: datetime
    ended_at: datetime | None


class Erasures(Shape):
    """The newest fifty."""

    items: list[ErasureView]
