"""The time from trigger to finished while nothing else is going on, by the database's clock."""

import time
from collections.abc import Iterator

from benchmarks import seeding, workloads
from benchmarks.driving import deliver, post, start
from benchmarks.figures import percentile, summary
from benchmarks.plan import Plan
from benchmarks.stack import Stack, stack

RUNS = 100
PAUSE_S = 0.05


def measure(store: str, plan: Plan) -> dict[str, float]:
    """Rounds of a hundred webhooks, one at a time."""
    with stack(store) as running:
        seeded = seeding.seed(running.settings, workloads.w1())
        start(running, store)
        post(running, seeded.path, plan.warm_up_s)
        seeding.drained(running.settings, 60)
        return summary(list(_rounds(running, seeded.path, plan)))


def _rounds(running: Stack, path: str, plan: Plan) -> Iterator[dict[str, float]]:
    for _ in range(plan.rounds):
        before = seeding.newest_run(running.settings)
        for _ in range(RUNS):
            deliver(running, path)
            time.sleep(PAUSE_S)  # latency at idle is measured: each run has to find the process asleep
        seeding.drained(running.settings, 10)
        taken = seeding.durations_ms(running.settings, before)
        yield {
            "p50_ms": percentile(taken, 0.5),
            "p99_ms": percentile(taken, 0.99),
            "lost": RUNS - len(taken),
            **running.memory(),
        }
