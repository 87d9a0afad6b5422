"""What is known of a rollout: sums an arm and metric, one statement each."""

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.flags import sums
from studio.flags.models import FlagMetric, FlagRollout
from studio.flags.ramps.arms import Arm
from studio.flags.ramps.evidence import Approval, Evidence
from studio.flags.rollouts import rows
from studio.flags.statistics.samples import Sample
from studio.flags.sums import Sums


def evidence(uow: UnitOfWork, row: FlagRollout) -> Evidence:
    """All that was counted since it started."""
    keys = {one.metric for one in rows.plan_of(row).guardrails}
    kept = row.counted
    found = sums.read(kept) if kept is not None else sums.of_study(uow, row.id, row.environment_id, keys)
    metrics = uow.session.scalars(select(FlagMetric).where(FlagMetric.key.in_(keys))).all() if keys else ()
    treatment, control = found.get(Arm.TREATMENT, Sums()), found.get(Arm.CONTROL, Sums())
    pairs = {
        one.key: _both(treatment.metrics.get(one.key), control.metrics.get(one.key), sums.sample(one.kind))
        for one in metrics
    }
    return Evidence(treatment.units, control.units, pairs, row.last_exposure_at, Approval(row.approval))


def _both(ours: Sample | None, theirs: Sample | None, nobody: Sample) -> tuple[Sample, Sample]:
    """Both, or one of nobody."""
    return ours or nobody, theirs or nobody
