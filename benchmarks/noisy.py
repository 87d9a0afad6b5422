"""One workspace has fifty thousand runs in the queue; how long another one's runs wait for their start."""

import time

from sqlalchemy import func, select

from benchmarks import history, seeding, workloads
from benchmarks.copies_sql import Series
from benchmarks.driving import deliver, start
from benchmarks.figures import percentile, summary
from benchmarks.plan import Plan
from benchmarks.seeding import Reader, Seeded
from benchmarks.stack import stack
from studio.core.settings import Settings
from studio.runtime.models import Run

QUEUED = 50_000
LEAST, MOST = 20, 200
"""Runs of the quiet workspace: they end with the backlog, or after so many."""
PAUSE_S = 0.1
PER_RUN_S, LIMIT_S = 0.01, 60.0


def measure(store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database."""
    return summary([_round(store, plan.count or QUEUED) for _ in range(plan.rounds)])


def _round(store: str, count: int) -> dict[str, float]:
    with stack(store) as running:
        settings = running.settings
        loud = seeding.seed(settings, workloads.w1(), name="Noisy")
        quiet = seeding.seed(settings, workloads.w1(), name="Quiet")
        original = seeding.queue(settings, loud)
        history.copy(running, original, Series(count - 1) if count > 1 else Series(1))
        start(running, store)
        seeding.reached(settings, "succeeded", 1, LIMIT_S)  # it has begun
        sent = 0
        while sent < LEAST or (sent < MOST and seeding.counts(settings).get("queued", 0)):
            deliver(running, quiet.path)
            sent += 1
            time.sleep(PAUSE_S)  # the quiet workspace's rate is part of the workload: no fact to wait for
        seeding.drained(settings, LIMIT_S + count * PER_RUN_S)
        waited = _waited_s(settings, quiet)
        return {
            "quiet_start_p95_s": percentile(waited, 0.95),
            "lost": sent - len(waited) + max(count, 2) - _succeeded(settings, loud),
            **running.memory(),
        }


def _waited_s(settings: Settings, of: Seeded) -> list[float]:
    """From acceptance to the first start, of each run that succeeded."""
    found = select(Run.created_at, Run.started_at).where(Run.workspace_id == of.workspace_id, Run.state == "succeeded")
    with Reader(settings) as session:
        return [(started - created).total_seconds() for created, started in session.execute(found) if started]


def _succeeded(settings: Settings, of: Seeded) -> int:
    found = select(func.count()).where(Run.workspace_id == of.workspace_id, Run.state == "succeeded")
    with Reader(settings) as session:
        return session.scalar(found) or 0
