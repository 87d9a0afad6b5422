"""W1 and W2: webhooks posted on 32 connections, every run kept; counted in the database once the backlog is gone."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks import deleting, history, seeding, workloads
from benchmarks.driving import post, start
from benchmarks.figures import ratio, summary
from benchmarks.footprint import footprint
from benchmarks.plan import Plan
from benchmarks.stack import Stack, stack

DRAIN_LIMIT_S = 120.0


def loaded(document: dict[str, Any]) -> Callable[[str, Plan], dict[str, float]]:
    """Measure one workflow under load."""

    def measure(store: str, plan: Plan) -> dict[str, float]:
        with stack(store) as running:
            seeded = seeding.seed(running.settings, document)
            start(running, store)
            return summary(list(rounds(running, seeded.path, plan)))

    return measure


def growth(store: str, plan: Plan) -> dict[str, float]:
    """W1 with so many runs in history; each size's throughput, and its ratio to the smallest size's."""
    found: dict[str, float] = {"lost": 0}
    smallest: float | None = None
    for size in plan.sizes:
        with stack(store) as running:
            seeded = seeding.seed(running.settings, workloads.w1())
            history.fill(running, seeded, size)
            start(running, store)
            of_size = summary(list(rounds(running, seeded.path, plan)))
        found |= {f"{name}_{size}": of_size[name] for name in ("completed_per_s", "p99_ms")}
        found["lost"] += of_size["lost"]
        smallest = of_size["completed_per_s"] if smallest is None else smallest
        found[f"ratio_{size}"] = ratio(of_size["completed_per_s"], smallest) or 0.0
    return found


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {
    "W1": loaded(workloads.w1()),
    "W2": loaded(workloads.w2()),
    "growth": growth,
    "retention": deleting.measure,
    "footprint": lambda _store, plan: footprint(workloads.w1(), plan),
    "footprint-W2": lambda _store, plan: footprint(workloads.w2(), plan),
}
USUAL = ("W1", "W2")
POSTGRESQL_ONLY = ("growth", "retention", "footprint", "footprint-W2")


def rounds(running: Stack, path: str, plan: Plan) -> Iterator[dict[str, float]]:
    """Warm-up, then rounds of load, drain and count, one after the other on the same database."""
    post(running, path, plan.warm_up_s)
    seeding.drained(running.settings, DRAIN_LIMIT_S)
    for _ in range(plan.rounds):
        before, started = seeding.newest_run(running.settings), time.perf_counter()
        result = post(running, path, plan.seconds)
        seeding.drained(running.settings, DRAIN_LIMIT_S)
        elapsed = time.perf_counter() - started
        succeeded = seeding.counts(running.settings, before).get("succeeded", 0)
        yield {
            "accepted_per_s": result["accepted"] / result["elapsed_s"],
            "completed_per_s": succeeded / elapsed,
            "p50_ms": result["p50_ms"],
            "p99_ms": result["p99_ms"],
            **running.memory(),
            "lost": result["accepted"] - succeeded,
        }
