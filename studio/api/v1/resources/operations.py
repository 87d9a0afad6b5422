"""Queues, leases, lag and workers."""

from studio.api.v1.operations import operation
from studio.api.v1.shapes.operations import JobsState, OperationsState, QueueState, WorkerState
from studio.core.unit_of_work import UnitOfWork
from studio.operations.overview import Worker, look
from studio.operations.wellness import trouble


@operation("GET", "/workspace/workers", tag="Workspace", needs="settings.read", answer=OperationsState)
def get_workers(uow: UnitOfWork) -> OperationsState:
    """What waits in this workspace, for how long, and the installation's workers."""
    found = look(uow.session)
    return OperationsState(
        at=found.at,
        trouble=trouble(found),
        queues=[
            QueueState(
                lane=queue.lane.value, waiting=queue.waiting,
                oldest_s=queue.oldest.total_seconds() if queue.oldest is not None else None,
            )
            for queue in found.queues
        ],
        held_runs=found.running,
        lost_leases=found.lost,
        timers_turn=found.swept,
        timer_lag_s=found.timer_lag.total_seconds(),
        workers=[_worker(worker) for worker in found.workers],
        jobs=[JobsState(topic=job.topic, due=job.due, oldest_s=job.oldest.total_seconds()) for job in found.jobs],
    )  # fmt: skip


def _worker(worker: Worker) -> WorkerState:
    return WorkerState(
        holder=worker.holder, host=worker.host, pid=worker.pid, release=worker.release, threads=worker.threads,
        state="silent" if worker.silent else "draining" if worker.draining else "working",
        started_at=worker.started_at, seen_at=worker.seen_at, held_runs=worker.held,
    )  # fmt: skip
