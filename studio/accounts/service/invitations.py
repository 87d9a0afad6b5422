"""Invitations: a seat and, for a new person, a link to choose a password."""

from studio.accounts import mails, policy
from studio.accounts.models import Seat
from studio.accounts.outcomes import Role
from studio.accounts.service import credentials, members, workspaces
from studio.contract.ports import Mailer
from studio.core.unit_of_work import UnitOfWork


def invite(uow: UnitOfWork, mailer: Mailer, *, email: str, name: str, role: Role, public_url: str) -> Seat:
    """Give somebody a seat and tell them by mail."""
    seat, user = members.add(uow, email=email, name=name, role=role)
    link = f"{public_url}/sign-in"
    if user.password_hash is None:
        issued = credentials.issue(uow, user.id, policy.INVITATION_LIFETIME)
        link = f"{public_url}/password/{issued.token}"
    workspace = workspaces.current(uow).name
    mails.invitation(uow, mailer, user, workspace=workspace, link=link, key=str(seat.id))
    return seat
