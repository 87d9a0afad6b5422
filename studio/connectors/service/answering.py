"""What a step's action gives, by the description that its connection was given."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from studio.connectors.catalogue import connectors
from studio.connectors.models import Connection
from studio.contract.outputs import Given
from studio.core.unit_of_work import UnitOfWork


def given(uow: UnitOfWork, config: Mapping[str, Any]) -> Given | None:
    """None: its action is one of a class, which says so itself, or there is none."""
    named, handle = config.get("action"), config.get("connection")
    if not isinstance(named, str) or not isinstance(handle, str):
        return None
    connector, _dot, key = named.partition(".")
    definition = connectors().get(connector)
    if definition is None or definition.dynamic is None or any(one.key == key for one in definition.actions):
        return None
    row = uow.session.scalar(select(Connection).where(Connection.handle == handle))
    if row is None or row.connector != connector:
        return None
    return definition.dynamic.gives(uow, row.id, key)
