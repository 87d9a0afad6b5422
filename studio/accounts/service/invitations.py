"""Invitations: a seat and, for a new person, a link to choose a password. Sent again while nobody has followed it."""

from uuid import UUID

from studio.accounts import mails, policy, trail
from studio.accounts.identity import Person, SeatFacts
from studio.accounts.models import Seat, User
from studio.accounts.outcomes import Role
from studio.accounts.service import credentials, members, workspaces
from studio.contract.ports import Mailer
from studio.core.errors import Conflict, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


def invite(uow: UnitOfWork, mailer: Mailer, *, email: str, name: str, role: Role, public_url: str) -> Seat:
    """Give somebody a seat and tell them by mail."""
    seat, user = members.add(uow, email=email, name=name, role=role)
    _mail(uow, mailer, user, seat.id, key=str(seat.id), public_url=public_url)
    return seat


def send_again(uow: UnitOfWork, mailer: Mailer, seat_id: UUID | None, *, public_url: str) -> Seat:
    """Mail a fresh link; the earlier one ends. Raises Conflict where there is no open invitation."""
    seat = members.get(uow, seat_id)
    members.refuse_arrived(seat)
    if seat.disabled_at is not None:
        message = _("%(name)s has no seat any more: give it back first.", name=seat.user.name)
        raise Conflict(message, code="no_seat")
    _mail(uow, mailer, seat.user, seat.id, key=f"{seat.id}:{uow.now.isoformat()}", public_url=public_url)
    trail.record(uow, "member.invited_again", ("user", seat.user_id, seat.user.name))
    return seat


def mine(person: Person, seat_id: UUID | None) -> SeatFacts:
    """The seat that an invitation is about, for the person whose it is.

    The link says where to go and gives nobody anything. Raises NotFound for everybody else, and once it was withdrawn.
    """
    seat = next((seat for seat in person.seats if seat.id == seat_id), None)
    if seat is None:
        message = _(
            "This invitation is not for %(email)s, or was withdrawn. Sign in with the address that it was sent to.",
            email=person.email,
        )
        raise NotFound(message, code="not_your_invitation", resource=f"seat:{seat_id}")
    return seat


def refuse_other(person: Person | None, user: User) -> None:
    """A link is for one address: whoever is signed in with another one does not use it. Raises Conflict."""
    if person is not None and person.user_id != user.id:
        message = _(
            "This link is for %(address)s, and you are signed in as %(email)s. Sign out first. Nothing was changed.",
            address=user.email,
            email=person.email,
        )
        raise Conflict(message, code="other_address")


def _mail(uow: UnitOfWork, mailer: Mailer, user: User, seat_id: UUID, *, key: str, public_url: str) -> None:
    link = f"{public_url}/invitations/{seat_id}"
    if user.password_hash is None:
        issued = credentials.issue(uow, user.id, policy.INVITATION_LIFETIME)
        link = f"{public_url}/password/{issued.token}"
    workspace = workspaces.current(uow).name
    mails.invitation(uow, mailer, user, workspace=workspace, link=link, key=key)
