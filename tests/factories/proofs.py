"""Proofs that somebody has given in a browser's session."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from studio.accounts.outcomes import Strength
from studio.accounts.service import sessions
from studio.core import ids
from studio.core.actor import Actor, Origin
from studio.core.unit_of_work import Database
from studio.guard.models import StepUp
from studio.guard.service.step_up import payload_hash
from tests.factories.accounts import MadePerson, MadeTenant


def in_a_session(database: Database, tenant: MadeTenant, person: MadePerson) -> Actor:
    """That person in a browser, who has proved nothing."""
    with database.unit() as uow:
        _token, row = sessions.start(uow, person.user_id, tenant.id)
        session_id = row.id
    return on_session(person, session_id)


def on_session(person: MadePerson, session_id: UUID) -> Actor:
    own = person.actor
    return Actor(own.type, own.id, own.name, own.user_id, own.role, origin=Origin(session_id=str(session_id)))


def prove(database: Database, actor: Actor, action: str, payload: Any = None, strength=Strength.PASSKEY) -> Actor:
    """The same after a proof for one action and its content; `sudo` has none."""
    digest = "" if action == "sudo" else payload_hash(payload)
    with database.unit() as uow:
        uow.session.add(
            StepUp(
                id=ids.new_id(), session_id=UUID(actor.origin.session_id), user_id=actor.user_id, action=action,
                payload_hash=digest, needed=1, what="", challenge=b"x", created_at=uow.now,
                ends_at=uow.now + timedelta(minutes=5), method="passkey", strength=int(strength), confirmed_at=uow.now,
            )
        )  # fmt: skip
    return actor


def about_to_bypass(database: Database, tenant: MadeTenant, person: MadePerson, request_id: UUID, shown: str) -> Actor:
    """Somebody who has proved who they are for bypassing just this request, as it stands."""
    actor = in_a_session(database, tenant, person)
    return prove(database, actor, "approval.bypass", {"request": str(request_id), "shown": shown})
