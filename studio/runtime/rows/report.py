"""What became of each row in the run that got them: by the steps of the loop that goes through them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Run, Step, WorkflowVersion
from studio.runtime.outcomes import ENDED, StepState
from studio.runtime.triggers.manual import ROWS

PAGE = 100
LOOP = "flow.for_each"


class Fate(StrEnum):
    """What became of a row."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNDER_WAY = "under_way"
    """A step of it runs or waits."""
    NOT_REACHED = "not_reached"
    """The run has not come to it, or ended before it did."""


@dataclass(frozen=True, slots=True)
class RowReport:
    """One row."""

    number: int
    """From 1."""
    cells: Mapping[str, Any]
    fate: Fate
    step: str = ""
    """The name of the step that failed, or that it is at."""
    why: str = ""


def rows_of(run: Run) -> Sequence[Mapping[str, Any]]:
    """The rows that a run got; none where it got no file."""
    data = run.input
    found = data.get(ROWS) if isinstance(data, dict) and set(data) == {ROWS} else None
    return found if isinstance(found, list) and all(isinstance(one, dict) for one in found) else ()


def report(uow: UnitOfWork, run: Run, first: int = 0, size: int = PAGE) -> list[RowReport]:
    """Some rows, from the place `first` on."""
    rows = rows_of(run)[first : first + size]
    names = _body(uow, run)
    last, busy = _steps(uow, run, names, [str(first + place) for place in range(len(rows))])
    return [_told(run, first + place, cells, last, busy, names) for place, cells in enumerate(rows)]


def everything(uow: UnitOfWork, run: Run) -> Iterator[RowReport]:
    """All of them, some at a time."""
    for first in range(0, len(rows_of(run)), 1_000):
        yield from report(uow, run, first, 1_000)


def _body(uow: UnitOfWork, run: Run) -> dict[str, str]:
    """Keys and names of the steps inside of the loops that go through the rows."""
    version = uow.session.get(WorkflowVersion, run.version_id)
    nodes = version.document.get("nodes", []) if version is not None else []
    loops = {
        one["key"] for one in nodes
        if one.get("type") == LOOP and not one.get("parent")
        and str(one.get("config", {}).get("items", "")).strip() == f"trigger.{ROWS}"
    }  # fmt: skip
    return {one["key"]: str(one.get("name") or one["key"]) for one in nodes if one.get("parent") in loops}


def _steps(
    uow: UnitOfWork, run: Run, names: Mapping[str, str], paths: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of each row its latest step, and one that runs or waits."""
    if not names or not paths:
        return {}, {}
    query = (
        select(Step.path, Step.node_key, Step.state, Step.error)
        .where(Step.run_id == run.id, Step.node_key.in_(names), Step.path.in_(paths))
        .order_by(Step.id)
    )
    last: dict[str, Any] = {}
    current: dict[tuple[str, str], Any] = {}
    for row in uow.session.execute(query):
        last[row.path] = current[row.path, row.node_key] = row
    live = (StepState.RUNNING, StepState.WAITING)
    return last, {path: row for (path, _node), row in current.items() if row.state in live}


def _told(
    run: Run, place: int, cells: Mapping[str, Any], last: Mapping[str, Any], busy: Mapping[str, Any],
    names: Mapping[str, str],
) -> RowReport:  # fmt: skip
    path, number, ended = str(place), place + 1, run.state in ENDED
    if path in busy and not ended:
        return RowReport(number, cells, Fate.UNDER_WAY, names[busy[path].node_key])
    step = last.get(path)
    if step is None:
        return RowReport(number, cells, Fate.NOT_REACHED)
    name = names[step.node_key]
    if step.state in (StepState.SUCCEEDED, StepState.SKIPPED):
        return RowReport(number, cells, Fate.SUCCEEDED)
    if step.state == StepState.CANCELLED or path in busy:
        return RowReport(number, cells, Fate.NOT_REACHED, name)
    return RowReport(number, cells, Fate.FAILED, name, str((step.error or {}).get("message") or ""))
