"""Which webhooks are wanted is written down with the publication that wants them; the provider is told afterwards."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from studio.connectors.catalogue import connectors
from studio.connectors.hooks.emitting import EVENT
from studio.connectors.hooks.scheme import Hooks
from studio.connectors.hooks.states import State
from studio.connectors.hooks.wishes import wanted
from studio.connectors.models import Connection, ConnectionHook, ConnectionScope
from studio.connectors.outcomes import Event, Status
from studio.connectors.service import moving, scoping
from studio.connectors.webhooks import secrets
from studio.core import ids, outbox
from studio.core.crypto import Keyring
from studio.core.unit_of_work import UnitOfWork

TOPIC = "connection.hook"
TRIES = 12
"""Over about an hour; then somebody is told."""
Listening = Callable[[UnitOfWork, str], Sequence[Mapping[str, Any]]]
"""The settings of all active triggers of a type, in this workspace."""
_STANDING = (State.WANTED, State.ACTIVE, State.FAILED)


@dataclass(frozen=True, slots=True)
class Wanting:
    """Compares what is listened for with what is registered."""

    keyring: Keyring
    listening: Listening

    def register(self) -> None:
        """Hear of connections that can be used again, or have other parts. Called at the start of every process."""
        moving.watch("webhooks", self.moved)
        scoping.watch("webhooks", lambda uow, row: self.look(uow, {row.handle}))

    def changed(self, uow: UnitOfWork, settings: Sequence[Mapping[str, Any]]) -> None:
        """Triggers have come, gone or changed; `settings` are theirs, of before and after."""
        self.look(uow, {str(one.get("connection") or "") for one in settings})

    def moved(self, uow: UnitOfWork, row: Connection, event: Event) -> None:
        """A connection can be used again: what could not be told meanwhile is told now."""
        if row.state is Status.ACTIVE and event is not Event.PAUSE:
            self.look(uow, {row.handle}, again=True)

    def look(self, uow: UnitOfWork, handles: Collection[str], *, again: bool = False) -> None:
        """Write down what is wanted of these connections. `again`: what failed, or is open, is tried once more."""
        found = select(Connection).where(Connection.handle.in_(handles)).order_by(Connection.id)
        rows = uow.session.scalars(found.with_for_update()).all()
        configs = self.listening(uow, EVENT) if rows else []
        for row in rows:
            definition = connectors().get(row.connector)
            if definition is None or definition.hooks is None or row.state is Status.DISCONNECTED:
                continue
            mine = [one for one in configs if one.get("connection") == row.handle]
            topics = wanted(mine, definition.hooks, _parts(uow, row, definition.hooks))
            self._compare(uow, row, definition.hooks, topics, again=again)

    def _compare(
        self, uow: UnitOfWork, row: Connection, hooks: Hooks, topics: Mapping[str, list[str]], *, again: bool
    ) -> None:
        query = select(ConnectionHook).where(ConnectionHook.connection_id == row.id)
        held = {one.scope: one for one in uow.session.scalars(query.order_by(ConnectionHook.id))}
        for scope, names in topics.items():
            hook = held.pop(scope, None)
            if hook is None:
                self._add(uow, row, hooks, scope, names)
                continue
            stands = hook.state in (State.WANTED, State.ACTIVE) and hook.topics == names
            if not stands or (again and hook.state != State.ACTIVE):
                hook.topics = names
                ask(uow, hook, State.WANTED)
        for hook in held.values():
            if hook.state in _STANDING or (again and hook.state == State.UNWANTED):
                ask(uow, hook, State.UNWANTED)

    def _add(self, uow: UnitOfWork, row: Connection, hooks: Hooks, scope: str, names: list[str]) -> None:
        hook = ConnectionHook(
            id=ids.new_id(), workspace_id=uow.workspace, connection_id=row.id, scope=scope, topics=names,
            state=State.WANTED.value, revision=0, refused=0, renewals=0, created_at=uow.now, updated_at=uow.now,
        )  # fmt: skip
        secrets.seal(self.keyring, hook, secrets.made(hooks.signed))
        uow.session.add(hook)
        ask(uow, hook, State.WANTED)


def ask(uow: UnitOfWork, hook: ConnectionHook, state: State) -> None:
    """Have the provider told, after the commit, that it is wanted, or no longer."""
    hook.state, hook.revision, hook.updated_at = state.value, hook.revision + 1, uow.now
    hook.error = hook.error_code = None
    hook.asked_by = uow.actor.user_id or hook.asked_by
    uow.session.flush()
    payload = {"hook_id": str(hook.id), "revision": hook.revision}
    outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{hook.id}:{hook.revision}", payload=payload, max_attempts=TRIES)


def _parts(uow: UnitOfWork, row: Connection, hooks: Hooks) -> list[tuple[str, str]]:
    if hooks.scoped is None:
        return []
    query = select(ConnectionScope.external_id, ConnectionScope.name).where(
        ConnectionScope.connection_id == row.id,
        ConnectionScope.kind == hooks.scoped.value,
        ConnectionScope.gone_at.is_(None),
    )
    return [(part.external_id, part.name) for part in uow.session.execute(query.order_by(ConnectionScope.id))]
