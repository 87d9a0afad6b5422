"""Taking a slot of a rate: one row a stream, under its lock."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from studio.runtime.flow.gcra import Rate, Slot, next_slot
from studio.runtime.models import RateState


def take(session: Session, workspace_id: UUID, scope: str, key: str, rate: Rate, now: datetime) -> Slot:
    """The next slot of a stream, taken with this transaction; others wait for its end.

    `scope` says what is limited (at most 120 characters, such as `workflow:<id>`), `key` whose share of it (at most
    255; empty: one for all).
    """
    held = hold(session, workspace_id, scope, key, now)
    slot = next_slot(rate, held, now)
    keep(session, workspace_id, scope, key, slot.tat)
    return slot


def hold(session: Session, workspace_id: UUID, scope: str, key: str, now: datetime) -> datetime:
    """What is kept of a stream, locked until the transaction's end."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else pg_insert
    begun = insert(RateState).values(workspace_id=workspace_id, scope=scope, key=key, tat=now)
    session.execute(begun.on_conflict_do_nothing())
    kept = select(RateState.tat).where(*_stream(workspace_id, scope, key)).with_for_update()
    return session.execute(kept).scalar_one()


def keep(session: Session, workspace_id: UUID, scope: str, key: str, tat: datetime) -> None:
    """Write what is kept of a stream that this transaction holds."""
    moved = update(RateState).where(*_stream(workspace_id, scope, key)).values(tat=tat)
    session.execute(moved.execution_options(synchronize_session=False))


def _stream(workspace_id: UUID, scope: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return (RateState.workspace_id == workspace_id, RateState.scope == scope, RateState.key == key)
