"""The webhooks of a connection as people see them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from studio.connectors.hooks.states import State
from studio.connectors.models import Connection, ConnectionDelivery, ConnectionHook, ConnectionScope
from studio.core.unit_of_work import UnitOfWork

LOOKED_AT = 500
"""Newest deliveries among which a webhook's last one is looked for."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One of them."""

    row: ConnectionHook
    part: str
    """The name of the channel or store; empty: the account."""
    last: ConnectionDelivery | None
    """The newest delivery; None: none lately."""


def of(uow: UnitOfWork, row: Connection) -> list[Shown]:
    """Those that are registered, or are to be; what is gone is left out."""
    query = select(ConnectionHook).where(ConnectionHook.connection_id == row.id, ConnectionHook.state != State.GONE)
    hooks = uow.session.scalars(query.order_by(ConnectionHook.scope)).all()
    if not hooks:
        return []
    newest = select(ConnectionDelivery).where(ConnectionDelivery.connection_id == row.id)
    last: dict[UUID, ConnectionDelivery] = {}
    for one in uow.session.scalars(newest.order_by(ConnectionDelivery.id.desc()).limit(LOOKED_AT)):
        last.setdefault(one.hook_id, one)
    parts = select(ConnectionScope.external_id, ConnectionScope.name).where(ConnectionScope.connection_id == row.id)
    names = {part.external_id: part.name for part in uow.session.execute(parts)}
    return [Shown(hook, names.get(hook.scope, hook.scope), last.get(hook.id)) for hook in hooks]
