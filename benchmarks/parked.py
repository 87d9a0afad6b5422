"""A hundred thousand runs wait for one person's decision: what they cost, and how fast one of them goes on.

Web and worker are warmed with approvals of their own first, so that what grows is what the parked ones cost.
"""

import json
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row, select

from benchmarks import history, seeding, workloads
from benchmarks.copies_sql import Series
from benchmarks.driving import ask, deliver, start
from benchmarks.figures import percentile, summary
from benchmarks.plan import Plan
from benchmarks.seeding import Approver
from benchmarks.stack import Stack, stack
from studio.approvals.models import Decision, Request
from studio.runtime.models import Step

PARKED = 100_000
WARM, PAGES, DECISIONS = 60, 100, 100
"""The last two of many that are parked; of fewer, a fifth and a tenth of them."""
SETTLE_S = 3.0
LIMIT_S = 60.0


def measure(store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database; idle for twice the seconds of a load."""
    return summary([_round(store, plan.count or PARKED, plan.seconds * 2) for _ in range(plan.rounds)])


def _round(store: str, count: int, idle_s: float) -> dict[str, float]:
    with stack(store) as running:
        settings = running.settings
        seeded = seeding.seed(settings, workloads.approval(seeding.APPROVER), approver=True)
        assert seeded.approver is not None
        start(running, store)
        for _ in range(WARM):
            deliver(running, seeded.path)
        seeding.reached(settings, "waiting", WARM, LIMIT_S)
        pages_s(running, seeded.approver, min(PAGES, count // 5))
        _decide(running, seeded.approver, pending(running, WARM)[: WARM // 2])
        seeding.reached(settings, "succeeded", WARM // 2, LIMIT_S)
        empty = running.memory()["memory_mib"]

        [original] = pending(running, 1)
        history.copy(running, run_of(running, original), Series(count))
        idle = _idle_cpu(running, idle_s)
        pages = pages_s(running, seeded.approver, min(PAGES, count // 5))
        chosen = _spread(pending(running), min(DECISIONS, count // 10))
        _decide(running, seeded.approver, chosen)
        seeding.reached(settings, "succeeded", WARM // 2 + len(chosen), LIMIT_S)
        memory = running.memory()
        woken = _woken_ms(running, chosen)
        return {
            "parked_mib": memory["memory_mib"] - empty,
            "idle_cpu_pct": idle,
            "inbox_p95_ms": percentile(pages, 0.95) * 1000,
            "wake_p99_ms": percentile(woken, 0.99),
            "lost": len(chosen) - len(woken),
            **memory,
        }


def _idle_cpu(running: Stack, seconds: float) -> float:
    """Percent of one processor, while nobody asks for anything."""
    time.sleep(SETTLE_S)  # what copying the rows stirred up is worked off; no figure says when that is done
    before, started = running.cpu_s(), time.perf_counter()
    time.sleep(seconds)  # processor time while nothing happens is measured: over this time
    return (running.cpu_s() - before) / (time.perf_counter() - started) * 100


def pages_s(running: Stack, approver: Approver, count: int) -> list[float]:
    """How long the inbox takes, one request after the other."""
    taken = []
    for _ in range(count):
        started = time.perf_counter()
        ask(running, "/inbox", headers={"Cookie": approver.cookie})
        taken.append(time.perf_counter() - started)
    return taken


def _decide(running: Stack, approver: Approver, requests: Sequence[UUID]) -> None:
    """Approve them by the API, one after the other."""
    headers = {"Authorization": f"Bearer {approver.token}", "Content-Type": "application/json"}
    for request in requests:
        shown = json.loads(ask(running, f"/api/v1/approvals/{request}", headers=headers))["shown"]
        body = json.dumps({"outcome": "approved", "shown": shown}).encode()
        ask(running, f"/api/v1/approvals/{request}/decision", body, headers)


def pending(running: Stack, limit: int | None = None) -> list[UUID]:
    found = select(Request.id).where(Request.state == "pending").order_by(Request.id).limit(limit)
    return [row.id for row in read(running, found)]


def run_of(running: Stack, request: UUID) -> UUID:
    [row] = read(running, select(Request.run_id).where(Request.id == request))
    run_id: UUID = row.run_id
    return run_id


def _spread(requests: Sequence[UUID], count: int) -> list[UUID]:
    """So many of them, from the oldest to the newest."""
    return list(requests[:: max(1, len(requests) // count)][:count])


def _woken_ms(running: Stack, requests: Sequence[UUID]) -> list[float]:
    """From each decision to the run's next step."""
    found = (
        select(Decision.at, Step.started_at)
        .join(Request, Request.id == Decision.request_id)
        .join(Step, Step.run_id == Request.run_id)
        .where(Request.id.in_(requests), Step.node_key == "after")
    )
    return [(row.started_at - row.at).total_seconds() * 1000 for row in read(running, found)]


def read(running: Stack, query: Executable) -> Sequence[Row[Any]]:
    with history.unbound(running) as engine, engine.execution_options(read_only=True).connect() as connection:
        return connection.execute(query).all()
