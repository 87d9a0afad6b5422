"""What shadows look at next: events that came since, and those whose runs have ended meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from studio.builder.backtest import reading
from studio.builder.backtest.outcomes import Kind
from studio.builder.backtest.reading import NOTED, Source
from studio.builder.backtest.walking import Happened
from studio.builder.models import Backtest, BacktestEvent
from studio.builder.models.backtests import SHADOW_ON
from studio.builder.shadow import policy
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Event, Run, Workflow
from studio.runtime.outcomes import RunState, Verdict

RETRY = "retry"
"""The kind of wait before a call is tried again."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one batch is about."""

    ready: Sequence[Happened]
    """Those that can be compared now."""
    waited: frozenset[UUID]
    """Of them, those that were noted at an earlier look."""
    not_ended: int
    """Of them, those whose run still goes on after all that patience."""
    awaited: Mapping[UUID, tuple[UUID | None, datetime]]
    """New ones whose run still goes on: the run, and when the event came."""
    cursor: UUID
    all_read: bool

    @property
    def taken(self) -> int:
        """Events that are noted for the first time."""
        return len(self.ready) - len(self.waited) + len(self.awaited)


def goes_on() -> ColumnElement[Any]:
    """Whether what an event has started is under way: it runs, is about to, or tries a call again.

    A run that waits for people or for a time is none of these: such a wait may last for weeks.
    """
    runs = Run.state.in_((RunState.QUEUED, RunState.RUNNING))
    retries = and_(Run.state == RunState.WAITING, Run.waiting_for == RETRY)
    return func.coalesce(or_(Event.verdict == Verdict.HELD, runs, retries), false())


def look(uow: UnitOfWork, source: Source, row: Backtest, most: int) -> Look:
    """The next batch. An event that was noted is never read as a new one, however late others come."""
    assert row.cursor is not None and row.until_at is not None  # noqa: S101, PT018 - every shadow has both
    noted = select(BacktestEvent.event_id).where(
        BacktestEvent.backtest_id == row.id, BacktestEvent.event_id == Event.id
    )
    wanted = max(0, min(most, row.total - row.taken))
    columns = source.events(
        Event.id, Event.meta, Event.received_at, Event.subscription_id, Run.id.label("run_id"),
        goes_on().label("goes_on"),
    )  # fmt: skip
    new = columns.outerjoin(Run, Run.id == Event.run_id).where(
        Event.id > row.cursor, Event.id < first_id_at(row.until_at), ~noted.exists()
    )
    fresh = uow.session.execute(new.order_by(Event.id).limit(wanted)).all() if wanted else []
    known = [one for one in fresh if not source.leaves_out(one)]
    late = _waited(uow, row, most)
    found = reading.some(uow, source, [one.id for one in known if not one.goes_on] + [one.event_id for one in late])
    ready = [found.get(one.id) or Happened(one.id, None, one.received_at) for one in known if not one.goes_on] + [
        found.get(one.event_id) or Happened(one.event_id, None, one.received_at) for one in late
    ]
    full = wanted > 0 and len(fresh) == wanted
    return Look(
        ready, frozenset(one.event_id for one in late), sum(1 for one in late if one.goes_on),
        {one.id: (one.run_id, one.received_at) for one in known if one.goes_on},
        policy.cursor(uow.now, row.cursor, fresh[-1].id if full else None), all_read=not full,
    )  # fmt: skip


def _waited(uow: UnitOfWork, row: Backtest, most: int) -> Sequence[Any]:
    """Those that were noted earlier and can be compared now, or are waited for no longer."""
    columns = select(BacktestEvent.event_id, BacktestEvent.received_at, goes_on().label("goes_on"))
    mine = _joined(columns).where(BacktestEvent.backtest_id == row.id, BacktestEvent.kind == Kind.AWAITED)
    ready = mine.where(or_(~goes_on(), BacktestEvent.received_at <= uow.now - policy.PATIENCE))
    return uow.session.execute(ready.order_by(BacktestEvent.event_id).limit(most)).all()


def _joined(of: Any) -> Any:
    """With the event and its run as they are now, where they are still kept."""
    return (
        of.select_from(BacktestEvent)
        .outerjoin(Event, Event.id == BacktestEvent.event_id)
        .outerjoin(Run, Run.id == Event.run_id)
    )


def due(uow: UnitOfWork, *, looked_before: datetime, most: int) -> Sequence[tuple[UUID, UUID]]:
    """(workspace, shadow) of those that have something to look at, across workspaces, the longest due first.

    `looked_before`: only those whose next look was due by then. What is new is asked of indexes, by ids of events.
    """
    now = uow.now
    noted = select(BacktestEvent.event_id).where(
        BacktestEvent.backtest_id == Backtest.id, BacktestEvent.event_id == Event.id
    ).correlate(Backtest, Event)  # fmt: skip
    new = select(Event.id).where(
        Event.workspace_id == Backtest.workspace_id, Event.workflow_id == Backtest.workflow_id,
        Event.id > Backtest.cursor, Event.verdict.in_(NOTED), ~noted.exists(),
    )  # fmt: skip
    ended = _joined(select(BacktestEvent.event_id)).where(
        BacktestEvent.backtest_id == Backtest.id, BacktestEvent.kind == Kind.AWAITED,
        or_(~goes_on(), BacktestEvent.received_at <= now - policy.PATIENCE),
    )  # fmt: skip
    over = or_(
        Backtest.until_at <= now - policy.SETTLED, Workflow.archived_at.is_not(None),
        func.coalesce(Workflow.published_version_id != Backtest.version_id, True),
    )  # fmt: skip
    found = select(Backtest.workspace_id, Backtest.id).join(Workflow, Workflow.id == Backtest.workflow_id).where(
        SHADOW_ON, Backtest.look_at <= looked_before,
        or_(over, and_(Backtest.taken < Backtest.total, new.exists()), ended.exists()),
    )  # fmt: skip
    return [(one.workspace_id, one.id) for one in uow.session.execute(found.order_by(Backtest.look_at).limit(most))]
