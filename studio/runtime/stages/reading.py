"""What the versions of a workflow did: from its newest runs, no further than a bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Run, VersionStage
from studio.runtime.outcomes import Mode, RunState
from studio.runtime.stages.policy import Figures

MOST_RUNS = 10_000
"""The newest runs of a workflow that are looked at; an index gives them in this order."""
MOST_PAST = 20


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Both versions since the stage began."""

    stage: VersionStage
    new: Figures
    old: Figures


def current(uow: UnitOfWork, workflow_id: UUID, *, lock: bool = False) -> VersionStage | None:
    """The stage that goes on; None: every event starts the published version."""
    found = select(VersionStage).where(VersionStage.workflow_id == workflow_id, VersionStage.ended_at.is_(None))
    found = found.with_for_update().execution_options(populate_existing=True) if lock else found
    return uow.session.scalars(found).one_or_none()


def past(uow: UnitOfWork, workflow_id: UUID, limit: int = MOST_PAST) -> Sequence[VersionStage]:
    """Those that have ended, newest first."""
    found = select(VersionStage).where(VersionStage.workflow_id == workflow_id, VersionStage.ended_at.is_not(None))
    return list(uow.session.scalars(found.order_by(VersionStage.id.desc()).limit(limit)))


def side_by_side(uow: UnitOfWork, stage: VersionStage) -> SideBySide:
    """As it stands; of one that has ended, as it stood then."""
    if stage.figures is not None:
        return SideBySide(stage, Figures(**stage.figures["new"]), Figures(**stage.figures["old"]))
    found = by_version(uow, stage.workflow_id, since=stage.started_at)
    return SideBySide(stage, found.get(stage.version_id, Figures()), found.get(stage.before_id, Figures()))


def by_version(uow: UnitOfWork, workflow_id: UUID, since: datetime | None = None) -> Mapping[UUID, Figures]:
    """By the id of a version, of the workflow's newest MOST_RUNS live runs; what is in none of them is left out.

    A run that lost its worker too often counts as failed: its version may have been what killed it.
    """
    newest = select(Run.version_id, Run.state).where(Run.workflow_id == workflow_id, Run.mode == Mode.LIVE)
    if since is not None:
        newest = newest.where(Run.id >= first_id_at(since))
    some = newest.order_by(Run.id.desc()).limit(MOST_RUNS).subquery()
    counted = select(some.c.version_id, some.c.state, func.count()).group_by(some.c.version_id, some.c.state)
    states: dict[UUID, dict[str, int]] = {}
    for version_id, state, count in uow.session.execute(counted):
        states.setdefault(version_id, {})[state] = count
    return {version_id: _figures(counts) for version_id, counts in states.items()}


def _figures(counts: Mapping[str, int]) -> Figures:
    failed = counts.get(RunState.FAILED, 0) + counts.get(RunState.QUARANTINED, 0)
    return Figures(sum(counts.values()), counts.get(RunState.SUCCEEDED, 0), failed)
