"""The report of approval load over 90 days: 100,000 requests, two shares each, forty people in ten groups.

The rows are written as such, not asked and answered; the report is called as its page calls it, with nothing beside it.
"""

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from benchmarks import seeding, workloads
from benchmarks.figures import percentile, summary
from benchmarks.plan import Plan
from benchmarks.stack import stack
from studio.approvals.models import Assignment, Request, Vote
from studio.core import db
from studio.core.ids import new_id
from studio.core.unit_of_work import Database, UnitOfWork
from studio.oversight import folding, load
from studio.oversight.load import By, Period

COUNT, PEOPLE, GROUPS, WORKFLOWS, DAYS = 100_000, 40, 10, 8, 91
PAGES, AT_ONCE = 9, 2_000
_YEARS = timedelta(days=3650)


def load_of_90_days(store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database: with days added up, and before they were."""
    return summary([_round(store, plan.count or COUNT) for _ in range(plan.rounds)])


def _round(store: str, count: int) -> dict[str, float]:
    with stack(store) as running:
        seeded = seeding.seed(running.settings, workloads.approval(seeding.APPROVER), approver=True)
        engines = db.open_engine(running.settings.database_url), db.open_engine(running.settings.engine_url)
        database = Database(*engines)
        seed(database, seeded.workspace_id, count)
        found = {f"load_{by}_raw_ms": _took(database, seeded.workspace_id, by) for by in By}
        started = time.perf_counter()
        with database.unit(seeded.workspace_id) as uow:
            folding.rebuild(uow)
        found["fold_s"] = time.perf_counter() - started
        found |= {f"load_{by}_ms": _took(database, seeded.workspace_id, by) for by in By}
        for engine in engines:
            engine.dispose()
        return found


def _took(database: Database, workspace_id: UUID, by: By) -> float:
    """Milliseconds, the median of several."""
    times = []
    for _ in range(PAGES):
        with database.unit(workspace_id, read_only=True) as uow:
            begin = load.since(uow.now, "Europe/Berlin", Period.QUARTER)
            started = time.perf_counter()
            load.report(uow, by, begin)
            times.append(time.perf_counter() - started)
    return percentile(times, 0.5) * 1000


def seed(database: Database, workspace_id: UUID, count: int) -> None:
    chance = random.Random(7)
    people, flows = [new_id() for _ in range(PEOPLE)], [new_id() for _ in range(WORKFLOWS)]
    for first in range(0, count, AT_ONCE):
        with database.unit(workspace_id) as uow:
            rows = list(_requests(uow, chance, people, flows, min(AT_ONCE, count - first)))
            for table, place in ((Request, 0), (Assignment, 1), (Vote, 2)):
                several = [one for row in rows for one in row[place]]
                uow.session.execute(insert(table.__table__), several)  # type: ignore[arg-type]  # a model's is a Table


def _requests(
    uow: UnitOfWork, chance: random.Random, people: list[UUID], flows: list[UUID], count: int
) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]]:
    """90 of a hundred are answered, 5 have run out, 5 wait."""
    for _ in range(count):
        asked_at = uow.now - timedelta(seconds=chance.randrange(DAYS * 86_400))
        waited, kind, group = int(chance.lognormvariate(9, 1.5)), chance.random(), chance.randrange(GROUPS)
        closed_at = None if kind > 0.95 else min(uow.now, asked_at + timedelta(seconds=waited))
        state = "pending" if closed_at is None else "expired" if kind > 0.9 else "approved"
        request = _request(uow.workspace, asked_at, closed_at, state, chance.choice(flows))
        mine = [one for number, one in enumerate(people) if number % GROUPS == group]
        pair = chance.sample(mine, 2)
        ends = ("open", "open") if closed_at is None else ("withdrawn",) * 2 if kind > 0.9 else ("decided", "withdrawn")
        why = {"kind": "group", "name": f"Group {group}"}
        shares = [_share(request, who, end, why) for who, end in zip(pair, ends, strict=True)]
        yield [request], shares, [_vote(request, shares[0], waited, why["name"])] if state == "approved" else []


def _request(workspace: UUID, asked_at: datetime, closed_at: datetime | None, state: str, flow: UUID) -> dict[str, Any]:
    return {
        "id": new_id(), "workspace_id": workspace, "asker": "bench", "ref": {}, "title": "Refund", "facts": [],
        "instructions": "", "payload_hash": "0" * 64, "state": state, "context": {}, "rule": {"stages": []},
        "workflow_id": flow, "created_at": asked_at, "closed_at": closed_at, "sort_at": asked_at + _YEARS,
        "options": [], "items": [], "revision": 1, "stage": 0, "in_slack": False, "threads_first": False,
        "escalates": False, "pauses": 0,
    }  # fmt: skip


def _share(request: dict[str, Any], who: UUID, state: str, why: dict[str, str]) -> dict[str, Any]:
    return {
        "id": new_id(), "workspace_id": request["workspace_id"], "request_id": request["id"], "user_id": who,
        "state": state, "sort_at": request["sort_at"], "why": why, "stage": 0, "created_at": request["created_at"],
        "closed_at": request["closed_at"],
    }  # fmt: skip


def _vote(request: dict[str, Any], share: dict[str, Any], waited: int, group: str) -> dict[str, Any]:
    return {
        "id": new_id(), "workspace_id": request["workspace_id"], "request_id": request["id"],
        "assignment_id": share["id"], "user_id": share["user_id"], "place_id": share["user_id"], "stage": 0,
        "revision": 1, "outcome": "approved", "payload_hash": request["payload_hash"], "reason": "", "channel": "page",
        "at": request["closed_at"], "waited_s": waited, "worked_s": waited // 3, "workflow_id": request["workflow_id"],
        "group_name": group,
    }  # fmt: skip
