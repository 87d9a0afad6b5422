"""What workers need of backtests: the next job, the events that are tried, and letting go of old ones."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from studio.builder.backtest.reading import Source
from studio.builder.models import Backtest, BacktestEvent
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.document import Document

TOPIC = "builder.backtest"
KEPT = timedelta(days=30)
_AT_ONCE = 5


def leave(uow: UnitOfWork, row: Backtest) -> None:
    """Leave the job that goes on with it."""
    row.turn += 1
    payload = {"backtest_id": str(row.id), "turn": row.turn}
    outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{row.id}:{row.turn}", payload=payload)


def source_of(workflow_id: UUID, document: Document, trigger: str) -> Source:
    """The events that begin at a trigger of a document."""
    step = document.step(trigger)
    gathers = step is not None and step.config.get("gather", "none") != "none"
    return Source(workflow_id, trigger, gathers)


def purge(uow: UnitOfWork) -> None:
    """Let go of those that were begun long ago, with their events."""
    old = select(Backtest.id).where(Backtest.created_at < uow.now - KEPT).limit(_AT_ONCE)
    ids = list(uow.session.scalars(old))
    if ids:
        uow.session.execute(delete(BacktestEvent).where(BacktestEvent.backtest_id.in_(ids)))
        uow.session.execute(delete(Backtest).where(Backtest.id.in_(ids)))
