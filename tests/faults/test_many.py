"""A hundred thousand parked approvals, and ten thousand timers that are due in one second (rows 33 and 34)."""

import json
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from benchmarks import history, seeding, workloads
from benchmarks.copies_sql import Series
from benchmarks.driving import ask, deliver
from benchmarks.figures import percentile
from benchmarks.memory import families
from benchmarks.seeding import Reader
from benchmarks.stack import stack
from studio.approvals.models import Decision, Request
from studio.core import clock
from studio.runtime.models import Step
from tests.faults.conftest import begin
from tests.servers.missing import start_or_skip

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]
PARKED, TIMERS, DECIDED = 100_000, 10_000, 5
GROWS_MIB, WAKES_S = 50.0, 1.0
LATE_P99_S, ANSWERS_S = 30.0, 10.0
PATIENCE_S = 120.0


@pytest.fixture
def store():
    """PostgreSQL and Redis, of which nothing runs yet."""
    with ExitStack() as opened:
        yield start_or_skip(stack("postgresql"), opened)


def threads(running):
    """Of all processes and all that they have started."""
    pids = families(process.pid for process in running.processes.values())
    return sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids)


def pending(running, limit):
    with history.unbound(running) as engine, engine.connect() as connection:
        query = select(Request.id, Request.run_id).where(Request.state == "pending").order_by(Request.id)
        return connection.execute(query.limit(limit)).all()


def approve(running, approver, request_id):
    headers = {"Authorization": f"Bearer {approver.token}", "Content-Type": "application/json"}
    shown = json.loads(ask(running, f"/api/v1/approvals/{request_id}", headers=headers))["shown"]
    body = json.dumps({"outcome": "approved", "shown": shown}).encode()
    ask(running, f"/api/v1/approvals/{request_id}/decision", body, headers)


def woken_s(running, request_ids):
    """From each decision to its run's next step, by the database's clock."""
    query = (
        select(Decision.at, Step.started_at)
        .join(Request, Request.id == Decision.request_id)
        .join(Step, Step.run_id == Request.run_id)
        .where(Request.id.in_(request_ids), Step.node_key == "after")
    )
    with history.unbound(running) as engine, engine.connect() as connection:
        return [(row.started_at - row.at).total_seconds() for row in connection.execute(query)]


def test_parked_approvals_cost_no_thread_and_no_memory(store):
    seeded = seeding.seed(store.settings, workloads.approval(seeding.APPROVER), approver=True)
    begin(store)
    for _ in range(3):
        deliver(store, seeded.path)
    seeding.reached(store.settings, "waiting", 3, PATIENCE_S)
    [(first, _), *rest] = pending(store, 3)
    approve(store, seeded.approver, first)
    seeding.reached(store.settings, "succeeded", 1, PATIENCE_S)
    before, running_threads = store.memory()["memory_mib"], threads(store)
    history.copy(store, rest[0].run_id, Series(PARKED))
    ask(store, "/inbox", headers={"Cookie": seeded.approver.cookie})
    chosen = [request_id for request_id, _ in pending(store, DECIDED)]
    for request_id in chosen:
        approve(store, seeded.approver, request_id)
    seeding.reached(store.settings, "succeeded", 1 + DECIDED, PATIENCE_S)
    woken = woken_s(store, chosen)
    assert len(woken) == DECIDED
    assert min(woken) <= WAKES_S, woken  # the others may have met whatever else this machine does
    assert threads(store) <= running_threads + 2, "the pools had not grown to their ends before"
    assert store.memory()["memory_mib"] - before <= GROWS_MIB


class Visitors:
    """Ask for a page and deliver an order, one after the other, while the block runs."""

    def __init__(self, running, path):
        self.running, self.path, self.took, self.errors = running, path, [], []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._visit, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(60)

    def _visit(self):
        while not self.over.wait(0.1):
            for look in (lambda: ask(self.running, "/sign-in"), lambda: deliver(self.running, self.path)):
                started = time.monotonic()
                try:
                    look()
                except OSError as error:
                    self.errors.append(repr(error))
                self.took.append(time.monotonic() - started)


def test_timers_that_are_due_at_once_fire_and_the_web_stays_live(store):
    settings = store.settings
    seeded = seeding.seed(settings, workloads.timer())
    begin(store)
    deliver(store, seeded.path)
    seeding.reached(settings, "waiting", 1, PATIENCE_S)
    with Reader(settings) as session:
        due = clock.database_now(session) + timedelta(seconds=10)
    original = seeding.newest_run(settings)
    history.copy(store, original, Series(TIMERS), {"wait": {"due_at": due}})
    with Visitors(store, seeded.path) as visitors:
        seeding.reached(settings, "succeeded", TIMERS, PATIENCE_S)
    assert visitors.errors == []
    assert max(visitors.took) <= ANSWERS_S
    with Reader(settings) as session:
        steps = session.execute(select(Step.run_id, Step.started_at).where(Step.node_key == "after")).all()
    assert len({step.run_id for step in steps}) == len(steps) == TIMERS, "each went on once"
    late = [(step.started_at - due).total_seconds() for step in steps]
    assert min(late) >= 0, "early"
    assert percentile(late, 0.99) <= LATE_P99_S
