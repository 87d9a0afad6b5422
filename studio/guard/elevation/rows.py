"""Rows of elevations: found, locked, moved along their course, told to the audit trail."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio import audit
from studio.accounts.outcomes import Role
from studio.accounts.permissions import of_role
from studio.contract.approving import Approvals
from studio.contract.ports import Waits
from studio.core import outbox, tenancy
from studio.core.errors import Forbidden, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database, UnitOfWork
from studio.guard.elevation.outcomes import OPEN, Ending, State
from studio.guard.elevation.policy import Course, Standing, Terms
from studio.guard.models import GuardElevation, GuardEligibility

DUE = "elevation.due"
"""Jobs that end what ends by itself."""
GRANTED, DECLINED = "granted", "declined"
"""What a run hears that has asked."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What this part reaches other packages by."""

    approvals: Approvals
    database: Database
    waits: Waits


_joined: list[Joined] = []


def join(approvals: Approvals, database: Database, waits: Waits) -> None:
    """Say by whom people are asked, whose units of work end what has run out, and how runs are woken."""
    _joined[:] = [Joined(approvals, database, waits)]


def joined() -> Joined:
    """What was joined at the start of this process."""
    return _joined[0]


def person(uow: UnitOfWork) -> UUID:
    """Whoever acts. Raises Forbidden for what is no person."""
    if uow.actor.user_id is None:
        raise Forbidden(_("Only a person can do this."), code="not_a_person")
    return uow.actor.user_id


def get(uow: UnitOfWork, elevation_id: UUID) -> GuardElevation:
    """One elevation of this workspace. Raises NotFound."""
    return tenancy.get(uow.session, GuardElevation, elevation_id, "elevation")


def locked(uow: UnitOfWork, elevation_id: UUID) -> GuardElevation:
    """The same, and nobody else changes it meanwhile."""
    get(uow, elevation_id)
    query = select(GuardElevation).where(GuardElevation.id == elevation_id).with_for_update()
    return uow.session.scalars(query.execution_options(populate_existing=True)).one()


def own(uow: UnitOfWork, elevation_id: UUID) -> GuardElevation:
    """The actor's own, under its lock. Raises NotFound: to others it looks as if there were none."""
    row = locked(uow, elevation_id)
    if row.user_id != person(uow):
        raise NotFound(_("There is no such elevation of yours."), resource=f"elevation:{elevation_id}")
    return row


def open_ones(uow: UnitOfWork, *which: Any) -> list[GuardElevation]:
    """Those that are not over, under their locks, oldest first."""
    query = select(GuardElevation).where(GuardElevation.state.in_([one.value for one in OPEN]), *which)
    locked_rows = query.order_by(GuardElevation.id).with_for_update()
    return list(uow.session.scalars(locked_rows.execution_options(populate_existing=True)))


def terms(row: GuardEligibility) -> Terms:
    """What an eligibility lets its person ask for, by what its role may do today."""
    return Terms(of_role(Role(row.role)), timedelta(minutes=row.most_minutes), row.justification, row.ticket)


def standing(row: GuardEligibility) -> Standing:
    """How an eligibility stands."""
    return Standing(row.user_id, row.group_id, row.withdrawn_at is not None, row.ends_at)


def course(row: GuardElevation) -> Course:
    """How far an elevation is."""
    return Course(
        timedelta(minutes=row.minutes), State(row.state), row.starts_at, row.use_by, row.session_id, row.started_at,
        row.ends_at, Ending(row.ending) if row.ending else None,
    )  # fmt: skip


def move(row: GuardElevation, to: Course) -> None:
    """Take a step of its course down."""
    row.state, row.ending = to.state.value, to.ending.value if to.ending else None
    row.use_by, row.session_id, row.started_at, row.ends_at = to.use_by, to.session, to.started_at, to.ends_at


def wake(uow: UnitOfWork, row: GuardElevation) -> None:
    """Look at it again when it ends by itself."""
    due = row.ends_at or row.use_by
    if due is not None:
        outbox.enqueue(uow, DUE, key=f"{DUE}:{row.id}:{row.state}", payload={"id": str(row.id)}, due_at=due)


def tell_run(uow: UnitOfWork, row: GuardElevation, outcome: str) -> None:
    """Wake the run that waits for an answer, in the transaction that gives it."""
    if row.request_id is not None and row.wait_id is not None and row.run_id is not None:
        joined().waits.resolve(uow, row.wait_id, row.run_id, {"outcome": outcome, "reason": row.reason})


def record(uow: UnitOfWork, verb: str, row: GuardElevation, **facts: Any) -> None:
    """Tell the trail what became of one."""
    target = audit.Target("elevation", row.id, f"{row.user_name} · {row.role}"[:200], personal=True)
    audit.record(uow, f"elevation.{verb}", targets=[target], metadata=_facts(row) | facts)


def _facts(row: GuardElevation) -> dict[str, Any]:
    return {"role": row.role, "minutes": row.minutes, "user": str(row.user_id)}
