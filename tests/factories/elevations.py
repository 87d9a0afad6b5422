"""People who may ask for a role for a time, and browsers in which they were lent one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Flask

from studio.accounts.identity import Person
from studio.accounts.outcomes import Role
from studio.accounts.service import sessions
from studio.core.actor import Actor, Origin
from studio.core.unit_of_work import Database
from studio.guard.elevation import asking, eligibility
from studio.guard.elevation.eligibility import GrantSave
from studio.guard.elevation.policy import Wish
from tests.factories.accounts import MadePerson, MadeTenant

WISH = Wish(timedelta(minutes=30), "Restore the payout export", "OPS-118")


@dataclass(frozen=True)
class Browser:
    """One browser in which somebody is signed in."""

    app: Flask
    workspace_id: UUID
    token: str
    session_id: UUID

    @property
    def database(self) -> Database:
        return self.app.extensions["studio_database"]

    def person(self) -> Person | None:
        """As the next request finds them."""
        with self.app.app_context(), self.database.unit(read_only=True) as uow:
            return sessions.load(uow, self.token)

    @property
    def actor(self) -> Actor:
        person = self.person()
        assert person is not None, "signed out"
        return person.actor(Origin(session_id=str(self.session_id)))

    def unit(self):
        """A unit of work of its next request."""
        return self.database.unit(self.workspace_id, self.actor)

    def may(self, permission: str) -> bool:
        person = self.person()
        return person is not None and person.may(permission)


def browser(app: Flask, tenant: MadeTenant, person: MadePerson) -> Browser:
    with app.extensions["studio_database"].unit() as uow:
        token, row = sessions.start(uow, person.user_id, tenant.id)
        return Browser(app, tenant.id, token, row.id)


def make_eligible(
    database: Database, tenant: MadeTenant, person: MadePerson | None, role=Role.ADMIN,
    approvers: Sequence[MadePerson | str] = (), **more,
) -> UUID:  # fmt: skip
    """By the owner; without a proof unless that is asked for."""
    names = [one if isinstance(one, str) else f"user:{one.email}" for one in approvers]
    who = person.user_id if person is not None else None
    save = GrantSave(role, who, approvers=names, **{"step_up": False} | more)
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        return eligibility.grant(uow, save).id


def elevated(app: Flask, tenant: MadeTenant, person: MadePerson, role=Role.ADMIN, wish=WISH) -> Browser:
    """A browser in which somebody was lent a role, and nobody had to agree."""
    at = browser(app, tenant, person)
    held = make_eligible(at.database, tenant, person, role)
    with at.unit() as uow:
        asking.ask(uow, held, wish)
    return at


def make_elevation(app: Flask, tenant: MadeTenant) -> UUID:
    """The builder has asked the admin."""
    at = browser(app, tenant, tenant["builder"])
    held = make_eligible(at.database, tenant, tenant["builder"], approvers=[tenant["admin"]])
    with at.unit() as uow:
        return asking.ask(uow, held, WISH).id
