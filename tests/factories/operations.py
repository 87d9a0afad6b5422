"""Queues, leases, workers and jobs, as the engine would have left them."""

from datetime import timedelta

from studio.core.ids import new_id
from studio.core.models import OutboxRow
from studio.core.unit_of_work import Database
from studio.runtime.models import LoopLease, Run, WaitRow, WorkerProcess
from tests.factories.accounts import MadeTenant

S, M = timedelta(seconds=1), timedelta(minutes=1)


def furnish(database: Database, tenant: MadeTenant) -> None:
    """Runs that wait, two that are held, one of them by who is gone; a timer and two mails that are due."""
    with database.across() as unit:
        now, mine = unit.now, {"workspace_id": tenant.id}
        held = {"state": "running", "lease_until": now + 5 * S, "lease_by": "w1"}
        lost = {"state": "running", "lease_until": now - M, "lease_by": "w2"}
        for lane, wait, more in (
            ("main", M, {}), ("main", S, {}), ("effect", -M, {}), ("gate", 2 * M, {}), ("main", S, held),
            ("effect", S, lost),
        ):  # fmt: skip
            row = {
                "state": "queued",
                "lane": lane,
                "available_at": now - wait,
                "created_at": now,
                "trigger_node": "hook",
            }
            unit.session.add(Run(workflow_id=new_id(), version_id=new_id(), **mine, **row | more))
        unit.session.add(
            WaitRow(
                run_id=new_id(),
                step_id=new_id(),
                node_key="pause",
                kind="delay",
                state="open",
                due_at=now - 3 * S,
                created_at=now,
                **mine,
            )
        )
        for number in range(2):
            job = {"topic": "mail", "payload": {}, "state": "queued", "attempts": 0, "max_attempts": 3}
            unit.session.add(OutboxRow(key=f"m{number}", due_at=now - 9 * S, created_at=now, **job, **mine))
        for holder, release, state, seen in (
            ("w1", "1.0", "working", now), ("w2", "1.0", "working", now - M), ("w3", "1.1", "draining", now),
        ):  # fmt: skip
            unit.session.add(
                WorkerProcess(
                    holder=holder, host="machine-a", pid=7, release=release, threads=10, state=state,
                    started_at=now - 5 * M, seen_at=seen,
                )
            )  # fmt: skip
        unit.session.add(LoopLease(name="sweeper", holder="w1", until=now + 4 * S))
