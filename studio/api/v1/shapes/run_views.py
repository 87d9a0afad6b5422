"""Filters of the list of runs by a name."""

from datetime import datetime

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape
from studio.api.v1.shapes.run_exports import FilterBody, Filters
from studio.runtime.history.columns import Column
from studio.runtime.history.filters import RunFilter
from studio.runtime.history.views import LONGEST
from studio.runtime.models import RunView


class _ViewFilter(FilterBody):
    refusal = "run_view.filter"


class RunViewSave(_ViewFilter):
    """A filter and its name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Failed this week", "filters": {"state": ["failed"], "since": ["7d"]}}]
        }
    )

    name: str = Field(min_length=1, max_length=LONGEST)
    shared: bool = Field(False, description="For everybody of the workspace, not for oneself alone.")


class RunViewChange(Body):
    """What becomes different of a view; what is not said stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Failed today", "filters": {"state": ["failed"], "since": ["24h"]}}]}
    )

    name: str | None = Field(None, min_length=1, max_length=LONGEST)
    filters: Filters | None = Field(None, description="All of them anew, as the address of the list of runs has them.")

    def wanted(self) -> RunFilter | None:
        """The other filter. Raises InvalidInput."""
        return _ViewFilter(filters=self.filters).wanted() if self.filters is not None else None


class RunViewShape(Shape):
    """A filter by a name."""

    id: Id
    name: str
    shared: bool = Field(description="Everybody of the workspace has it.")
    filters: dict[str, list[str]] = Field(description="As the address of the list of runs has them.")
    created_at: datetime


def shaped(row: RunView) -> RunViewShape:
    """As the API gives it."""
    found: dict[str, list[str]] = {}
    for name, value in row.filter:
        found.setdefault(name, []).append(value)
    return RunViewShape(id=row.id, name=row.name, shared=row.owner_id is None, filters=found, created_at=row.created_at)


class RunColumnsBody(Body):
    """What of each run the list shows."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"columns": ["state", "workflow", "took"]}]})

    columns: list[Column] = Field(max_length=len(Column), description="They stand in an order of their own.")


class RunColumnsShape(Shape):
    """What of each run the list shows, in the order in which it stands there."""

    columns: list[Column]
