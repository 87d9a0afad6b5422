"""An experiment's row as the design that the pure rules know, and where rows are found."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select

from studio.core import tenancy
from studio.core.unit_of_work import UnitOfWork
from studio.flags.experiments import allotment
from studio.flags.experiments.design import FORM, Design
from studio.flags.experiments.policy import State
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment, FlagExperimentEvent
from studio.flags.service import finding


def design_of(row: FlagExperiment) -> Design:
    """Its design, as it was checked."""
    return FORM.validate_python(row.design)


def is_boolean(row: FlagExperiment) -> bool:
    """Whether its flag says yes or no, so that its arms have no values."""
    return not row.payloads


def allotted(row: FlagExperiment) -> Design:
    """Its design with the shares that clients give."""
    return allotment.allotted(design_of(row), boolean=is_boolean(row))


def title_of(row: FlagExperiment) -> str:
    """Of the strategy that it owns; units are drawn by it as well, for as long as it lives."""
    return f"experiment:{row.id}"


def find(uow: UnitOfWork, experiment_id: UUID) -> FlagExperiment:
    """Raises NotFound."""
    return tenancy.get(uow.session, FlagExperiment, experiment_id, "flag_experiment")


def opened(uow: UnitOfWork, flag: Flag, place: FlagEnvironment) -> FlagExperiment | None:
    """The one that is not decided or dropped there."""
    return uow.session.scalar(_of(flag, place).where(FlagExperiment.closed_at.is_(None)))


def any_open(uow: UnitOfWork, place: FlagEnvironment) -> bool:
    """Whether any flag has an open one there."""
    query = select(FlagExperiment.id).where(FlagExperiment.environment_id == place.id)
    return uow.session.scalar(query.where(FlagExperiment.closed_at.is_(None)).limit(1)) is not None


def newest(
    uow: UnitOfWork, flag: Flag, place: FlagEnvironment, *, before: UUID | None = None, limit: int = 10
) -> Sequence[FlagExperiment]:
    """Newest first, closed ones as well. `before`: older than that one."""
    query = _of(flag, place)
    if before is not None:
        query = query.where(FlagExperiment.id < before)
    return uow.session.scalars(query.order_by(FlagExperiment.id.desc()).limit(limit)).all()


def newest_kept(uow: UnitOfWork, flag: Flag, place: FlagEnvironment) -> FlagExperiment | None:
    """The newest that was not dropped."""
    query = _of(flag, place).where(FlagExperiment.state != State.DROPPED.value)
    return uow.session.scalar(query.order_by(FlagExperiment.id.desc()).limit(1))


def one_of(uow: UnitOfWork, flag: Flag, place: FlagEnvironment, experiment_id: UUID) -> FlagExperiment | None:
    """One of this flag there; None: it is another's."""
    return uow.session.scalar(_of(flag, place).where(FlagExperiment.id == experiment_id))


def events(uow: UnitOfWork, row: FlagExperiment, limit: int = 100) -> Sequence[FlagExperimentEvent]:
    """What happened to it, newest first."""
    query = select(FlagExperimentEvent).where(FlagExperimentEvent.experiment_id == row.id)
    return uow.session.scalars(query.order_by(FlagExperimentEvent.id.desc()).limit(limit)).all()


def lock(uow: UnitOfWork, row: FlagExperiment) -> tuple[Flag, FlagEnvironment]:
    """Let nobody else move it until this unit ends. The flag first, as every change of it does."""
    flag = uow.session.scalars(select(Flag).where(Flag.id == row.flag_id)).one()
    place = uow.session.scalars(select(FlagEnvironment).where(FlagEnvironment.id == row.environment_id)).one()
    finding.lock(uow, flag)
    uow.session.refresh(row, with_for_update=True)
    return flag, place


def _of(flag: Flag, place: FlagEnvironment) -> Select[FlagExperiment]:
    return select(FlagExperiment).where(FlagExperiment.flag_id == flag.id, FlagExperiment.environment_id == place.id)
