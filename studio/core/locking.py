"""Locks by a name, and limits of so many in a workspace: two who count at one moment would both find room."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from studio.core.unit_of_work import UnitOfWork


def one_at_a_time(uow: UnitOfWork, what: str) -> None:
    """Let nobody else of this workspace count these until the transaction's end. Ask before you count.

    Each limit has a lock of its own: adding one kind never waits for another, nor for whoever holds their rows.
    """
    lock(uow.session, f"limit:{uow.workspace}:{what}")


def lock(session: Session, name: str) -> None:
    """Let nobody else in under that name until the transaction's end. SQLite has one writer as it is."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
