"""The first owner and workspace of an installation, made in a browser. Where one exists, nobody makes another so."""

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import select

from studio.accounts.models import Seat, User, Workspace
from studio.accounts.outcomes import Role
from studio.accounts.service import credentials, members, workspaces
from studio.accounts.service.workspaces import WorkspaceFacts
from studio.core.actor import Actor, ActorType
from studio.core.crypto import Keyring, same
from studio.core.errors import Gone
from studio.core.locking import lock
from studio.core.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Sequence

_PURPOSE = "first-run"
_LOCK = "studio.first_run"


@dataclass(frozen=True, slots=True)
class Founder:
    """Who sets an installation up."""

    email: str
    name: str
    password: str


def due(uow: UnitOfWork) -> bool:
    """Whether nobody has set this installation up yet."""
    return uow.session.scalar(select(Workspace.id).limit(1)) is None


def token(keyring: Keyring) -> str:
    """What proves that somebody can read this installation's log: the same in each of its processes, kept nowhere."""
    return _written(keyring.derive(_PURPOSE))[0]


def proves(keyring: Keyring, given: object) -> bool:
    """Whether somebody has that token, under any key of the installation."""
    return isinstance(given, str) and any(same(given, one) for one in _written(keyring.derive(_PURPOSE)))


def found(uow: UnitOfWork, facts: WorkspaceFacts, founder: Founder) -> User:
    """Make the workspace and its owner, and go on as that owner.

    Raises Gone where somebody was faster, InvalidInput with the field; then nothing was made.
    """
    lock(uow.session, _LOCK)
    if not due(uow):
        raise over()
    workspaces.create(uow, facts)
    seat, user = members.add(uow, email=founder.email, name=founder.name, role=Role.OWNER)
    credentials.set_password(uow, user, founder.password)
    uow.actor = _acting(uow.actor, seat, user)
    return user


def over() -> Gone:
    """Why nothing can be set up here any more."""
    return Gone(_("Studio is set up already. Sign in, or ask an owner for a seat."), code="set_up_already")


def _acting(before: Actor, seat: Seat, user: User) -> Actor:
    return Actor(ActorType.USER, str(user.id), user.name, user.id, seat.role, origin=before.origin)


def _written(keys: "Sequence[bytes]") -> list[str]:
    return [base64.urlsafe_b64encode(key).decode().rstrip("=") for key in keys]
