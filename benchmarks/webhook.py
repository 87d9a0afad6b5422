"""W1 and W2: webhooks posted on 32 connections, every run kept; counted in the database once the backlog is gone."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import seeding, workloads
from benchmarks.report import UNITS, Figure
from benchmarks.stack import PROJECT, Stack, stack

WORKLOADS: dict[str, Callable[[], dict[str, Any]]] = {"W1": workloads.w1, "W2": workloads.w2}
CONNECTIONS = 32
WARM_UP_S = 2.0
DRAIN_LIMIT_S = 60.0


def measure(workload: str, store: str, seconds: float) -> Iterator[Figure]:
    """One round: warm-up, load, drain, count."""
    with stack(store) as running:
        seeded = seeding.seed(running.settings, WORKLOADS[workload]())
        start(running, store)
        post(running, seeded.path, WARM_UP_S)
        seeding.drained(running.settings, DRAIN_LIMIT_S)
        before, started = seeding.counts(running.settings), time.perf_counter()
        result = post(running, seeded.path, seconds)
        seeding.drained(running.settings, DRAIN_LIMIT_S)
        elapsed = time.perf_counter() - started
        after = seeding.counts(running.settings)
        succeeded = after.get("succeeded", 0) - before.get("succeeded", 0)
        values = {
            "accepted_per_s": result["accepted"] / result["elapsed_s"],
            "completed_per_s": succeeded / elapsed,
            "p50_ms": result["p50_ms"],
            "p99_ms": result["p99_ms"],
            "rss_mib": running.rss_mib(),
            "lost": result["accepted"] - succeeded,
        }
        for metric, value in values.items():
            yield Figure("webhook", workload, store, metric, value, UNITS[metric])


def start(running: Stack, store: str) -> None:
    """The processes of a production set-up on two cores, or the one embedded process."""
    if store == "sqlite":
        running.start("studio", "run")
    else:
        running.start("web", "web", "--workers", "1")
        running.start("worker", "worker")
    running.wait_ready()


def post(running: Stack, path: str, seconds: float, connections: int = CONNECTIONS) -> dict[str, float]:
    """Load from a process of its own."""
    settings = running.settings
    command = [settings.host, str(settings.port), path, str(connections), str(seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *command],
        cwd=PROJECT, input=workloads.BODY, stdout=subprocess.PIPE, check=True, timeout=seconds + 60,
    )  # fmt: skip
    result: dict[str, float] = json.loads(done.stdout)
    return result
