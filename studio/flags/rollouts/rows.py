"""A rollout's row as the plan and the position that the pure ramp knows, and back."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select

from studio.core import tenancy
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagRollout, FlagRolloutEvent
from studio.flags.ramps import states
from studio.flags.ramps.plan import Plan
from studio.flags.ramps.states import Position, State
from studio.flags.service import finding

BUCKETS = 100
"""As Unleash's clients count."""
LIVE = (State.RUNNING, State.PAUSED, State.HELD)
"""Somebody has it."""


def plan_of(row: FlagRollout) -> Plan:
    """Its plan, as it was checked."""
    return Plan.from_json(row.plan)


def position_of(row: FlagRollout) -> Position:
    """Where it is."""
    return Position(
        State(row.state), row.step, row.since, row.served, row.dwell_over, tuple(row.reasons), frozenset(row.accepted)
    )


def put(row: FlagRollout, position: Position) -> None:
    """Write where it is."""
    row.state, row.step, row.since, row.served = position.state.value, position.step, position.since, position.served
    row.dwell_over, row.reasons, row.accepted = position.dwell_over, list(position.reasons), sorted(position.accepted)


def share_of(row: FlagRollout) -> float:
    """Per cent that have it now."""
    return states.share(plan_of(row), position_of(row))


def title_of(row: FlagRollout) -> str:
    """Of the strategy that it owns; units are drawn by it as well, for as long as it lives."""
    return f"rollout:{row.id}"


def find(uow: UnitOfWork, rollout_id: UUID) -> FlagRollout:
    """Raises NotFound."""
    return tenancy.get(uow.session, FlagRollout, rollout_id, "flag_rollout")


def opened(uow: UnitOfWork, flag: Flag, place: FlagEnvironment) -> FlagRollout | None:
    """The one that has not ended there."""
    query = _of(flag, place).where(FlagRollout.ended_at.is_(None))
    return uow.session.scalar(query)


def any_open(uow: UnitOfWork, place: FlagEnvironment) -> bool:
    """Whether any flag has one there that has not ended."""
    query = select(FlagRollout.id).where(FlagRollout.environment_id == place.id, FlagRollout.ended_at.is_(None))
    return uow.session.scalar(query.limit(1)) is not None


def newest(uow: UnitOfWork, flag: Flag, place: FlagEnvironment, limit: int = 10) -> Sequence[FlagRollout]:
    """Newest first, ended ones as well."""
    return uow.session.scalars(_of(flag, place).order_by(FlagRollout.id.desc()).limit(limit)).all()


def events(uow: UnitOfWork, row: FlagRollout, limit: int = 100) -> Sequence[FlagRolloutEvent]:
    """What happened to it, newest first."""
    query = select(FlagRolloutEvent).where(FlagRolloutEvent.rollout_id == row.id)
    return uow.session.scalars(query.order_by(FlagRolloutEvent.id.desc()).limit(limit)).all()


def lock(uow: UnitOfWork, row: FlagRollout) -> tuple[Flag, FlagEnvironment]:
    """Let nobody else move it until this unit ends. The flag first, as every change of it does."""
    flag = uow.session.scalars(select(Flag).where(Flag.id == row.flag_id)).one()
    place = uow.session.scalars(select(FlagEnvironment).where(FlagEnvironment.id == row.environment_id)).one()
    finding.lock(uow, flag)
    uow.session.refresh(row, with_for_update=True)
    return flag, place


def _of(flag: Flag, place: FlagEnvironment) -> Select[FlagRollout]:
    return select(FlagRollout).where(FlagRollout.flag_id == flag.id, FlagRollout.environment_id == place.id)
