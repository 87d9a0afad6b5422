"""The demo of a first start: people, a group, and a published workflow that asks it."""

from collections.abc import Iterator
from typing import cast
from uuid import UUID

from flask import Flask

from studio.accounts import demo
from studio.accounts.demo import Credentials
from studio.accounts.outcomes import Role
from studio.approvals.service import groups
from studio.builder import touring
from studio.builder.service import drafts, whole
from studio.core.actor import Actor, ActorType
from studio.core.crypto import Keyring
from studio.core.unit_of_work import Database, UnitOfWork
from studio.gallery import installed, service

GROUP = "Refund team"


def install(app: Flask) -> Iterator[str]:
    """Make it all, and say how to sign in: the only time that passwords are shown."""
    database = cast("Database", app.extensions["studio_database"])
    made = demo.seed(database)
    owner = next(one for one in made if one.role is Role.OWNER)
    with database.unit(owner.workspace_id, _actor(owner)) as uow:
        approvers = [one.user_id for one in made if one.role in (Role.OWNER, Role.APPROVER)]
        install_refunds(uow, cast("Keyring", app.extensions["studio_keyring"]), approvers)
    yield "A demo workspace was made. These passwords are shown this once:\n"
    width = max(len(one.email) for one in made)
    for one in made:
        yield f"  {one.role.value:<9} {one.email:<{width}}  {one.password}"


def install_refunds(uow: UnitOfWork, keyring: Keyring, approvers: list[UUID]) -> None:
    """The group, and "High-value refunds" published for it."""
    groups.create(uow, GROUP, approvers)
    workflow = service.use(uow, installed.TEMPLATE, {"deciders": {"group": GROUP}})
    draft = drafts.current(uow, workflow)
    whole.publish(uow, keyring, workflow, draft.revision, "Installed with Studio")
    touring.leave_out(uow, workflow)


def _actor(owner: Credentials) -> Actor:
    return Actor(ActorType.USER, str(owner.user_id), owner.name, owner.user_id, owner.role.value)
