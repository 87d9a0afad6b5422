"""What workers need of backtests: the next job, the events that are tried, and letting go of old ones."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, delete, select

from studio.builder.backtest.reading import Source
from studio.builder.models import Backtest, BacktestEvent
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.document import Document
from studio.runtime.models import TriggerSubscription

TOPIC = "builder.backtest"
KEPT = timedelta(days=30)
_AT_ONCE = 5


def leave(uow: UnitOfWork, row: Backtest) -> None:
    """Leave the job that goes on with it."""
    row.turn += 1
    payload = {"backtest_id": str(row.id), "turn": row.turn}
    outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{row.id}:{row.turn}", payload=payload)


def source_of(uow: UnitOfWork, workflow_id: UUID, document: Document, triggers: Collection[str]) -> Source:
    """The events that come for triggers of a workflow; `document` says which of them gather."""
    row = TriggerSubscription
    found = select(row.id, row.node_key).where(row.workflow_id == workflow_id, row.node_key.in_(triggers))
    steps = {key: document.step(key) for key in triggers}
    gathering = {key for key, step in steps.items() if step is not None and step.config.get("gather", "none") != "none"}
    return Source(workflow_id, {one.id: one.node_key for one in uow.session.execute(found)}, frozenset(gathering))


def purge(uow: UnitOfWork) -> None:
    """Let go of those that were begun long ago, shadows once they have been over for so long, with their events."""
    begun = Backtest.until_at.is_(None) | Backtest.finished_at.is_not(None)
    since = case((Backtest.until_at.is_(None), Backtest.created_at), else_=Backtest.finished_at)
    old = select(Backtest.id).where(begun, since < uow.now - KEPT).limit(_AT_ONCE)
    ids = list(uow.session.scalars(old))
    if ids:
        uow.session.execute(delete(BacktestEvent).where(BacktestEvent.backtest_id.in_(ids)))
        uow.session.execute(delete(Backtest).where(Backtest.id.in_(ids)))
