"""Credentials at rest: sealed for their workspace, connection and version, bound to the hosts they may go to."""

from collections.abc import Mapping
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from studio.connectors.definition import Connector
from studio.connectors.models import ConnectionCredential
from studio.core.crypto import Keyring, version_of
from studio.core.sealed import context_of
from studio.core.unit_of_work import UnitOfWork


def opened(keyring: Keyring, row: ConnectionCredential) -> dict[str, str]:
    """The fields by name. Raises CryptoError."""
    found: dict[str, str] = orjson.loads(keyring.unseal(row.sealed, context=context_of(row, "sealed")))
    return found


def keep(
    uow: UnitOfWork, keyring: Keyring, connection_id: UUID, values: Mapping[str, str], hosts: tuple[str, ...]
) -> ConnectionCredential:
    """Write them as the next version. The row is made where there is none; whoever has it locked keeps the lock."""
    row = uow.session.get(ConnectionCredential, connection_id)
    now = uow.now
    made = row is None
    row = row or ConnectionCredential(connection_id=connection_id, workspace_id=uow.workspace, version=0)
    row.version, row.hosts, row.updated_at = row.version + 1, list(hosts), now
    row.sealed = keyring.seal(orjson.dumps(dict(values)), context=context_of(row, "sealed"))
    row.key_version = version_of(row.sealed)
    if made:
        uow.session.add(row)
    uow.session.flush()
    return row


def bound_hosts(connector: Connector, settings: Mapping[str, object]) -> tuple[str, ...]:
    """Where credentials of an account with these settings may be sent."""
    base = urlsplit(connector.base_url(settings)).netloc.lower()
    return (base, *(host.lower() for host in connector.hosts(settings)))
