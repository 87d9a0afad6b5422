"""The part of alerts when somebody leaves. Implements `contract.leaving.Part`."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Select, or_, select

from studio.contract.leaving import Fate, Holding, Leave
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import course, rows
from studio.oversight.alerts.course import State
from studio.oversight.alerts.tables import Alert


class AlertsPart:
    """Alerts that they are on, or have put off. Without an heir they are open again, and a further level is told."""

    name = "alerts"
    columns: Mapping[str, str] = {
        "alert.acknowledged_by": "the heir is on it, or it is open again",
        "alert.snoozed_by": "the heir is reminded, or it is open again",
        "alert.resolved_by": "who said so stays said",
        "alert_told.user_id": "who was told stays said; their links end with their seat",
    }

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """Alerts that go on and that they have taken."""
        count = len(uow.session.scalars(_taken(leave)).all())
        becomes = Fate.HANDED if leave.to is not None else Fate.KEPT
        return [Holding("alerts", count, becomes)] if count else []

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Nothing that goes wrong is left to somebody who is gone."""
        for row in uow.session.scalars(_taken(leave).with_for_update()):
            if leave.to is None:
                more = row.step < rows.plan_of(row).steps
                again = course.hand_on(rows.course_of(row), uow.now)
                rows.put(uow, row, again if more else replace(again, next_at=None))
                row.acknowledged_by = row.acknowledged_at = row.snoozed_by = None
                continue
            if row.snoozed_by == leave.who.id:
                row.snoozed_by = leave.to.id
            if row.acknowledged_by == leave.who.id:
                row.acknowledged_by = leave.to.id


def _taken(leave: Leave) -> Select[Alert]:
    who = leave.who.id
    acknowledged = (Alert.state == State.ACKNOWLEDGED.value) & (Alert.acknowledged_by == who)
    put_off = Alert.snoozed.is_(True) & (Alert.snoozed_by == who)
    return select(Alert).where(Alert.resolved_at.is_(None), or_(acknowledged, put_off)).order_by(Alert.id)
