"""One workspace floods: the others start in time, and slow calls hold up neither pure work nor another's (row 35)."""

import pytest

from benchmarks import noisy, seeding, workloads
from benchmarks.driving import deliver
from benchmarks.plan import Plan
from tests.faults.conftest import begin, studio
from tests.faults.drill import eventually

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]
CALLS = 24


def test_a_quiet_workspace_starts_while_a_noisy_ones_backlog_is_worked_off():
    found = noisy.measure("postgresql", Plan(rounds=1, count=20_000))
    assert found["quiet_start_p95_s"] <= 5
    assert found["lost"] == 0


def test_slow_calls_of_one_workspace_hold_up_neither_pure_work_nor_anothers_call():
    with studio("postgresql", STUDIO_WORKER_THREADS="2") as (made, target):
        noisy_hook = seeding.seed(made.settings, _calling(f"{target.url}/slow"), name="Noisy")
        pure = seeding.seed(made.settings, workloads.w1(), name="Pure")
        target.always(delay=2.0)
        begin(made)
        for _ in range(CALLS):
            deliver(made, noisy_hook.path)
        target.wait_for(2)
        deliver(made, pure.path)
        deliver(made, made.seeded.path)
        eventually(lambda: seeding.counts(made.settings).get("succeeded", 0) > _answered(target))
        eventually(lambda: "/orders" in _paths(target))
        before = _paths(target).index("/orders")
        assert before < CALLS / 2, "the other's call went out among the first"


def _paths(target):
    return [request.path for request in target.requests]


def _answered(target):
    """Runs of the noisy workspace that may have ended: one more than that must be the pure one's."""
    return max(0, len(target.requests) - 2)


def _calling(url):
    return {
        "schema": "studio.workflow/1",
        "name": "Slow",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Order", "config": {"sample": workloads.SAMPLE}},
            {"key": "call", "type": "action.http", "name": "Call", "config": {"url": url, "if_unknown": "repeat"}},
        ],
        "edges": [{"from": "hook", "port": "next", "to": "call"}],
    }  # fmt: skip
