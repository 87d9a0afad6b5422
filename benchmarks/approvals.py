"""What approvals cost: the inbox of one person with 100,000 of them, and deciding a hundred at once.

Parked runs stand behind all of them, so each decision also wakes a run.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from benchmarks import escalating, history, parked, seeding, workloads
from benchmarks.approval_load import load_of_90_days
from benchmarks.copies_sql import Series
from benchmarks.driving import ask, deliver, start
from benchmarks.figures import percentile, summary
from benchmarks.parked import LIMIT_S, PAGES, PARKED, WARM
from benchmarks.plan import Plan
from benchmarks.seeding import Approver
from benchmarks.stack import Stack, stack
from studio.approvals.models import Request
from studio.approvals.policy import shown

DECISIONS, AT_ONCE = 2_000, 100


def inbox_and_decisions(store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database."""
    return summary([_round(store, plan.count or PARKED) for _ in range(plan.rounds)])


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {
    "inbox": inbox_and_decisions,
    "load": load_of_90_days,
    "escalation": escalating.measure,
}
USUAL = ("inbox", "escalation")
POSTGRESQL_ONLY: tuple[str, ...] = ()


def _round(store: str, count: int) -> dict[str, float]:
    with stack(store) as running:
        seeded = seeding.seed(running.settings, workloads.approval(seeding.APPROVER), approver=True)
        assert seeded.approver is not None
        start(running, store)
        for _ in range(WARM):
            deliver(running, seeded.path)
        seeding.reached(running.settings, "waiting", WARM, LIMIT_S)
        _decide(running, seeded.approver, _pending(running, WARM - 1))
        seeding.reached(running.settings, "succeeded", WARM - 1, LIMIT_S)
        [original] = parked.pending(running, 1)
        history.copy(running, parked.run_of(running, original), Series(count))
        pages = parked.pages_s(running, seeded.approver, PAGES)
        chosen = _pending(running, min(DECISIONS, count))
        started = time.perf_counter()
        decided = _decide(running, seeded.approver, chosen)
        took = time.perf_counter() - started
        seeding.reached(running.settings, "succeeded", WARM - 1 + len(chosen), LIMIT_S)
        return {
            "inbox_p95_ms": percentile(pages, 0.95) * 1000,
            "decisions_per_s": decided / took,
            "lost": len(chosen) - decided,
        }


def _pending(running: Stack, limit: int) -> list[dict[str, str]]:
    """Requests as a bulk decision names them."""
    columns = (Request.id, Request.payload_hash, Request.revision, Request.stage)
    found = select(*columns).where(Request.state == "pending").order_by(Request.id).limit(limit)
    return [
        {"id": str(row.id), "shown": shown(row.payload_hash, row.revision, row.stage)}
        for row in parked.read(running, found)
    ]


def _decide(running: Stack, approver: Approver, chosen: Sequence[dict[str, str]]) -> int:
    """Approve them by the API, as many at once as it takes. Returns how many it says are done."""
    headers = {"Authorization": f"Bearer {approver.token}", "Content-Type": "application/json"}
    done = 0
    for first in range(0, len(chosen), AT_ONCE):
        body = {"outcome": "approved", "items": chosen[first : first + AT_ONCE]}
        answer = json.loads(ask(running, "/api/v1/approvals/decisions", json.dumps(body).encode(), headers))
        done += sum(one["result"] == "done" for one in answer["data"])
    return done
