"""What people wait for in a long history: the list by each of its filters, a run's page, a search.

Pages are asked of a web process as a browser asks, one after the other, with nothing else going on.
"""

import random
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select

from benchmarks import past, seeding, workloads
from benchmarks.driving import ask
from benchmarks.figures import percentile, summary
from benchmarks.history import unbound
from benchmarks.past import Flow
from benchmarks.past_sql import Span
from benchmarks.plan import Plan
from benchmarks.stack import Stack, stack
from studio.accounts.outcomes import Role
from studio.core import clock
from studio.core.settings import Settings
from studio.runtime.models import Run, Workflow
from studio.runtime.service import workflows

RUNS = {"postgresql": 5_000_000, "sqlite": 1_000_000}
FLOWS, DAYS = 20, 30
EACH, RUN_PAGES = 8, 150
"""Requests of each list and each search, and of run pages, a round."""
SLOWEST = 5
"""Addresses that are named."""


@dataclass(frozen=True, slots=True)
class _Seeded:
    """What there is to ask for."""

    cookie: str
    flows: list[Flow]
    approver_id: UUID
    span: Span


def pages_of_a_long_history(store: str, plan: Plan) -> dict[str, float]:
    """One past for all rounds: only reading is measured."""
    with stack(store) as running:
        started = time.perf_counter()
        seeded = _seed(running, plan.count or RUNS[store])
        seeded_s = time.perf_counter() - started
        print(f"seeded in {seeded_s:.0f} s", file=sys.stderr, flush=True)
        if store == "sqlite":
            running.start("studio", "run")
        else:
            running.start("web", "web", "--workers", "1")
        running.wait_ready()
        return {"seed_s": seeded_s, **summary([_round(running, seeded, number) for number in range(plan.rounds)])}


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {"pages": pages_of_a_long_history}
USUAL = ("pages",)
POSTGRESQL_ONLY: tuple[str, ...] = ()


def _seed(running: Stack, count: int) -> _Seeded:
    first = seeding.seed(running.settings, workloads.past())
    with seeding.application(running.settings) as app:
        approver_id, cookie = seeding.signed_in(app, first.workspace_id, "owner@example.com", Role.OWNER)
        database, keyring = app.extensions["studio_database"], app.extensions["studio_keyring"]
        with database.unit(first.workspace_id) as unit:
            for _ in range(FLOWS - 1):
                workflows.publish(unit, keyring, workflows.create(unit, "Past"), workloads.past())
        with database.unit(first.workspace_id, read_only=True) as unit:
            found = unit.session.execute(select(Workflow.id, Workflow.published_version_id).order_by(Workflow.id))
            flows = [Flow(row.id, row.published_version_id) for row in found]
    step_ms = max(1, int(timedelta(days=DAYS) / timedelta(milliseconds=1)) // (count + 1))
    newest = int((clock.local_now() - timedelta(minutes=2)).timestamp() * 1000)
    span = Span(count, newest - count * step_ms, step_ms)
    with unbound(running) as engine:
        past.seed(engine, first.workspace_id, flows, approver_id, span)
    return _Seeded(cookie, flows, approver_id, span)


def _round(running: Stack, seeded: _Seeded, number: int) -> dict[str, float]:
    chance = random.Random(number)
    lists = [{**one, **more} for one in _lists(running.settings, seeded, chance) for more in _pages(seeded, chance)]
    searches = [{"q": words} for _ in range(EACH) for words in _searches(seeded, chance)]
    runs = [f"/runs/{_run_id(seeded.span, chance.randint(1, seeded.span.count))}" for _ in range(RUN_PAGES)]
    ask(running, "/runs", headers={"Cookie": seeded.cookie})
    return {
        "list_p95_ms": _p95_ms(running, seeded, (_address(one) for one in lists)),
        "run_page_p95_ms": _p95_ms(running, seeded, runs),
        "search_p95_ms": _p95_ms(running, seeded, (_address(one) for one in searches)),
    }


def _p95_ms(running: Stack, seeded: _Seeded, addresses: Iterable[str]) -> float:
    taken = []
    for address in addresses:
        started = time.perf_counter()
        ask(running, address, headers={"Cookie": seeded.cookie})
        taken.append((time.perf_counter() - started, address))
    for took, address in sorted(taken)[-SLOWEST:]:
        print(f"slow: {took * 1000:.0f} ms {address}", file=sys.stderr, flush=True)
    return percentile((took for took, _ in taken), 0.95) * 1000


def _address(filters: Mapping[str, object]) -> str:
    return f"/runs?{urlencode(filters, doseq=True)}"


def _pages(seeded: _Seeded, chance: random.Random) -> list[dict[str, object]]:
    """The newest page of a list, and some far behind it."""
    behind = [_run_id(seeded.span, chance.randint(1, seeded.span.count)) for _ in range(EACH - 1)]
    return [{}, *({"before": one} for one in behind)]


def _lists(settings: Settings, seeded: _Seeded, chance: random.Random) -> list[dict[str, object]]:
    """Each filter by itself, and those that people set together."""
    flow, day = chance.choice(seeded.flows).workflow_id, "2000-01-01"
    with seeding.Reader(settings) as session:
        fingerprint = session.scalar(select(Run.error_print).where(Run.error_print.is_not(None)).limit(1))
    one = {
        "workflow": flow, "state": "failed", "error": "http.status_503", "node": "call", "since": "7d",
        "trigger": "trigger.webhook", "connection": past.CONNECTION, "approver": seeded.approver_id,
        "label": f"country:C{chance.randrange(40)}", "fingerprint": fingerprint or "",
    }  # fmt: skip
    return [
        {}, *({name: value} for name, value in one.items()),
        {"state": ["failed", "waiting"]}, {"workflow": flow, "state": "failed"}, {"workflow": flow, "version": 1},
        {"workflow": flow, "error": "http.status_503"}, {"workflow": flow, "label": one["label"]},
        {"state": "failed", "connection": past.CONNECTION}, {"state": "cancelled", "trigger": "trigger.webhook"},
        {"approver": seeded.approver_id, "label": one["label"]}, {"state": "needs_review", "from": day},
    ]  # fmt: skip


def _searches(seeded: _Seeded, chance: random.Random) -> list[str]:
    """An order, a customer, two words, a beginning, what every run has, and what none has."""
    number = chance.randint(1, seeded.span.count)
    name, city = f"name{number * 31 % 2003}", f"city{number * 17 % 307}"
    return [str(1_000_000 + number), name, f"{name} {city}", "sku12", "order", "nobody"]


def _run_id(span: Span, number: int) -> UUID:
    """As the database computes it."""
    return UUID(f"{span.begin_ms + number * span.step_ms:012x}70008{number:015x}")
