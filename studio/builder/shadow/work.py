"""The work of a shadow: jobs that the sweeper leaves where there is something new, a second each, batch by batch.

What a batch found and how far it came commit together, and only where nobody else was at it meanwhile: a worker that
dies costs the batch under its hands, which is looked at again, and no event counts twice.
"""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import delete

from studio.builder.backtest import work
from studio.builder.backtest.measuring import Found
from studio.builder.backtest.outcomes import Kind, State
from studio.builder.backtest.tally import Tally, from_json
from studio.builder.backtest.work import Under, under_way
from studio.builder.models import Backtest, BacktestEvent
from studio.builder.shadow import ending, policy, reading
from studio.builder.shadow.outcomes import Ended
from studio.builder.shadow.policy import Standing
from studio.builder.shadow.reading import Look
from studio.core import clock
from studio.core.among import among
from studio.core.faults import fault_point
from studio.core.inserting import insert_all
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Workflow

TOPIC = "builder.shadow"
BATCH = 250
"""Events between two commits."""
TURN_S = 1.0
"""Longest one job goes on."""
REST = timedelta(seconds=5)
"""From one job to the next: a shadow has a fifth of one thread, and live runs the rest."""


class Worker(work.Worker):
    """Does the jobs."""

    TOPIC: ClassVar[str] = TOPIC

    def _go_on(self, workspace_id: UUID, backtest_id: UUID, turn: int) -> None:
        with self._database.unit(workspace_id, read_only=True) as unit:
            row = unit.session.get(Backtest, backtest_id)
            under = under_way(unit, row, self._calls) if row is not None and row.state == State.RUNNING else None
        until = clock.monotonic() + TURN_S
        while under is not None and self._batch(under) and clock.monotonic() < until:
            pass

    def _batch(self, under: Under) -> bool:
        """Look at the next events. False: there are no more for now, it is over, or somebody else is at it."""
        with self._database.unit(under.workspace_id, read_only=True) as unit:
            row = unit.session.get_one(Backtest, under.id)
            found, turn = reading.look(unit, under.source, row, BATCH), row.turn
        tally, compared = under.over(found.ready)
        tally.not_ended = found.not_ended
        with self._database.unit(under.workspace_id) as unit:
            locked = unit.session.get(Backtest, under.id, with_for_update=True)
            if locked is None or locked.state != State.RUNNING or locked.turn != turn:
                return False
            _note(unit, locked, found, compared)
            _count(unit, locked, found, tally)
            fault_point("shadow.before_commit")
        return not found.all_read and locked.state == State.RUNNING

    def _fail(self, workspace_id: UUID, backtest_id: UUID, why: str) -> None:
        with self._database.unit(workspace_id) as unit:
            row = unit.session.get(Backtest, backtest_id, with_for_update=True)
            if row is not None and row.state == State.RUNNING:
                ending.end(unit, row, Ended.FAILED, why)


def _note(uow: UnitOfWork, row: Backtest, found: Look, compared: list[Found]) -> None:
    """A row for each event that was seen, so that none is seen twice."""
    if found.waited:
        mine = delete(BacktestEvent).where(BacktestEvent.backtest_id == row.id)
        uow.session.execute(mine.where(among(uow.session, BacktestEvent.event_id, found.waited)))
    known = {one.event.id for one in compared}
    rows: list[dict[str, Any]] = [one.as_row(row.id, row.workspace_id) for one in compared]
    rows += [_bare(row, one.id, Kind.GONE, None, one.received_at) for one in found.ready if one.id not in known]
    rows += [_bare(row, event_id, Kind.AWAITED, *found.awaited[event_id]) for event_id in found.awaited]
    insert_all(uow.session, BacktestEvent, rows)


def _bare(row: Backtest, event_id: UUID, kind: Kind, run_id: UUID | None, received_at: Any) -> dict[str, Any]:
    """Nothing was tried, or not yet."""
    return {
        "backtest_id": row.id, "event_id": event_id, "workspace_id": row.workspace_id, "run_id": run_id,
        "kind": kind.value, "state": None, "error_print": None, "node": None, "what": None, "was": None,
        "becomes": None, "assumed": False, "received_at": received_at,
    }  # fmt: skip


def _count(uow: UnitOfWork, row: Backtest, found: Look, tally: Tally) -> None:
    """Add what was found, move on, and end it where it is over."""
    sums = from_json(row.tally)
    sums.add(tally)
    row.tally, row.cursor, row.turn = sums.as_json(), found.cursor, row.turn + 1
    row.taken += found.taken
    row.look_at = uow.now + REST
    workflow = uow.session.get_one(Workflow, row.workflow_id)
    assert row.until_at is not None  # noqa: S101 - every shadow has one
    standing = Standing(
        row.until_at, row.total, row.taken, row.taken - sums.events, found.all_read,
        workflow.published_version_id == row.version_id, workflow.archived_at is not None,
    )  # fmt: skip
    why = policy.over(uow.now, standing)
    if why is not None:
        ending.end(uow, row, why)
