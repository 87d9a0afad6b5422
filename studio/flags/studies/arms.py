"""The studies that count somebody who met a flag, and in which arm of each of them they are."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.flags.evaluation import hashing
from studio.flags.experimenting import rows as experiments
from studio.flags.experiments import allotment
from studio.flags.experiments.design import Design
from studio.flags.experiments.policy import State
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment, FlagRollout, FlagRolloutEvent
from studio.flags.ramps.arms import MONITORED, Arm, arm_of
from studio.flags.rollouts import rows
from studio.flags.studies import meaning
from studio.flags.studies.meaning import Means, Segments


class Study(Protocol):
    """One that is open now."""

    @property
    def row(self) -> FlagRollout | FlagExperiment:
        """What it is kept in."""

    @property
    def means(self) -> Means:
        """Whether it is about somebody at all."""

    def arm(self, unit: str, at: datetime) -> str | None:
        """In which arm a unit was at a moment; None: it is not counted."""

    def crossed(self, arm: str, variant: str | None) -> bool | None:
        """Whether a program gave a unit of an arm another arm's variant; None: it gave it none of them."""


@dataclass(frozen=True, slots=True)
class OfRollout:
    """A rollout with the shares that it had, and since when."""

    row: FlagRollout
    means: Means
    since: Sequence[datetime]
    shares: Sequence[float]

    def arm(self, unit: str, at: datetime) -> str | None:
        """Above the monitored share, or without a control, none."""
        index = bisect_right(self.since, at) - 1
        share = self.shares[index] if index >= 0 else 0.0
        if not 0 < share <= MONITORED or not self.row.plan["control"]:
            return None
        number = hashing.bucket(rows.title_of(self.row), unit, rows.BUCKETS)
        found = arm_of(number, share, control=True, buckets=rows.BUCKETS)
        return None if found is Arm.NONE else found.value

    def crossed(self, _arm: str, _variant: str | None) -> bool:
        """Nobody has asked what rollouts gave."""
        return False


@dataclass(frozen=True, slots=True)
class OfExperiment:
    """An experiment that runs."""

    row: FlagExperiment
    means: Means
    design: Design

    def arm(self, unit: str, at: datetime) -> str | None:
        """None before it began."""
        if self.row.started_at is None or at < self.row.started_at:
            return None
        boolean = experiments.is_boolean(self.row)
        return allotment.arm_of(self.design, experiments.title_of(self.row), unit, boolean=boolean)

    def crossed(self, arm: str, variant: str | None) -> bool | None:
        """By what the program says that it gave."""
        if variant is None:
            return False
        if variant not in {one.name for one in self.design.variants}:
            return None
        return variant != arm


def of_flags(uow: UnitOfWork, place: FlagEnvironment, keys: set[str]) -> dict[str, list[Study]]:
    """Open studies by the flag's key; flags that there are not are left out."""
    live = (FlagRollout.environment_id == place.id) & FlagRollout.state.in_(rows.LIVE)
    runs = (FlagExperiment.environment_id == place.id) & (FlagExperiment.state == State.RUNNING.value)
    query = (
        select(Flag.key, FlagRollout, FlagExperiment)
        .outerjoin(FlagRollout, (FlagRollout.flag_id == Flag.id) & live)
        .outerjoin(FlagExperiment, (FlagExperiment.flag_id == Flag.id) & runs)
        .where(Flag.key.in_(keys))
    )
    segments = cache(lambda: meaning.segments(uow))
    found: dict[str, list[Study]] = {}
    for key, rollout, experiment in uow.session.execute(query):
        studies: list[Study] = [] if rollout is None else [_of_rollout(uow, rollout, segments)]
        if experiment is not None:
            means = meaning.of(experiment.audience, segments)
            studies.append(OfExperiment(experiment, means, experiments.design_of(experiment)))
        found[key] = studies
    return found


def _of_rollout(uow: UnitOfWork, row: FlagRollout, segments: Callable[[], Segments]) -> OfRollout:
    query = select(FlagRolloutEvent.at, FlagRolloutEvent.share).where(FlagRolloutEvent.rollout_id == row.id)
    known = uow.session.execute(query.order_by(FlagRolloutEvent.id)).all()
    return OfRollout(row, meaning.of(row.audience, segments), [one.at for one in known], [one.share for one in known])
