"""The sweeper's part in gathering events: starting what is due."""

from datetime import datetime

import structlog
from sqlalchemy import select

from studio.core.faults import fault_point
from studio.core.unit_of_work import Database
from studio.runtime.models import Gathering
from studio.runtime.service.gathering import start_due
from studio.runtime.service.starts import Hint

log = structlog.get_logger()

AT_ONCE = 200
"""Runs started in one turn, so that what comes behind is not kept waiting."""


class Gatherings:
    """Starts a run for each gathering that is due, exactly once: its row goes in the transaction of the start."""

    def __init__(self, database: Database, hint: Hint) -> None:
        self._database, self._hint = database, hint

    def __call__(self, now: datetime) -> None:
        """Start what is due."""
        due = select(Gathering.id, Gathering.workspace_id).where(Gathering.due_at <= now)
        with self._database.across(read_only=True) as unit:
            found = unit.session.execute(due.order_by(Gathering.due_at).limit(AT_ONCE)).all()
        for row in found:
            try:
                with self._database.unit(row.workspace_id) as unit:
                    start_due(unit, row.id, now, self._hint)
                fault_point("gathering.after_commit")
            except Exception:  # one that cannot be started must not keep the others from their time
                log.exception("gathering_not_started", gathering_id=str(row.id))
