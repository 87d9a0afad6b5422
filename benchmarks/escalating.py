"""Ten thousand requests whose escalation comes due at one moment: how long until the last of them has gone on.

Once for a level, which asks and mails somebody else, and once for the last word, which declines and wakes the run.
"""

import time
from datetime import datetime, timedelta

from sqlalchemy import select

from benchmarks import history, parked, seeding, workloads
from benchmarks.copies_sql import Series
from benchmarks.driving import deliver, start
from benchmarks.figures import summary
from benchmarks.plan import Plan
from benchmarks.seeding import Reader
from benchmarks.stack import Stack, stack
from studio.approvals.models import Assignment, Escalation, Request
from studio.core import clock

DUE = 10_000
OTHER = "other@example.com"
LEVEL, LAST_WORD = 0, 1
"""Steps of the plan."""
LOOK_S, LIMIT_S = 0.02, 120.0


def _ahead(count: int) -> timedelta:
    """From the copying to the moment: enough to write so many rows."""
    return timedelta(seconds=2 + count / 1_000)


def measure(store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database, and each of its two steps."""
    return summary([_round(store, plan.count or DUE) for _ in range(plan.rounds)])


def _round(store: str, count: int) -> dict[str, float]:
    escalation_s, escalated = _step(store, count, LEVEL)
    last_words_s, declined = _step(store, count, LAST_WORD)
    return {"escalation_s": escalation_s, "last_words_s": last_words_s, "lost": 2 * count - escalated - declined}


def _step(store: str, count: int, step: int) -> tuple[float, int]:
    """From the moment at which so many are due until none of them is, by the database's clock; and how many went on."""
    with stack(store) as running:
        document = workloads.escalating(seeding.APPROVER, OTHER)
        seeded = seeding.seed(running.settings, document, approver=True, others=[OTHER])
        start(running, store)
        deliver(running, seeded.path)
        seeding.reached(running.settings, "waiting", 1, LIMIT_S)
        [original] = parked.pending(running)
        with Reader(running.settings) as session:
            due = clock.database_now(session) + _ahead(count)
        given: dict[str, dict[str, object]] = {
            "approval_escalation": {"next_at": due, "step": step},
            "outbox": {"due_at": due},
        }
        history.copy(running, parked.run_of(running, original), Series(count), given)
        took = (_emptied(running, due, LIMIT_S + _ahead(count).total_seconds()) - due).total_seconds()
        went_on = {
            LEVEL: select(Assignment.id).where(Assignment.why["kind"].as_string() == "escalated"),
            LAST_WORD: select(Request.id).where(Request.state == "declined"),
        }
        return took, len(parked.read(running, went_on[step]))


def _emptied(running: Stack, due: datetime, limit_s: float) -> datetime:
    """When the first look finds no plan that was due by a moment."""
    until = time.monotonic() + limit_s
    left = select(Escalation.request_id).where(Escalation.next_at <= due).limit(1)
    with Reader(running.settings) as session, history.unbound(running) as engine:
        while time.monotonic() < until:
            with engine.execution_options(read_only=True).connect() as connection:
                gone = connection.execute(left).one_or_none() is None
            moment = clock.database_now(session)
            session.rollback()  # the next look asks for the time anew
            if gone:
                return moment
            time.sleep(LOOK_S)  # between two looks at a fact: is none left that was due?
    message = f"requests that are due at {due} were still there after {limit_s} s"
    raise TimeoutError(message)
