"""Workspaces with a seat of each role, people to sign in as, API tokens."""

from dataclasses import dataclass
from itertools import count
from uuid import UUID

from flask import Flask

from studio.accounts import passwords
from studio.accounts.models import Seat, User, Workspace
from studio.accounts.outcomes import Role
from studio.accounts.service import sessions, tokens
from studio.core.actor import Actor, ActorType
from studio.core.unit_of_work import Database, UnitOfWork
from tests.fixtures.client import StudioClient

PASSWORD = "correct horse battery staple"
_hash = passwords.hashed(PASSWORD)
_numbers = count(1)


@dataclass(frozen=True)
class MadePerson:
    user_id: UUID
    seat_id: UUID
    email: str
    name: str
    role: Role

    @property
    def actor(self) -> Actor:
        kind = ActorType.APPROVER if self.role is Role.APPROVER else ActorType.USER
        return Actor(kind, str(self.user_id), self.name, self.user_id, self.role.value)


@dataclass(frozen=True)
class MadeTenant:
    """A workspace with one person of each role."""

    id: UUID
    name: str
    people: dict[Role, MadePerson]

    def __getitem__(self, role: Role | str) -> MadePerson:
        return self.people[Role(role)]


def make_tenant(database: Database, name: str | None = None, *, currency: str = "EUR") -> MadeTenant:
    number = next(_numbers)
    name = name or f"Store {number}"
    with database.unit() as uow:
        workspace = Workspace(
            name=name,
            slug=f"store-{number}",
            currency=currency,
            time_zone="Europe/Berlin",
            created_at=uow.now,
        )
        uow.session.add(workspace)
    with database.unit(workspace.id) as uow:
        people = {role: _person(uow, role) for role in Role}
    return MadeTenant(workspace.id, name, people)


def make_person(
    database: Database, workspace_id: UUID, role: Role, name: str | None = None, *, email: str | None = None
) -> MadePerson:
    with database.unit(workspace_id) as uow:
        return _person(uow, role, name, email)


def _person(uow: UnitOfWork, role: Role, name: str | None = None, email: str | None = None) -> MadePerson:
    number = next(_numbers)
    user = User(
        email=email or f"{role.value}{number}@example.com",
        name=name or f"{role.value.title()} {number}",
        password_hash=_hash,
        created_at=uow.now,
    )
    uow.session.add(user)
    uow.session.flush()
    seat = Seat(user_id=user.id, role=role.value, created_at=uow.now)
    uow.session.add(seat)
    uow.session.flush()
    return MadePerson(user.id, seat.id, user.email, user.name, role)


def give_seat(database: Database, workspace_id: UUID, person: MadePerson, role: Role) -> UUID:
    """A second seat, in another workspace."""
    with database.unit(workspace_id) as uow:
        seat = Seat(user_id=person.user_id, role=role.value, created_at=uow.now)
        uow.session.add(seat)
    return seat.id


def signed_in(app: Flask, workspace_id: UUID | None, person: MadePerson) -> StudioClient:
    """A browser in which somebody is signed in, without the cost of the password."""
    with app.extensions["studio_database"].unit() as uow:
        token, _row = sessions.start(uow, person.user_id, workspace_id)
    client = app.test_client()
    client.sign_in_with(token)
    return client


def make_token(app: Flask, tenant: MadeTenant, role: Role | str, scopes: list[str]) -> str:
    """An API token of that person."""
    person = tenant[role]
    with app.extensions["studio_database"].unit(tenant.id, person.actor) as uow:
        return tokens.create(uow, name="Test", scopes=scopes, user_id=person.user_id).text


def with_token(app: Flask, text: str) -> StudioClient:
    """A program that uses a token."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    return client
