"""What is known of a rollout: sums an arm and metric, one statement each."""

from sqlalchemy import func, select

from studio.core.unit_of_work import UnitOfWork
from studio.flags import sums
from studio.flags.models import FlagExposure, FlagMetric, FlagRollout
from studio.flags.ramps.arms import Arm
from studio.flags.ramps.evidence import Approval, Evidence
from studio.flags.rollouts import rows
from studio.flags.statistics.samples import Sample


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
    found, nobody = sums.samples(uow, row.id, row.environment_id, metric), sums.sample(metric.kind)
    return found.get(Arm.TREATMENT, nobody), found.get(Arm.CONTROL, nobody)
