"""Invitations: a seat and, for a new person, a link to choose a password. Sent again while nobody has followed it."""

from uuid import UUID

from studio.accounts import mails, policy, trail
from studio.accounts.models import Seat, User
from studio.accounts.outcomes import Role
from studio.accounts.service import credentials, members, workspaces
from studio.contract.ports import Mailer
from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


def invite(uow: UnitOfWork, mailer: Mailer, *, email: str, name: str, role: Role, public_url: str) -> Seat:
    """Give somebody a seat and tell them by mail."""
    seat, user = members.add(uow, email=email, name=name, role=role)
    _mail(uow, mailer, user, key=str(seat.id), public_url=public_url)
    return seat


def send_again(uow: UnitOfWork, mailer: Mailer, seat_id: UUID | None, *, public_url: str) -> Seat:
    """Mail a fresh link; the earlier one ends. Raises Conflict where there is no open invitation."""
    seat = members.get(uow, seat_id)
    members.refuse_arrived(seat)
    if seat.disabled_at is not None:
        message = _("%(name)s has no seat any more: give it back first.", name=seat.user.name)
        raise Conflict(message, code="no_seat")
    _mail(uow, mailer, seat.user, key=f"{seat.id}:{uow.now.isoformat()}", public_url=public_url)
    trail.record(uow, "member.invited_again", ("user", seat.user_id, seat.user.name))
    return seat


def _mail(uow: UnitOfWork, mailer: Mailer, user: User, *, key: str, public_url: str) -> None:
    link = f"{public_url}/sign-in"
    if user.password_hash is None:
        issued = credentials.issue(uow, user.id, policy.INVITATION_LIFETIME)
        link = f"{public_url}/password/{issued.token}"
    workspace = workspaces.current(uow).name
    mails.invitation(uow, mailer, user, workspace=workspace, link=link, key=key)
