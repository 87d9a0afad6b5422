"""A shop that never stops delivering while its workers are killed, for SOAK_SECONDS (60); then all must be done."""

import json
import os
import random
import signal
import threading
import time

import pytest

from benchmarks import seeding, workloads
from benchmarks.driving import post, start
from benchmarks.stack import stack
from tests.faults.drill import children

SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))
pytestmark = pytest.mark.soak


def kill_workers(running, until, seed, kills):
    """A worker dies every few seconds."""
    chance = random.Random(seed)
    while time.monotonic() < until:
        threading.Event().wait(chance.uniform(2, 6))
        for child in children(running.processes["worker"].pid):
            os.kill(child, signal.SIGKILL)
            kills.append(child)


def test_nothing_is_lost_while_workers_are_killed():
    with stack("postgresql", STUDIO_LEASE_SECONDS="3") as running:
        seeded = seeding.seed(running.settings, workloads.w1())
        start(running, "postgresql")
        kills: list[int] = []
        until = time.monotonic() + SECONDS
        killer = threading.Thread(target=kill_workers, args=(running, until, 1, kills))
        killer.start()
        result = post(running, seeded.path, SECONDS, connections=8)
        killer.join()
        seeding.drained(running.settings, 120)
        found = seeding.counts(running.settings)
        lost = result["accepted"] - found.get("succeeded", 0)
        print(json.dumps({"accepted": result["accepted"], "lost": lost, "kills": len(kills), "states": found}))
        assert lost == 0
        assert kills
