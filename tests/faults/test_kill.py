"""kill -9 in the middle of runs, on real processes: every accepted run finishes, each effect happens under one key."""

import os
import signal
import time
import urllib.request

import pytest

from benchmarks import seeding, workloads
from benchmarks.servers.process import ServerMissing
from benchmarks.stack import stack
from tests.faults.drill import children

RUNS = 12
pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


def calling(url: str) -> dict:
    """Webhook → a call that takes long enough to be killed in."""
    return {
        "schema": "studio.workflow/1",
        "name": "Call",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Order", "config": {"sample": workloads.SAMPLE}},
            {
                "key": "call", "type": "action.http", "name": "Tell the ERP",
                "config": {"url": url + "/refunds", "if_unknown": "repeat", "body": {"id": "{{ trigger.order.id }}"}},
            },
            {"key": "note", "type": "action.note", "name": "Note", "config": {"text": "told"}},
        ],
        "edges": [
            {"from": "hook", "port": "next", "to": "call"},
            {"from": "call", "port": "next", "to": "note"},
        ],
    }  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request, http_target):
    """A whole Studio with the workflow, and a slow target that it may call."""
    try:
        opened = stack(request.param, STUDIO_ALLOWED_HOSTS=f"127.0.0.1:{http_target.port}", STUDIO_LEASE_SECONDS="3")
        with opened as made:
            made.seeded = seeding.seed(made.settings, calling(http_target.url))
            http_target.always(delay=0.4)
            start_web(made, request.param)
            yield made
    except ServerMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


def start_web(made, store):
    made.store = store
    if store == "sqlite":
        made.start("studio", "run")
    else:
        made.start("web", "web", "--workers", "1")
        made.start("worker", "worker")
    made.wait_ready()


def deliver(made):
    address = f"http://{made.settings.host}:{made.settings.port}{made.seeded.path}"
    request = urllib.request.Request(address, workloads.BODY, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 202


def kill(made):
    """What runs workflows dies at once, with its children where it has any."""
    if made.store == "sqlite":
        made.kill_one("studio")
        made.start("studio", "run")
        made.wait_ready()
    else:
        for child in children(made.processes["worker"].pid):
            os.kill(child, signal.SIGKILL)


def finished(made, timeout=60):
    until = time.monotonic() + timeout
    while (found := seeding.counts(made.settings)).get("succeeded", 0) < RUNS:
        assert time.monotonic() < until, found
        time.sleep(0.1)
    return found


def test_every_accepted_run_finishes_and_each_effect_keeps_its_key(running, http_target):
    for _ in range(RUNS):
        deliver(running)
    http_target.wait_for(2)
    kill(running)
    assert finished(running) == {"succeeded": RUNS}
    keys = [request.headers["idempotency-key"] for request in http_target.requests]
    assert len(set(keys)) == RUNS
    assert seeding.notes(running.settings) == RUNS
