"""When what of a plan of escalation comes next. Each moment is a row and a job; under the request's lock alone.

The job only says “look”: what is due is read from the rows (`approvals/escalating`), so one that comes late, twice or
at the same time as another changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from studio.approvals import escalation, held
from studio.approvals.clock.arithmetic import BeyondHorizonError
from studio.approvals.clock.calendar import Calendar
from studio.approvals.clock.delays import Delay, moved
from studio.approvals.escalation import Plan
from studio.approvals.models import Escalation, Request
from studio.approvals.service import plans
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork

TOPIC = "approval.escalate"
_FRESH = "studio.approvals.timers"


def of(uow: UnitOfWork, request: Request) -> Escalation | None:
    """Where a request is in its plan, as it stands now, for whoever holds its lock; None: it has none.

    It is read anew once a unit: what was read before the lock may be old, what this unit has changed is not.
    """
    if not request.escalates:
        return None
    ahead = held.of(uow, request.id)
    if ahead is not None and ahead.plan is not None:
        return ahead.plan
    known: set[UUID] = uow.session.info.setdefault(_FRESH, set())
    fresh = request.id in known
    known.add(request.id)
    return uow.session.get_one(Escalation, request.id, populate_existing=not fresh)


def shown(uow: UnitOfWork, request: Request) -> Escalation | None:
    """The same for whoever only reads."""
    return uow.session.get_one(Escalation, request.id) if request.escalates else None


def of_all(uow: UnitOfWork, requests: Iterable[Request]) -> dict[UUID, Escalation]:
    """The same of many, in one query: by request, those that have a plan."""
    wanted = [request.id for request in requests if request.escalates and request.open]
    query = select(Escalation).where(Escalation.request_id.in_(wanted))
    return {row.request_id: row for row in uow.session.scalars(query)} if wanted else {}


def add(uow: UnitOfWork, request: Request, plan: Plan) -> None:
    """Give a new request its plan, and let its time run."""
    request.escalates = True
    row = Escalation(request_id=request.id, plan=escalation.to_json(plan), step=0, jobs=0)
    uow.session.add(row)
    uow.session.flush()
    _begin(uow, row)


def restart(uow: UnitOfWork, request: Request) -> None:
    """Another stage is asked, or everybody anew: the plan is walked from its beginning."""
    row = of(uow, request)
    if row is not None:
        row.acknowledged_by = row.acknowledged_share = row.held_at = row.held_next_at = row.fallback_stage = None
        row.step = 0
        _begin(uow, row)


def stop(uow: UnitOfWork, request: Request) -> None:
    """It has ended: nothing comes any more."""
    row = of(uow, request)
    if row is not None:
        row.paused_next_at = None
        set_next(uow, row, None)


def pause(uow: UnitOfWork, request: Request) -> None:
    """Time stands still: what was to come, comes as much later; so does the end of an acknowledgement."""
    row = of(uow, request)
    if row is not None:
        row.paused_next_at = row.next_at
        set_next(uow, row, None)


def go_on(uow: UnitOfWork, request: Request, paused_at: datetime) -> None:
    """Let it run again after a pause."""
    row = of(uow, request)
    if row is not None and row.paused_next_at is not None:
        before, row.paused_next_at, row.started_at = row.paused_next_at, None, None
        plan = escalation.from_json(row.plan)
        counted = plan.acknowledge if row.acknowledged_by else plan.delay(row.step)
        set_next(uow, row, moved(_hours(uow, plan, counted), paused_at, before, uow.now))


def hold(uow: UnitOfWork, row: Escalation, by: UUID, share_id: UUID) -> datetime:
    """Somebody is on it: the next step waits. Returns until when."""
    plan = escalation.from_json(row.plan)
    if row.held_at is None:
        row.held_at, row.held_next_at = uow.now, row.next_at
    row.acknowledged_by, row.acknowledged_share = by, share_id
    until = after(plan.acknowledge, uow.now, _hours(uow, plan, plan.acknowledge))
    set_next(uow, row, until)
    return until


def release_if(uow: UnitOfWork, request: Request, share_ids: set[UUID]) -> None:
    """Whoever was on it by one of those shares no longer is: the next step comes after as much time as was left."""
    row = of(uow, request)
    if row is None or row.acknowledged_share not in share_ids:
        return
    due = resumed(uow, row, request.paused_at or uow.now)
    row.acknowledged_by = row.acknowledged_share = row.held_at = row.held_next_at = row.started_at = None
    if request.paused_at is not None:
        row.paused_next_at = due
    else:
        set_next(uow, row, due)


def resumed(uow: UnitOfWork, row: Escalation, start: datetime) -> datetime | None:
    """When the step that an acknowledgement holds back comes, if time goes on for it from `start`."""
    if row.held_at is None or row.held_next_at is None:
        return row.next_at
    plan = escalation.from_json(row.plan)
    return moved(_hours(uow, plan, plan.delay(row.step)), row.held_at, row.held_next_at, start)


def after(delay: Delay, start: datetime, hours: Calendar | None) -> datetime:
    """A moment that could be told when it was asked, by a calendar that may have changed since: else by the clock."""
    try:
        return delay.after(start, hours)
    except BeyondHorizonError:
        return delay.after(start, None)


def due_at(uow: UnitOfWork, plan: Plan, step: int) -> datetime | None:
    """When a step is due, the one before having been done now; None: never."""
    delay = plan.delay(step)
    if delay is None:
        return None
    return after(delay, uow.now, _hours(uow, plan, delay))


def set_next(uow: UnitOfWork, row: Escalation, moment: datetime | None) -> None:
    """Say when to look again, and leave the job that does."""
    if row.next_at is not None:
        held.cancel_jobs(uow, [key(row.request_id, row.jobs)])
    row.next_at = moment
    if moment is not None:
        row.jobs += 1
        name = key(row.request_id, row.jobs)
        outbox.enqueue(uow, TOPIC, key=name, payload={"request_id": str(row.request_id)}, due_at=moment)


def key(request_id: UUID, number: int) -> str:
    """The name of a request's so-manyth timer."""
    return f"{TOPIC}:{request_id}:{number}"


def _begin(uow: UnitOfWork, row: Escalation) -> None:
    row.started_at = uow.now
    set_next(uow, row, due_at(uow, escalation.from_json(row.plan), 0))


def _hours(uow: UnitOfWork, plan: Plan, delay: Delay | None) -> Calendar | None:
    return delay.counts(plans.calendars_of(uow, plan)) if delay is not None and delay.calendar is not None else None
