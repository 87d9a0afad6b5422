"""The elevation of a session, looked at again at each request, and once more before what it did is kept."""

from uuid import UUID

from sqlalchemy import select

from studio.accounts.elevation import Elevated
from studio.accounts.outcomes import Role
from studio.accounts.permissions import of_role
from studio.core import clock
from studio.core.errors import Forbidden
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard.elevation import ending, policy, rows
from studio.guard.elevation.outcomes import Ending, State
from studio.guard.models import GuardElevation, GuardEligibility


def find(uow: UnitOfWork, elevation_id: UUID, session_id: UUID, user_id: UUID) -> Elevated | None:
    """What a session is elevated to, by all that is true now: its time, its session, and who is eligible."""
    query = select(GuardElevation, GuardEligibility).join(
        GuardEligibility, GuardEligibility.id == GuardElevation.eligibility_id
    )
    found = uow.session.execute(query.where(GuardElevation.id == elevation_id)).one_or_none()
    if found is None or found[0].user_id != user_id or found[0].session_id != session_id:
        return None
    row, held = found
    course = rows.course(row)
    holds = course.in_force(session_id, uow.now)
    if holds and not policy.eligible(rows.standing(held), user_id, _groups(uow, held, user_id), uow.now):
        holds = False
        ending.end_later(uow, row.workspace_id, row.id, Ending.INELIGIBLE)
    elif (why := course.over(uow.now)) is not None:
        ending.end_later(uow, row.workspace_id, row.id, why)
    permissions = frozenset(row.permissions) & of_role(Role(row.role))
    return Elevated(row.id, Role(row.role), permissions, row.whole, row.ends_at or uow.now, in_force=holds)


def recheck(uow: UnitOfWork) -> None:
    """A finisher: what was begun under an elevation is not kept where that has ended meanwhile. Raises Forbidden."""
    lent = uow.actor.elevation
    if lent is None:
        return
    query = select(GuardElevation.state, GuardElevation.ends_at).where(GuardElevation.id == lent.id)
    found = uow.session.execute(query.with_for_update(read=True)).one_or_none()
    if found is None or found.state != State.ACTIVE or clock.database_now(uow.session) >= found.ends_at:
        message = _("Your elevated access ended while this was under way, so nothing was done.")
        raise Forbidden(message, code="elevation_ended", resource=f"elevation:{lent.id}")


def _groups(uow: UnitOfWork, held: GuardEligibility, user_id: UUID) -> frozenset[UUID]:
    if held.group_id is None:
        return frozenset()
    return frozenset(rows.joined().approvals.groups(uow, user_id))
