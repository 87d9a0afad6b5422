"""What was counted of a study: sums an arm and metric, one statement each; and how they are kept once it has ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select

from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagExposure, FlagMeasurement, FlagMetric
from studio.flags.outcomes import MetricKind
from studio.flags.statistics.samples import Mean, Proportion, Sample


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one arm."""

    units: int = 0
    crossed: int = 0
    """Those of them of whom a program said that they were given another arm's variant."""
    metrics: Mapping[str, Sample] = field(default_factory=dict)
    """By key."""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        kept = {key: _kept(one) for key, one in self.metrics.items()}
        return {"units": self.units, "crossed": self.crossed, "metrics": kept}


def of_study(
    uow: UnitOfWork, study_id: UUID, environment_id: UUID, keys: Iterable[str], until: datetime | None = None
) -> dict[str, Sums]:
    """By arm; one that nobody was seen in is left out. `keys`: of metrics. `until`: what was measured later is not."""
    counts = select(FlagExposure.arm, func.count(), func.sum(case((FlagExposure.crossed, 1), else_=0)))
    counts = counts.where(FlagExposure.study_id == study_id).group_by(FlagExposure.arm)
    seen = {arm: (units, crossed) for arm, units, crossed in uow.session.execute(counts)}
    wanted = sorted(set(keys))
    metrics = uow.session.scalars(select(FlagMetric).where(FlagMetric.key.in_(wanted))).all() if wanted else ()
    found = {one.key: samples(uow, study_id, environment_id, one, until) for one in metrics}
    return {
        arm: Sums(units, crossed, {key: by_arm[arm] for key, by_arm in found.items() if arm in by_arm})
        for arm, (units, crossed) in seen.items()
    }


def samples(
    uow: UnitOfWork, study_id: UUID, environment_id: UUID, metric: FlagMetric, until: datetime | None = None
) -> dict[str, Sample]:
    """By arm. What was measured before somebody was first seen does not count."""
    joined = (
        (FlagMeasurement.metric_id == metric.id)
        & (FlagMeasurement.environment_id == environment_id)
        & (FlagMeasurement.unit == FlagExposure.unit)
        & (FlagMeasurement.at >= FlagExposure.first_at)
    )
    if until is not None:
        joined &= FlagMeasurement.at <= until
    per_unit = (
        select(FlagExposure.arm, func.coalesce(func.sum(FlagMeasurement.value), 0.0).label("value"))
        .outerjoin(FlagMeasurement, joined)
        .where(FlagExposure.study_id == study_id)
        .group_by(FlagExposure.arm, FlagExposure.unit)
        .subquery()
    )
    value = per_unit.c.value
    sums = select(
        per_unit.c.arm, func.count(), func.sum(case((value > 0, 1), else_=0)), func.sum(value), func.sum(value * value)
    ).group_by(per_unit.c.arm)
    return {arm: sample(metric.kind, *rest) for arm, *rest in uow.session.execute(sums)}


def sample(kind: str, n: int = 0, hits: int = 0, total: float = 0.0, squares: float = 0.0) -> Sample:
    """The sample of a metric of this kind; without sums one of nobody."""
    return Proportion(n, hits) if kind == MetricKind.PROPORTION else Mean(n, total, squares)


def kept(found: Mapping[str, Sums]) -> dict[str, Any]:
    """All arms as they are kept."""
    return {arm: one.as_json() for arm, one in found.items()}


def read(document: Mapping[str, Any]) -> dict[str, Sums]:
    """The same back."""
    return {
        arm: Sums(one["units"], one["crossed"], {key: _read(told) for key, told in one["metrics"].items()})
        for arm, one in document.items()
    }


def _kept(one: Sample) -> dict[str, Any]:
    if isinstance(one, Proportion):
        return {"n": one.n, "successes": one.successes}
    return {"n": one.n, "total": one.total, "squares": one.squares}


def _read(told: Mapping[str, Any]) -> Sample:
    if "successes" in told:
        return Proportion(told["n"], told["successes"])
    return Mean(told["n"], told["total"], told["squares"])
