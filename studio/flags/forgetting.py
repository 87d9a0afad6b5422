"""Letting go of who was seen and of what was measured of them, once no study needs it; sums stay with their study."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, select, tuple_, union_all

from studio.core.unit_of_work import UnitOfWork
from studio.flags import sums
from studio.flags.models import FlagEnvironment, FlagExperiment, FlagExposure, FlagMeasurement, FlagRollout
from studio.flags.rollouts import rows

KEPT = timedelta(days=90)
"""After its end, whoever was in a study; of nobody's study, what was measured."""
STUDIES_AT_ONCE = 20
ROWS_AT_ONCE = 5_000


def forget(uow: UnitOfWork) -> None:
    """Delete some, in a unit of the workspace; called every hour."""
    before = uow.now - KEPT
    ended = FlagRollout.ended_at < before, FlagRollout.counted.is_(None)
    for row in uow.session.scalars(select(FlagRollout).where(*ended).limit(STUDIES_AT_ONCE)).all():
        keys = {one.metric for one in rows.plan_of(row).guardrails}
        row.counted = sums.kept(sums.of_study(uow, row.id, row.environment_id, keys))
    uow.session.flush()
    _exposures(uow, before)
    for place in uow.session.scalars(select(FlagEnvironment.id)).all():
        _measurements(uow, place, before)


def _exposures(uow: UnitOfWork, before: datetime) -> None:
    over = union_all(
        select(FlagRollout.id).where(FlagRollout.ended_at < before, FlagRollout.counted.is_not(None)),
        select(FlagExperiment.id).where(FlagExperiment.ended_at < before),
    )
    gone = select(FlagExposure.study_id, FlagExposure.unit).where(FlagExposure.study_id.in_(over))
    found = uow.session.execute(gone.limit(ROWS_AT_ONCE)).all()
    if found:
        named = tuple_(FlagExposure.study_id, FlagExposure.unit).in_([(one.study_id, one.unit) for one in found])
        uow.session.execute(delete(FlagExposure).where(named).execution_options(synchronize_session=False))


def _measurements(uow: UnitOfWork, place: UUID, before: datetime) -> None:
    """Those that are older than any study there that has to be counted still."""
    needed = [uow.session.scalar(query) for query in (
        _first(FlagRollout, place).where(FlagRollout.counted.is_(None)),
        _first(FlagExperiment, place).where(FlagExperiment.ended_at.is_(None)),
    )]  # fmt: skip
    until = min([before, *(one for one in needed if one is not None)])
    old = FlagMeasurement.environment_id == place, FlagMeasurement.at < until
    found = list(uow.session.scalars(select(FlagMeasurement.event_id).where(*old).limit(ROWS_AT_ONCE)))
    if found:
        mine = FlagMeasurement.environment_id == place, FlagMeasurement.event_id.in_(found)
        uow.session.execute(delete(FlagMeasurement).where(*mine).execution_options(synchronize_session=False))


def _first(model: type[FlagRollout] | type[FlagExperiment], place: UUID) -> Select[datetime | None]:
    """When the oldest began; sums of experiments are kept from their end on."""
    wanted = model.environment_id == place, model.started_at.is_not(None)
    return select(model.started_at).where(*wanted).order_by(model.started_at).limit(1)
