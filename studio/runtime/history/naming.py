"""What runs are called that have not begun: a title is written when a run starts, and at the gate that may be long."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select

from studio.core.unit_of_work import UnitOfWork
from studio.expressions import Scope
from studio.runtime.models import Run, WorkflowVersion
from studio.runtime.titles import title_of

LARGEST = 65_536
"""Characters of a run's data: a list does not read more of each of its rows."""


def titles_to_be(uow: UnitOfWork, run_ids: Sequence[UUID]) -> dict[UUID, str]:
    """By run: the title that it will have, of those that have none yet and get one from what started them."""
    if not run_ids:
        return {}
    unnamed = select(Run.id, Run.version_id, Run.input).where(
        Run.id.in_(run_ids), Run.title == "", func.length(cast(Run.input, Text)) <= LARGEST
    )
    rows = uow.session.execute(unnamed).all()
    sources = _sources(uow, {row.version_id for row in rows})
    made = {row.id: title_of(sources.get(row.version_id, ""), Scope({"trigger": row.input})) for row in rows}
    return {run_id: title for run_id, title in made.items() if title}


def _sources(uow: UnitOfWork, version_ids: set[UUID]) -> dict[UUID, Any]:
    title = WorkflowVersion.document["settings"]["title"].as_string()
    found = select(WorkflowVersion.id, title).where(WorkflowVersion.id.in_(version_ids))
    return {version_id: source or "" for version_id, source in uow.session.execute(found)}
