"""Ten thousand timers that are due at one moment: how late the last of them go on."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from benchmarks import history, seeding, workloads
from benchmarks.copies_sql import Series
from benchmarks.driving import deliver, start
from benchmarks.figures import percentile, summary
from benchmarks.plan import Plan
from benchmarks.seeding import Reader
from benchmarks.stack import stack
from studio.core import clock
from studio.core.settings import Settings
from studio.runtime.models import Step

TIMERS = 10_000
AHEAD = timedelta(seconds=5)
"""From the copying to the moment: enough to write the rows."""
PER_TIMER_S, LIMIT_S = 0.02, 60.0
"""Longest that it may take."""


def measure(store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database."""
    return summary([_round(store, plan.count or TIMERS) for _ in range(plan.rounds)])


def _round(store: str, count: int) -> dict[str, float]:
    with stack(store) as running:
        settings = running.settings
        seeded = seeding.seed(settings, workloads.timer())
        start(running, store)
        deliver(running, seeded.path)
        seeding.reached(settings, "waiting", 1, LIMIT_S)
        with Reader(settings) as session:
            due = clock.database_now(session) + AHEAD
        original = seeding.newest_run(settings)
        history.copy(running, original, Series(count), {"wait": {"due_at": due}})
        seeding.reached(settings, "succeeded", count, LIMIT_S + count * PER_TIMER_S)
        late = [max(0.0, (moment - due).total_seconds()) for moment in _went_on(settings, original)]
        return {"lateness_p99_s": percentile(late, 0.99), "lost": count - len(late), **running.memory()}


def _went_on(settings: Settings, original: UUID) -> list[datetime]:
    with Reader(settings) as session:
        after = select(Step.started_at).where(Step.node_key == "after", Step.run_id != original)
        return list(session.scalars(after))
