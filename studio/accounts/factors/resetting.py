"""An admin takes away what somebody has lost: passkeys, authenticator app and recovery codes of a member."""

from uuid import UUID

from studio.accounts import mails
from studio.accounts.factors import checking, enrolment
from studio.accounts.models import Seat
from studio.accounts.outcomes import Role
from studio.accounts.service import members, sessions
from studio.contract import gates
from studio.contract.ports import Mailer
from studio.core import tenancy
from studio.core.errors import Conflict, Forbidden
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

ACTION = "factor.reset"
"""What whoever resets proves for: one person each time."""


def reset(uow: UnitOfWork, mailer: Mailer, seat_id: UUID | None, *, public_url: str) -> Seat:
    """Leave somebody the password alone until they set up something stronger, and tell them. Their sessions end.

    Raises NotFound, Forbidden where it is an owner's (for all but owners) or one's own, Conflict where there is nothing
    to take or other workspaces depend on it, StepUpNeeded until the actor has proved who they are for just this.
    """
    seat = members.get(uow, seat_id)
    _refuse(uow, seat)
    payload = {"user": str(seat.user_id)}
    what = _("Take passkeys, authenticator app and recovery codes of %(name)s away.", name=seat.user.name)
    gates.current().require_proof(uow, ACTION, payload, what)
    enrolment.take_all(uow, seat.user)
    mails.factors_reset(uow, mailer, seat.user, f"{public_url}/profile/security")
    return seat


def _refuse(uow: UnitOfWork, seat: Seat) -> None:
    name = seat.user.name
    if seat.role == Role.OWNER and uow.actor.role not in (None, Role.OWNER):
        raise Forbidden(_("Only an owner may make or change an owner."), code="owner_only")
    if seat.user_id == uow.actor.user_id:
        said = _("Take your own ways to prove who you are away on your profile, one by one.")
        raise Forbidden(said, code="own_factors")
    if seat.disabled_at is not None:
        raise Conflict(_("%(name)s has no seat any more: give it back first.", name=name), code="no_seat")
    if not checking.of(uow, seat.user_id).second:
        said = _("%(name)s proves who they are by the password alone: there is nothing to take away.", name=name)
        raise Conflict(said, code="no_factors")
    if _elsewhere(uow, seat):
        said = _(
            "%(name)s has seats in other workspaces as well, which trust these. Ask whoever runs this Studio: "
            "studio user reset-factors %(email)s",
            name=name,
            email=seat.user.email,
        )
        raise Conflict(said, code="other_workspaces")


def _elsewhere(uow: UnitOfWork, seat: Seat) -> bool:
    """An admin here has no say over how somebody gets in elsewhere."""
    found = sessions.seats_of(uow, seat.user_id)
    tenancy.bind(uow.session, workspace_id=uow.workspace, user_id=uow.actor.user_id)
    return any(one.workspace_id != uow.workspace for one in found)
