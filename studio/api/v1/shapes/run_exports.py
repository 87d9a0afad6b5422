"""Runs as files."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Paged
from studio.api.v1.shapes.common import Id, Shape
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.oversight.run_exports import service
from studio.oversight.run_exports.outcomes import Format, State
from studio.oversight.run_exports.tables import RunExport
from studio.runtime.history.filters import NAMES, RunFilter, read

Filters = Annotated[
    dict[str, Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=50)]], Field(max_length=50)
]
"""Names and values of an address: more than there are states and labels to ask for."""


class FilterBody(Body):
    """Which runs, as the list of them is filtered."""

    refusal: ClassVar[str]
    """Code of the answer to a filter that is none."""
    filters: Filters = Field(
        default_factory=dict, description=f"As the address of the list of runs has them: {', '.join(sorted(NAMES))}."
    )

    def wanted(self) -> RunFilter:
        """Raises InvalidInput."""
        found, problems = read((name, value) for name, values in self.filters.items() for value in values)
        said = _("There is no such filter.")
        unknown = [FieldProblem(name, "filter.unknown", said) for name in sorted(self.filters.keys() - NAMES)]
        problems = [FieldProblem(f"filters.{one.path}", one.code, one.message) for one in (*problems, *unknown)]
        if problems:
            raise InvalidInput(problems[0].message, code=self.refusal, problems=problems)
        return found


class RunExportAsk(FilterBody):
    """Which runs, and as what."""

    refusal = "run_export.filter"
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"format": "csv", "filters": {"state": ["failed"], "since": ["7d"]}}]}
    )

    format: Format


class RunExportQuery(Paged):
    """Which page."""


class RunExportShape(Shape):
    """A file of runs: how far it is, or what it holds."""

    id: Id
    format: Format
    filters: list[tuple[str, str]] = Field(description="Names and values, as in the address of the list.")
    state: State
    progress: int = Field(description="Per cent of the time between the newest and the oldest run.")
    runs: int
    size: int = Field(description="Bytes so far.")
    error: str | None
    created_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None = Field(description="When it can no longer be downloaded.")


def shaped(row: RunExport) -> RunExportShape:
    """A row as answers show it."""
    return RunExportShape(
        id=row.id, format=Format(row.format), filters=[(name, value) for name, value in row.filter],
        state=State(row.state), progress=service.progress(row), runs=row.runs, size=row.size, error=row.error,
        created_at=row.created_at, ended_at=row.ended_at, expires_at=row.expires_at,
    )  # fmt: skip
