"""What the sweeper does besides runs: due schedules."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import or_, select

from studio.core.errors import StudioError
from studio.core.faults import fault_point
from studio.core.unit_of_work import Database
from studio.runtime.models import TriggerSubscription
from studio.runtime.service.starts import Hint, start_or_turn_away
from studio.runtime.triggers.schedule import next_due

log = structlog.get_logger()

DUE_AT_ONCE = 500


class Schedules:
    """Starts what is due by the clock, each tick once: the due time moves in the transaction that starts the run."""

    def __init__(self, database: Database, hint: Hint) -> None:
        self._database, self._hint = database, hint

    def __call__(self, now: datetime) -> None:
        """Start everything that is due. What a pause holds starts together after it, as what Studio was off for."""
        due = select(TriggerSubscription.id, TriggerSubscription.workspace_id).where(
            TriggerSubscription.active, TriggerSubscription.next_due_at <= now,
            or_(TriggerSubscription.halt.is_(None), TriggerSubscription.halt != "hold"),
        )  # fmt: skip
        with self._database.across(read_only=True) as unit:
            found = unit.session.execute(due.order_by(TriggerSubscription.next_due_at).limit(DUE_AT_ONCE)).all()
        for row in found:
            try:
                self._start(row.workspace_id, row.id, now)
            except Exception:  # one that cannot be started must not keep the others from their time
                log.exception("schedule_not_started", subscription_id=str(row.id))

    def _start(self, workspace_id: UUID, subscription_id: UUID, now: datetime) -> None:
        with self._database.unit(workspace_id) as unit:
            row = unit.session.get(TriggerSubscription, subscription_id, with_for_update={"skip_locked": True})
            if row is None or not row.active or row.next_due_at is None or row.next_due_at > now or row.halt == "hold":
                return
            due, row.next_due_at = row.next_due_at, None
            try:
                row.next_due_at = next_due(row.settings, now)
            except (StudioError, ValueError):
                # A version that was published before a rule was tightened: it stops, and says so in the log.
                log.exception("schedule_broken", subscription_id=str(subscription_id))
            data = {"scheduled_at": due.isoformat(), "started_at": now.isoformat()}
            start_or_turn_away(unit, row, data, self._hint)
            fault_point("schedule.before_commit")
        fault_point("schedule.after_commit")
