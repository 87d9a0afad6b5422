"""How far the look through all runs has come."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import RunWalk

NAME = "insights"


def edge(uow: UnitOfWork) -> UUID:
    """Up to here every run's facets are known."""
    return reached(uow.session)


def reached(session: Session) -> UUID:
    """The same by a session."""
    return session.scalar(select(RunWalk.run_id).where(RunWalk.name == NAME)) or UUID(int=0)
