"""Starting an elevation: in one session, which alone it holds in."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from studio.accounts.models import UserSession
from studio.contract import gates
from studio.core.actor import ActorType
from studio.core.errors import Conflict, Forbidden
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.guard.elevation import policy, rows
from studio.guard.elevation.eligibility import mine
from studio.guard.elevation.outcomes import State
from studio.guard.models import GuardElevation

ACTION = "elevation.start"
"""What proofs are for."""

_REFUSALS = {
    "too_early": marked("Its time has not come yet."),
    "too_late": marked("Its time is over. Ask for it again."),
    "is_requested": marked("It is not agreed to yet."),
    "is_active": marked("It has been started already."),
    "already_ended": marked("It has ended already."),
}


def start(uow: UnitOfWork, elevation_id: UUID) -> GuardElevation:
    """Start one's own in this browser, and in no other.

    Raises NotFound, Conflict where it is not its time or something else is in force here, Forbidden for API tokens and
    for whoever may not ask for the role any longer, StepUpNeeded where its terms want a proof.
    """
    row = rows.own(uow, elevation_id)
    try:
        rows.course(row).started(UUID(int=0), uow.now)
    except policy.OutOfCourse as error:
        raise Conflict(_(_REFUSALS[error.code]), code=error.code) from error
    held = mine(uow, row.eligibility_id)
    if held.step_up:
        what = _("Start elevated access: %(role)s for %(minutes)s minutes", role=row.role, minutes=row.minutes)
        gates.current().require_proof(uow, ACTION, proof_payload(row), what)
    begin(uow, row)
    return row


def begin(uow: UnitOfWork, row: GuardElevation) -> None:
    """Start it here and now. Raises Forbidden for API tokens, Conflict where something else is in force here."""
    session_id = session_of(uow)
    if session_id is None:
        message = _("Elevated access is started in a browser, and holds in that browser alone.")
        raise Forbidden(message, code="not_a_browser")
    if uow.actor.elevation is not None or _busy(uow, session_id):
        raise Conflict(_("Something else is in force in this browser. End that first."), code="already_elevated")
    rows.move(row, rows.course(row).started(session_id, uow.now))
    uow.session.flush()
    mine_here = (UserSession.id == session_id, UserSession.user_id == row.user_id, UserSession.revoked_at.is_(None))
    started = uow.session.execute(update(UserSession).where(*mine_here).values(elevation_id=row.id))
    if started.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result counts its rows
        raise Forbidden(_("This browser is signed out by now."), code="not_a_browser")
    rows.wake(uow, row)
    rows.record(uow, "started", row, until=row.ends_at.isoformat() if row.ends_at else "")


def session_of(uow: UnitOfWork) -> UUID | None:
    """The browser's session that acts; None: it is no browser."""
    actor = uow.actor
    return None if actor.type is ActorType.API_TOKEN else parse_id(actor.origin.session_id or "")


def proof_payload(row: GuardElevation) -> dict[str, Any]:
    """What a proof is bound to: all of it, so that another scope or time needs another proof."""
    return {
        "elevation": str(row.id), "role": row.role, "minutes": row.minutes, "permissions": sorted(row.permissions),
        "starts_at": row.starts_at.isoformat() if row.starts_at else None,
    }  # fmt: skip


def _busy(uow: UnitOfWork, session_id: UUID) -> bool:
    query = select(GuardElevation.id).where(
        GuardElevation.user_id == uow.actor.user_id, GuardElevation.session_id == session_id,
        GuardElevation.state == State.ACTIVE.value, GuardElevation.ends_at > uow.now,
    )  # fmt: skip
    return uow.session.scalar(query.limit(1)) is not None
