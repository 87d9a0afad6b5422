"""What people do about an alert: be on it, put it off, hand it on, say that it is over. And what ends it by itself."""

from datetime import timedelta
from uuid import UUID

from studio import audit
from studio.audit.taxonomy import alerts as actions
from studio.core.errors import Conflict, InvalidInput
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import course, rows, telling
from studio.oversight.alerts.course import State
from studio.oversight.alerts.tables import Alert

LONGEST_SNOOZE = timedelta(hours=24)


def acknowledge(uow: UnitOfWork, alert_id: UUID, *, channel: str = "page") -> Alert:
    """Be on it: nobody else is told any more. Those who were told hear who it is. Raises NotFound, Conflict."""
    row = _open(uow, alert_id)
    if row.state == State.ACKNOWLEDGED and row.acknowledged_by == uow.actor.user_id:
        return row
    if row.state == State.ACKNOWLEDGED:
        raise Conflict(_("Somebody else is on it already."), code="alert.acknowledged")
    rows.put(uow, row, course.acknowledge(rows.course_of(row)))
    row.acknowledged_by, row.acknowledged_at = uow.actor.user_id, uow.now
    rows.note(uow, row, "acknowledged", uow.actor.user_id)
    others = [one for one in rows.told(uow, row) if one != uow.actor.user_id]
    telling.queue_news(uow, row, "acknowledged", others)
    audit.record(uow, actions.ALERT_ACKNOWLEDGED, targets=[target(row)], metadata={"channel": channel})
    fault_point("alert.acknowledge")
    return row


def snooze(uow: UnitOfWork, alert_id: UUID, lasting: timedelta) -> Alert:
    """Put it off: nothing is told before then, and whoever did is reminded. Raises NotFound, Conflict, InvalidInput."""
    if not timedelta(minutes=1) <= lasting <= LONGEST_SNOOZE:
        raise InvalidInput(_("Put it off by a minute at least, and by a day at most."), field="minutes")
    row = _open(uow, alert_id)
    if uow.actor.user_id is None:
        raise InvalidInput(_("Only a person can put an alert off: they are reminded."), code="alert.nobody")
    rows.put(uow, row, course.snooze(rows.course_of(row), uow.now + lasting))
    row.snoozed_by = uow.actor.user_id
    row.acknowledged_by = row.acknowledged_at = None
    rows.note(uow, row, "snoozed", uow.actor.user_id, said=str(int(lasting.total_seconds() // 60)))
    return row


def hand_on(uow: UnitOfWork, alert_id: UUID) -> Alert:
    """Have the next level told now. Raises NotFound, Conflict where there is none."""
    row = _open(uow, alert_id)
    if row.step >= rows.plan_of(row).steps:
        raise Conflict(_("There is no further level: everybody was told."), code="alert.no_level")
    rows.put(uow, row, course.hand_on(rows.course_of(row), uow.now))
    row.acknowledged_by = row.acknowledged_at = None
    rows.note(uow, row, "handed", uow.actor.user_id)
    return row


def resolve(uow: UnitOfWork, alert_id: UUID, *, channel: str = "page") -> Alert:
    """Say that it is over. Whoever was told hears of it. Raises NotFound, Conflict."""
    row = _open(uow, alert_id)
    _over(uow, row, uow.actor.user_id, "resolved")
    audit.record(uow, actions.ALERT_RESOLVED, targets=[target(row)], metadata={"channel": channel})
    return row


def recovered(uow: UnitOfWork, row: Alert) -> None:
    """It works again by itself. The alert is locked."""
    _over(uow, row, None, "recovered")


def cleared(uow: UnitOfWork, row: Alert) -> None:
    """A workflow says that it is over. The alert is locked."""
    _over(uow, row, None, "cleared")


def ended(uow: UnitOfWork, row: Alert) -> None:
    """What it is about was turned off. The alert is locked."""
    _over(uow, row, None, "ended")


def _over(uow: UnitOfWork, row: Alert, by: UUID | None, what: str) -> None:
    rows.put(uow, row, course.resolve(rows.course_of(row)))
    row.resolved_at, row.resolved_by = uow.now, by
    rows.note(uow, row, what, by)
    telling.queue_news(uow, row, what, [one for one in rows.told(uow, row) if by is None or one != by])


def target(row: Alert) -> audit.Target:
    """The alert, as audit names it."""
    return audit.Target("alert", row.id, row.thing_name)


def _open(uow: UnitOfWork, alert_id: UUID) -> Alert:
    row = rows.locked(uow, alert_id)
    if not rows.is_going_on(row):
        raise Conflict(_("It is over: nothing is to be done any more."), code="alert.over")
    return row
