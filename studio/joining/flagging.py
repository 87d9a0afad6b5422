"""Joins flags: their rollouts, their experiments, and the workflows that hear of them."""

from functools import partial
from uuid import UUID

from studio.approvals import askers
from studio.approvals.outcomes import AGREED
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork
from studio.flags import emitting as flag_events
from studio.flags.experimenting import asking as experiment_asking
from studio.flags.experimenting import deciding as experiment_deciding
from studio.flags.experimenting import driving as experiments
from studio.flags.experimenting import waiting as experiment_waiting
from studio.flags.experimenting.ticking import Ticking as ExperimentTicking
from studio.flags.rollouts import asking as rollout_asking
from studio.flags.rollouts import driving as rollouts
from studio.flags.rollouts import waiting as rollout_waiting
from studio.flags.rollouts.ticking import Ticking
from studio.flags.service import environments as flag_environments
from studio.flags.service import owning
from studio.flags.service import recording as flag_changes
from studio.runtime.engine.engine import Engine
from studio.runtime.leases import NamedLeases
from studio.runtime.service.app_events import Told
from studio.runtime.service.causes import source_of


def join_flags(engine: Engine) -> None:
    def start(uow: UnitOfWork, happened: flag_events.Happened) -> None:
        told = Told(happened.type, happened.listens, happened.name, happened.data, happened.meta)
        engine.app_events.tell(uow, told, source_of(uow, happened.run_id))

    flag_events.join(start)
    flag_changes.watch("triggers", flag_events.changed)
    flag_changes.watch("rollouts", rollouts.switched)
    owning.register("rollouts", rollouts.owned)
    flag_environments.hold("rollouts", rollouts.keeps)
    rollout_asking.join(engine.ports.approvals)
    outbox.register(rollout_asking.WITHDRAW, rollout_asking.withdraw)
    rollout_waiting.join(engine.waits)
    rollouts.on_stop("runs", rollout_waiting.stopped)
    engine.endings.withdraw[rollout_waiting.KIND] = rollout_waiting.withdraw

    def hear(uow: UnitOfWork, ended: askers.Ended) -> None:
        agreed = ended.outcome in AGREED
        rollout_asking.answered(uow, UUID(ended.ref["rollout_id"]), ended.request_id, agreed=agreed)

    askers.register(rollout_asking.ASKER, askers.each(hear))
    leases, hint = NamedLeases(engine.database, engine.holder), partial(engine.hints.send, "rollouts")
    ticking = Ticking(engine.database, leases, hint)
    engine.add_drain("rollouts", ticking.drain, ticking.is_due)
    _join_experiments(engine, leases)


def _join_experiments(engine: Engine, leases: NamedLeases) -> None:
    flag_changes.watch("experiments", experiments.switched)
    owning.register("experiments", experiments.owned)
    flag_environments.hold("experiments", experiments.keeps)
    experiment_asking.join(engine.ports.approvals)
    outbox.register(experiment_asking.WITHDRAW, experiment_asking.withdraw)
    experiment_waiting.join(engine.waits)
    engine.endings.withdraw[experiment_waiting.KIND] = experiment_waiting.forget

    def hear(uow: UnitOfWork, ended: askers.Ended) -> None:
        agreed = ended.outcome in AGREED
        experiment_id = UUID(ended.ref["experiment_id"])
        experiment_deciding.answered(uow, experiment_id, ended.request_id, agreed=agreed, reason=ended.reason)

    askers.register(experiment_asking.ASKER, askers.each(hear))
    ticking = ExperimentTicking(engine.database, leases, partial(engine.hints.send, "experiments"))
    engine.add_drain("experiments", ticking.drain, ticking.is_due)
