"""What letting go of old runs costs new ones: W1 while retention deletes, and while it has nothing to do, in turns."""

import time
from datetime import timedelta

from sqlalchemy import func, select, text

from benchmarks import history, memory, seeding, workloads
from benchmarks.driving import post
from benchmarks.figures import ratio, summary
from benchmarks.plan import Plan
from benchmarks.seeding import Seeded
from benchmarks.stack import Stack, stack
from studio.core import clock
from studio.core.db import open_engine
from studio.core.ids import first_id_at
from studio.runtime.models import Run

PAST = 200_000
"""Runs of twenty days, of which those of thirteen are due while retention deletes."""
DELETING, KEEPING = 7, 3_650
"""Days that the workspace keeps runs."""
DRAIN_LIMIT_S = 120.0
STOP_LIMIT_S = 60.0
_KEEP = text("update workspace set retention_days = :days where id = :id")


def measure(store: str, plan: Plan) -> dict[str, float]:
    """Ratios are of what is measured while nothing is deleted to the same while it is: below 1 deleting costs."""
    with stack(store) as running:
        seeded = seeding.seed(running.settings, workloads.w1())
        history.fill(running, seeded, plan.count or PAST)
        running.start("web", "web", "--workers", "1")
        running.wait_ready()
        rounds = []
        for number in range(plan.rounds):
            found = {}
            for days in (KEEPING, DELETING) if number % 2 == 0 else (DELETING, KEEPING):
                found[days] = _round(running, seeded, plan, days)
            rounds.append(_beside(found[KEEPING], found[DELETING]))
        return summary(rounds)


def _beside(without: dict[str, float], beside: dict[str, float]) -> dict[str, float]:
    return {
        "completed_per_s": without["completed_per_s"],
        "p99_ms": without["p99_ms"],
        "p99_deleting_ms": beside["p99_ms"],
        "ratio_deleting": ratio(beside["completed_per_s"], without["completed_per_s"]) or 0.0,
        "ratio_cpu_deleting": ratio(without["cpu_us"], beside["cpu_us"]) or 0.0,
        "deleted_per_s": beside["deleted_per_s"],
        "left_due": beside["left_due"],
        "lost": without["lost"] + beside["lost"],
    }


def _round(running: Stack, seeded: Seeded, plan: Plan, days: int) -> dict[str, float]:
    """A worker that begins looks for what is due at once. Orders come already then: it never deletes at its fastest."""
    _keep(running, seeded, days)
    running.start("worker", "worker")
    post(running, seeded.path, plan.warm_up_s)
    seeding.drained(running.settings, DRAIN_LIMIT_S)
    newest, due = seeding.newest_run(running.settings), _due(running)
    cpu_s, started = _cpu_s(running), time.perf_counter()
    result = post(running, seeded.path, plan.seconds)
    loaded_s = time.perf_counter() - started
    left = _due(running)
    seeding.drained(running.settings, DRAIN_LIMIT_S)
    elapsed, used_s = time.perf_counter() - started, _cpu_s(running) - cpu_s
    succeeded = seeding.counts(running.settings, newest).get("succeeded", 0)
    worker = running.processes.pop("worker")
    worker.terminate()
    worker.wait(STOP_LIMIT_S)
    return {
        "completed_per_s": succeeded / elapsed, "p99_ms": result["p99_ms"], "cpu_us": used_s / succeeded * 1e6,
        "deleted_per_s": (due - left) / loaded_s, "left_due": left, "lost": result["accepted"] - succeeded,
    }  # fmt: skip


def _cpu_s(running: Stack) -> float:
    """Of Studio and PostgreSQL."""
    assert running.postgres is not None
    return running.cpu_s() + memory.cpu_s([running.postgres.pid])


def _due(running: Stack) -> int:
    """Runs that are older than the shorter time."""
    with seeding.Reader(running.settings) as session:
        edge = first_id_at(clock.machine_now() - timedelta(days=DELETING))
        return session.scalar(select(func.count()).select_from(Run).where(Run.id < edge)) or 0


def _keep(running: Stack, seeded: Seeded, days: int) -> None:
    engine = open_engine(running.settings.database_url)
    with engine.begin() as connection:
        connection.execute(_KEEP, {"days": days, "id": seeded.workspace_id})
    engine.dispose()
