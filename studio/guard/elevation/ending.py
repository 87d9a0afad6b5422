"""Ends of elevations, whoever or whatever brings them about."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.unit_of_work import UnitOfWork
from studio.guard.elevation import policy, rows
from studio.guard.elevation.outcomes import OPEN, Ending, State
from studio.guard.models import GuardElevation

_SETTLED = {
    Ending.TAKEN_BACK: marked("Taken back."),
    Ending.REVOKED: marked("An admin ended it."),
    Ending.INELIGIBLE: marked("Whoever asked may not ask for this role any longer."),
    Ending.SEAT_CHANGED: marked("The seat of whoever asked is another one now, or was taken away."),
}


def end_own(uow: UnitOfWork, elevation_id: UUID) -> GuardElevation:
    """End one's own before its time, or take it back before it is started. Raises NotFound, Conflict."""
    row = rows.own(uow, elevation_id)
    if State(row.state) not in OPEN:
        raise Conflict(_("It has ended already."), code="already_ended")
    early = row.state == State.ACTIVE
    _end(uow, row, Ending.ENDED_EARLY if early else Ending.TAKEN_BACK, by=uow.actor.name)
    return row


def revoke(uow: UnitOfWork, elevation_id: UUID, reason: str) -> GuardElevation:
    """End somebody's, as an admin. Raises NotFound, InvalidInput without a reason, Conflict where it has ended."""
    row = rows.locked(uow, elevation_id)
    if not reason.strip():
        raise InvalidInput(_("Say why."), field="reason", code="reason_missing")
    if len(reason) > policy.TEXT:
        raise InvalidInput(
            _("Use at most %(most)s characters.", most=policy.TEXT), field="reason", code="text_too_long"
        )
    if State(row.state) not in OPEN:
        raise Conflict(_("It has ended already."), code="already_ended")
    _end(uow, row, Ending.REVOKED, by=uow.actor.name, reason=reason.strip())
    return row


def end_all(uow: UnitOfWork, why: Ending, *which: Any) -> None:
    """End all that are open and meet a condition."""
    for row in rows.open_ones(uow, *which):
        _end(uow, row, why, by=uow.actor.name)


def seat_changed(uow: UnitOfWork, user_id: UUID) -> None:
    """Hear that somebody's seat is another one: what was lent beside the old one has ended."""
    end_all(uow, Ending.SEAT_CHANGED, GuardElevation.user_id == user_id)


def session_ended(uow: UnitOfWork, elevation_id: UUID, workspace_id: UUID, why: str) -> None:
    """Hear that a session keeps its elevation no longer.

    One of another workspace is ended after the commit: the session is gone with it, so it holds nowhere until then,
    and its own job ends it where that is lost.
    """
    if uow.workspace_id == workspace_id:
        end_all(uow, Ending(why), GuardElevation.id == elevation_id)
        return
    database, actor = rows.joined().database, replace(uow.actor, elevation=None)

    def end() -> None:
        with database.unit(workspace_id, actor) as unit:
            end_all(unit, Ending(why), GuardElevation.id == elevation_id)

    uow.after_commit(end)


def end_later(uow: UnitOfWork, workspace_id: UUID, elevation_id: UUID, why: Ending) -> None:
    """Note an end that a reading request has found, once it is through. It held nowhere from the moment it was due."""
    database = rows.joined().database

    def end() -> None:
        with database.unit(workspace_id) as unit:
            for row in rows.open_ones(unit, GuardElevation.id == elevation_id):
                _end(unit, row, why)

    uow.after_commit(end)


def due(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """A job: end what has ended by itself."""
    for row in rows.open_ones(uow, GuardElevation.id == UUID(payload["id"])):
        why = rows.course(row).over(uow.now)
        if why is not None:
            _end(uow, row, why)


def end_requested(uow: UnitOfWork, elevation_id: UUID, why: Ending, reason: str) -> None:
    """End one that nobody has answered, and whose question is closed already."""
    for row in rows.open_ones(uow, GuardElevation.id == elevation_id, GuardElevation.state == State.REQUESTED.value):
        row.request_id = row.wait_id = None
        _end(uow, row, why, by=uow.actor.name, reason=reason)


def _end(uow: UnitOfWork, row: GuardElevation, why: Ending, *, by: str | None = None, reason: str = "") -> None:
    waited = row.state == State.REQUESTED
    rows.move(row, rows.course(row).ended(why))
    row.ended_at, row.ended_by_name, row.reason = uow.now, by[:200] if by else None, reason
    uow.session.flush()
    rows.record(uow, "ended", row, ending=why.value, reason=reason or None)
    if waited and row.request_id is not None:
        rows.tell_run(uow, row, rows.DECLINED)
        rows.joined().approvals.settled(uow, row.request_id, _(_SETTLED.get(why, _SETTLED[Ending.TAKEN_BACK])))
    if uow.actor.elevation is not None and uow.actor.elevation.id == row.id:
        uow.actor = replace(uow.actor, elevation=None)
