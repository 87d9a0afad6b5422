"""Requests that escalate, and the clock that moves for them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from studio.approvals.escalating.working import work_off
from studio.approvals.models import Assignment, Escalation, Request
from studio.contract.approving import ApprovalDelay, ApprovalEscalation, ApprovalLevel
from studio.core.ids import new_id
from studio.core.models import OutboxRow
from studio.core.unit_of_work import Database, UnitOfWork
from tests.factories.accounts import MadePerson, MadeTenant
from tests.factories.approvals import make_request

HOUR = ApprovalDelay(1, "hours")


def level(*targets: MadePerson | str, after: ApprovalDelay = HOUR, **more) -> ApprovalLevel:
    return ApprovalLevel(after, [one if isinstance(one, str) else f"user:{one.email}" for one in targets], **more)


def make_escalating(
    database: Database, tenant: MadeTenant, approvers: Iterable[MadePerson | str], *levels: ApprovalLevel, **more
) -> UUID:
    """A request with these levels; `plan` are further fields of the plan, the rest those of the request."""
    plan = ApprovalEscalation(levels, **more.pop("plan", {}))
    return make_request(database, tenant, approvers, escalation=plan, **more)


def come_due(database: Database, tenant: MadeTenant, *request_ids: UUID) -> None:
    """As if the time had passed until what comes next."""
    with database.unit(tenant.id) as uow:
        move_up(uow, request_ids)


def move_up(uow: UnitOfWork, request_ids: Iterable[UUID]) -> None:
    """What comes next of these is due, and so is its timer."""
    wanted, past = list(request_ids), uow.now - timedelta(seconds=1)
    due = update(Escalation).where(Escalation.request_id.in_(wanted), Escalation.next_at.is_not(None))
    uow.session.execute(due.values(next_at=past))
    keys = [f"approval.escalate:{one}:{number}" for one in wanted for number in range(1, 30)]
    uow.session.execute(update(OutboxRow).where(OutboxRow.key.in_(keys)).values(due_at=past))


def work(database: Database, tenant: MadeTenant, *own: UUID) -> None:
    """The timers of some requests come together, or that of one that is not there any more."""
    with database.unit(tenant.id) as uow:
        work_off(uow, [{"request_id": str(one)} for one in own or (new_id(),)])


def escalate(database: Database, tenant: MadeTenant, request_id: UUID) -> None:
    """What comes next of a request, now."""
    come_due(database, tenant, request_id)
    work(database, tenant, request_id)


def plan_of(database: Database, tenant: MadeTenant, request_id: UUID) -> Escalation:
    with database.unit(tenant.id) as uow:
        return uow.session.get_one(Escalation, request_id)


def next_in(database: Database, tenant: MadeTenant, request_id: UUID) -> timedelta | None:
    """How long until what comes next."""
    with database.unit(tenant.id) as uow:
        moment: datetime | None = uow.session.get_one(Escalation, request_id).next_at
        return moment - uow.now if moment is not None else None


def states(database: Database, tenant: MadeTenant, request_id: UUID) -> dict[UUID, str]:
    """The state of everybody's latest share, by person."""
    with database.unit(tenant.id) as uow:
        query = select(Assignment).where(Assignment.request_id == request_id).order_by(Assignment.id)
        return {row.user_id: row.state for row in uow.session.scalars(query)}


def state(database: Database, tenant: MadeTenant, request_id: UUID) -> str:
    with database.unit(tenant.id) as uow:
        return uow.session.get_one(Request, request_id).state
