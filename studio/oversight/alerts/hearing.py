"""Takes what other packages report: a job of the outbox, exactly once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from studio.contract import alerting
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import opening
from studio.oversight.alerts.tables import Alert

KEPT = timedelta(days=400)
"""Alerts are kept so long after they were over."""


def register() -> None:
    """Take over the topic; called at the start of every process."""
    outbox.register(alerting.TOPIC, hear)


def hear(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Open an alert, or count it on the one that goes on."""
    at = datetime.fromisoformat(payload["at"])
    opening.happened(uow, payload["kind"], UUID(payload["thing"]), payload["facts"], at)


def purge(uow: UnitOfWork) -> None:
    """Forget alerts that were over long ago."""
    uow.session.execute(delete(Alert).where(Alert.resolved_at < uow.now - KEPT))
