"""W3, answered when done, and the time from trigger to finished while nothing else is going on."""

import time
import urllib.request
from collections.abc import Iterator

from benchmarks import seeding, workloads
from benchmarks.report import Figure
from benchmarks.stack import Stack, stack
from benchmarks.webhook import CONNECTIONS, UNITS, WARM_UP_S, post, start

WORKLOADS = ("W3", "idle")
IDLE_RUNS = 100


def measure(workload: str, store: str, seconds: float) -> Iterator[Figure]:
    """One round of one workload."""
    document = workloads.w3() if workload == "W3" else workloads.w1()
    with stack(store) as running:
        seeded = seeding.seed(running.settings, document)
        start(running, store)
        post(running, seeded.path, WARM_UP_S)
        seeding.drained(running.settings, 60)
        found = _synchronous(running, seeded.path, seconds) if workload == "W3" else _idle(running, seeded.path)
        for metric, value in found.items():
            yield Figure("engine", workload, store, metric, value, UNITS[metric])


def _synchronous(running: Stack, path: str, seconds: float) -> dict[str, float]:
    before = seeding.counts(running.settings)
    result = post(running, path, seconds, CONNECTIONS)
    seeding.drained(running.settings, 60)
    succeeded = seeding.counts(running.settings).get("succeeded", 0) - before.get("succeeded", 0)
    return {
        "accepted_per_s": result["accepted"] / result["elapsed_s"],
        "completed_per_s": result["done"] / result["elapsed_s"],
        "p50_ms": result["p50_ms"],
        "p99_ms": result["p99_ms"],
        "rss_mib": running.rss_mib(),
        "lost": result["accepted"] - succeeded,
    }


def _idle(running: Stack, path: str) -> dict[str, float]:
    """One webhook at a time with a pause between; latencies from acceptance to the end, by the database's clock."""
    address = f"http://{running.settings.host}:{running.settings.port}{path}"
    before = seeding.newest_run(running.settings)
    for _ in range(IDLE_RUNS):
        request = urllib.request.Request(address, workloads.BODY, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).close()
        time.sleep(0.05)  # the workload itself: nothing else may be going on
    seeding.drained(running.settings, 10)
    taken = sorted(seeding.durations_ms(running.settings, before))
    return {
        "p50_ms": taken[len(taken) // 2],
        "p99_ms": taken[int(len(taken) * 0.99)],
        "lost": IDLE_RUNS - len(taken),
        "rss_mib": running.rss_mib(),
    }
