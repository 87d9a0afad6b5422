"""W3 and fan-out: webhooks on 32 connections, each answered when its run is done."""

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import seeding
from benchmarks.driving import post, start
from benchmarks.figures import summary
from benchmarks.plan import Plan
from benchmarks.stack import Stack, stack


def measured(document: dict[str, Any]) -> Callable[[str, Plan], dict[str, float]]:
    """Measure one workflow whose webhook answers with the result."""

    def measure(store: str, plan: Plan) -> dict[str, float]:
        with stack(store) as running:
            seeded = seeding.seed(running.settings, document)
            start(running, store)
            return summary(list(_rounds(running, seeded.path, plan)))

    return measure


def _rounds(running: Stack, path: str, plan: Plan) -> Iterator[dict[str, float]]:
    post(running, path, plan.warm_up_s)
    seeding.drained(running.settings, 60)
    for _ in range(plan.rounds):
        before = seeding.newest_run(running.settings)
        result = post(running, path, plan.seconds)
        seeding.drained(running.settings, 60)
        succeeded = seeding.counts(running.settings, before).get("succeeded", 0)
        yield {
            "accepted_per_s": result["accepted"] / result["elapsed_s"],
            "completed_per_s": result["done"] / result["elapsed_s"],
            "p50_ms": result["p50_ms"],
            "p99_ms": result["p99_ms"],
            **running.memory(),
            "lost": result["accepted"] - succeeded,
        }
