"""Who a request comes from: a person in a browser, or an API token that acts for a person."""

from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID

from flask import g, request

from studio.accounts import permissions
from studio.accounts.elevation import Elevated
from studio.accounts.outcomes import Role
from studio.core import tenancy, web
from studio.core.actor import Actor, ActorType, Origin
from studio.core.errors import NotSignedIn
from studio.core.i18n import gettext
from studio.core.unit_of_work import UnitOfWork

SESSION_KEY = "_user_id"
"""Where Flask-Login keeps what get_id() returns: the token of the server-side session, not the person's id."""


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """One seat of the person, with what pages need to know of its workspace."""

    id: UUID
    role: Role
    workspace_id: UUID
    workspace: str
    slug: str
    currency: str
    time_zone: str
    locale: str
    logo_id: UUID | None = None
    only_by_provider: bool = False
    """No password leads here, only the workspace's sign-in provider."""


@dataclass(frozen=True, eq=False)
class Person:
    """Who is signed in. A copy: it outlives the unit of work that it was read in.

    It has what Flask-Login asks of a user, without its class: workers know people too, and do without that library.
    """

    user_id: UUID
    email: str
    name: str
    theme: str
    own_time_zone: str | None
    own_locale: str | None
    seats: tuple[SeatFacts, ...]
    seat: SeatFacts | None = None
    """The seat in the workspace that was chosen; None before the choice."""
    session_id: UUID | None = None
    session_token: str | None = field(default=None, repr=False)
    token_id: UUID | None = None
    token_name: str | None = None
    scopes: frozenset[str] | None = None
    """What an API token was given; None in a browser."""
    elevation: Elevated | None = None
    """What this session was elevated to last, in force or ended. API tokens have none."""
    by_provider: bool = False
    """This session was opened by the sign-in provider of its workspace, and leads nowhere else."""
    elsewhere: bool = False
    """There are seats that this session does not lead to."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str | None:
        """What Flask-Login puts into the cookie."""
        return self.session_token

    @property
    def time_zone(self) -> str:
        return self.own_time_zone or (self.seat.time_zone if self.seat else "UTC")

    @property
    def locale(self) -> str:
        return self.own_locale or (self.seat.locale if self.seat else "en")

    def may(self, permission: str) -> bool:
        """Whether the seat, and the token if it is one, carries a permission."""
        role = self.seat.role if self.seat else None
        if permissions.allowed(permission, role, self.scopes):
            return True
        return self.elevation is not None and self.elevation.in_force and permission in self.elevation.permissions

    @property
    def role(self) -> Role | None:
        """The seat's; while all of another role is lent to it, that one."""
        lent = self.elevation
        if lent is not None and lent.in_force and lent.whole:
            return lent.role
        return self.seat.role if self.seat else None

    def actor(self, origin: Origin) -> Actor:
        """This person as units of work and the audit trail know them."""
        role = self.role.value if self.role else None
        if self.token_id is not None:
            name = f"{self.token_name} ({self.name})"
            token = Actor(ActorType.API_TOKEN, str(self.token_id), name, self.user_id, role)
            return replace(token, on_behalf_of=self.email, origin=origin)
        kind = ActorType.APPROVER if role == Role.APPROVER else ActorType.USER
        lent = self.elevation.acting() if self.elevation is not None else None
        return Actor(kind, str(self.user_id), self.name, self.user_id, role, origin=origin, elevation=lent)


def origin(session_id: UUID | None = None) -> Origin:
    """Where this request comes from."""
    return Origin(
        ip=request.remote_addr,
        user_agent=request.headers.get("User-Agent", "")[:300] or None,
        request_id=web.request_id(),
        session_id=str(session_id) if session_id else None,
    )


def narrow(uow: UnitOfWork, person: Person) -> None:
    """Let the unit act as this person, in the workspace of their seat."""
    uow.actor = person.actor(origin(person.session_id))
    uow.workspace_id = person.seat.workspace_id if person.seat else None
    tenancy.bind(uow.session, workspace_id=uow.workspace_id, user_id=person.user_id)


def bearer_token() -> str | None:
    """The token of the `Authorization: Bearer` header; None where the request carries none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def current_person() -> Person | None:
    """Who is signed in; opens the request's unit of work to find out."""
    if "person" not in g:
        web.current_uow()
    return known_person()


def known_person() -> Person | None:
    """Who is signed in, where this request has already asked; never asks the database."""
    return cast("Person | None", g.get("person"))


def signed_in_person() -> Person:
    """Who is signed in; raises NotSignedIn."""
    person = current_person()
    if person is None:
        raise NotSignedIn(gettext("Sign in to go on."))
    return person


def load_for_flask_login(_ignored: Any = None) -> Person | None:
    """Flask-Login's user and request loader."""
    return current_person()
