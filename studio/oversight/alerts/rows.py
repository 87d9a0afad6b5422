"""An alert's row and its course, there and back; its timers, its timeline, its people."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from studio.approvals import escalation
from studio.approvals.escalation import Plan
from studio.core import outbox, tenancy
from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import rules
from studio.oversight.alerts.course import GOING_ON, Course, State
from studio.oversight.alerts.kinds import Kind, registry
from studio.oversight.alerts.quiet import Quiet
from studio.oversight.alerts.tables import Alert, AlertNote, AlertTold

STEP, DIGEST, SLACK = "alert.step", "alert.digest", "alert.slack"


def get(uow: UnitOfWork, alert_id: UUID | None) -> Alert:
    """One alert. Raises NotFound."""
    return tenancy.get(uow.session, Alert, alert_id, "alert")


def locked(uow: UnitOfWork, alert_id: UUID | None) -> Alert:
    """One alert under its lock, as it is now. Raises NotFound."""
    query = select(Alert).where(Alert.id == alert_id).with_for_update()
    row = uow.session.scalar(query.execution_options(populate_existing=True))
    return row if row is not None else get(uow, alert_id)


def going_on(uow: UnitOfWork, kind: str, fingerprint: str) -> Alert | None:
    """The one of a kind and thing that is not over, under its lock."""
    query = select(Alert).where(Alert.kind == kind, Alert.fingerprint == fingerprint, Alert.resolved_at.is_(None))
    return uow.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def kind_of(row: Alert) -> Kind:
    """What it knows of itself."""
    return registry()[row.kind]


def course_of(row: Alert) -> Course:
    """Its place in its plan."""
    return Course(State(row.state), row.step, row.next_at, row.held_until, row.snoozed)


def put(uow: UnitOfWork, row: Alert, course: Course) -> None:
    """Remember another place, and leave the job of what comes next; the job of before is taken back."""
    if row.next_at is not None and row.jobs:
        outbox.cancel(uow, _job(row))
    row.state, row.step, row.next_at = course.state.value, course.step, course.next_at
    row.held_until, row.snoozed = course.held_until, course.snoozed
    if course.next_at is None:
        return
    if course.held_until is not None and course.step == 0 and not course.snoozed:
        queue_digest(uow, course.held_until)
        return
    row.jobs += 1
    outbox.enqueue(uow, STEP, key=_job(row), payload={"alert_id": str(row.id)}, due_at=course.next_at)


def queue_digest(uow: UnitOfWork, until: datetime, mark: str = "") -> None:
    """Leave the one job of the end of quiet hours."""
    end = until.isoformat()
    outbox.enqueue(uow, DIGEST, key=f"{DIGEST}:{end}{mark}", payload={"until": end}, due_at=until)


def plan_of(row: Alert) -> Plan:
    """Its levels, as they were frozen."""
    return escalation.from_json(row.plan)


def hours_of(row: Alert) -> Quiet | None:
    """The quiet hours that hold it back."""
    return None if row.urgent else rules.read(row.rule).hours


def note(
    uow: UnitOfWork, row: Alert, what: str, by: UUID | None = None, said: str = "", step: int | None = None
) -> None:
    """Add a line to its timeline."""
    noted = AlertNote(id=new_id(), alert_id=row.id, at=uow.now, what=what, by=by, said=said, step=step)
    uow.session.add(noted)
    queue_slack(uow, row, str(noted.id))


def queue_slack(uow: UnitOfWork, row: Alert, mark: str) -> None:
    """Have its message follow, where its rule says that there is one."""
    if row.rule.get("slack"):
        outbox.enqueue(uow, SLACK, key=f"{SLACK}:{row.id}:{mark}", payload={"alert_id": str(row.id)})


def notes(uow: UnitOfWork, row: Alert, most: int = 200) -> Sequence[AlertNote]:
    """Its timeline, from the beginning."""
    query = select(AlertNote).where(AlertNote.alert_id == row.id).order_by(AlertNote.id)
    return uow.session.scalars(query.limit(most)).all()


def told(uow: UnitOfWork, row: Alert) -> list[UUID]:
    """Everybody who was told of it so far, in the order in which they were."""
    query = select(AlertTold.user_id).where(AlertTold.alert_id == row.id).order_by(AlertTold.id)
    return list(dict.fromkeys(uow.session.scalars(query)))


def is_going_on(row: Alert) -> bool:
    """Whether anybody may still do something about it."""
    return row.state in GOING_ON


def _job(row: Alert) -> str:
    return f"{STEP}:{row.id}:{row.jobs}"
