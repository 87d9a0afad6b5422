"""What is known of a rollout: sums an arm and metric, one statement each."""

from typing import Any

from sqlalchemy import case, func, select

from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagExposure, FlagMeasurement, FlagMetric, FlagRollout
from studio.flags.outcomes import MetricKind
from studio.flags.ramps.arms import Arm
from studio.flags.ramps.evidence import Approval, Evidence
from studio.flags.rollouts import rows
from studio.flags.statistics.samples import Mean, Proportion, Sample


def evidence(uow: UnitOfWork, row: FlagRollout) -> Evidence:
    """All that was counted since it started."""
    counts = select(FlagExposure.arm, func.count().label("units")).where(FlagExposure.study_id == row.id)
    counts = counts.group_by(FlagExposure.arm)
    seen = {one.arm: one.units for one in uow.session.execute(counts)}
    keys = {one.metric for one in rows.plan_of(row).guardrails}
    metrics = uow.session.scalars(select(FlagMetric).where(FlagMetric.key.in_(keys))).all() if keys else ()
    return Evidence(
        seen.get(Arm.TREATMENT, 0), seen.get(Arm.CONTROL, 0), {one.key: samples(uow, row, one) for one in metrics},
        row.last_exposure_at, Approval(row.approval),
    )  # fmt: skip


def samples(uow: UnitOfWork, row: FlagRollout, metric: FlagMetric) -> tuple[Sample, Sample]:
    """Treatment and control. What was measured before somebody was first seen does not count."""
    per_unit = (
        select(FlagExposure.arm, func.coalesce(func.sum(FlagMeasurement.value), 0.0).label("value"))
        .outerjoin(
            FlagMeasurement,
            (FlagMeasurement.metric_id == metric.id)
            & (FlagMeasurement.environment_id == row.environment_id)
            & (FlagMeasurement.unit == FlagExposure.unit)
            & (FlagMeasurement.at >= FlagExposure.first_at),
        )
        .where(FlagExposure.study_id == row.id)
        .group_by(FlagExposure.arm, FlagExposure.unit)
        .subquery()
    )
    value = per_unit.c.value
    sums = select(
        per_unit.c.arm, func.count(), func.sum(case((value > 0, 1), else_=0)), func.sum(value), func.sum(value * value)
    ).group_by(per_unit.c.arm)
    found = {arm: rest for arm, *rest in uow.session.execute(sums)}
    return _sample(metric.kind, found.get(Arm.TREATMENT)), _sample(metric.kind, found.get(Arm.CONTROL))


def _sample(kind: str, sums: Any) -> Sample:
    n, hits, total, squares = sums or (0, 0, 0.0, 0.0)
    return Proportion(n, hits) if kind == MetricKind.PROPORTION else Mean(n, total, squares)
