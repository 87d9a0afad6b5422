"""A connection is given up: its secrets are wiped at once, its token is ended at the provider after the commit."""

import base64
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import orjson
import structlog
from sqlalchemy import select

from studio.connectors import credentials
from studio.connectors.catalogue import connector
from studio.connectors.models import Connection, ConnectionCredential
from studio.connectors.oauth import protocol
from studio.connectors.oauth.answers import Refusal, Verdict
from studio.connectors.oauth.exchange import Exchange
from studio.connectors.oauth.protocol import Client
from studio.connectors.oauth.provider import KINDS, client_of, hosts_of
from studio.connectors.service import state
from studio.connectors.trail import record
from studio.core import outbox
from studio.core.claims import Job
from studio.core.crypto import Keyring
from studio.core.unit_of_work import Database, UnitOfWork

log = structlog.get_logger()

REVOKE = "connection.revoke"
TRIES = 8
"""Over about ten minutes; the job holds the token, sealed, until then."""


def disconnect(uow: UnitOfWork, keyring: Keyring, row: Connection) -> None:
    """Wipe what it signs in with, and have its token ended there. Raises as Gates.require()."""
    client, values = _held(uow, keyring, row)
    token = values.get("refresh_token") or values.get("access_token")
    revocable = client is not None and bool(client.revoke_url) and bool(token)
    state.disconnect(uow, row, revoked=revocable)
    if not revocable:
        return
    body = {name: values.get(name, "") for name in ("client_id", "client_secret", "refresh_token", "access_token")}
    sealed = keyring.seal(orjson.dumps(body), context=_context(row.workspace_id, row.id))
    payload = {"connection_id": str(row.id), "sealed": base64.b64encode(sealed).decode()}
    outbox.enqueue(uow, REVOKE, key=f"{REVOKE}:{row.id}", payload=payload, max_attempts=TRIES)


@dataclass(frozen=True, slots=True)
class Revoking:
    """Ends tokens at their providers; at least once, which does no harm."""

    database: Database
    keyring: Keyring
    exchange: Exchange

    def register(self) -> None:
        """Take over the topic; called at the start of every process."""
        outbox.register_outside(REVOKE, self.revoke)

    def revoke(self, job: Job) -> None:
        """End the refresh token, which ends what came of it, else the access token.

        A job that has ended keeps no token: what a provider will not end is written down, and the job is done.
        """
        connection_id = UUID(job.payload["connection_id"])
        sealed = base64.b64decode(job.payload["sealed"])
        values = orjson.loads(self.keyring.unseal(sealed, context=_context(job.workspace_id, connection_id)))
        with self.database.unit(job.workspace_id, read_only=True) as unit:
            row = unit.session.get(Connection, connection_id)
            client = _client(row, values) if row is not None else None
        if client is None:
            return
        kind: Literal["refresh_token", "access_token"] = "refresh_token" if values["refresh_token"] else "access_token"
        refusal = self.exchange.revoked(protocol.revoke_request(client, values[kind], kind))
        if refusal is None:
            return
        if refusal.verdict is Verdict.TRANSIENT and job.attempts < job.max_attempts:
            raise outbox.Later(refusal.said, refusal.wait_s or 0.0)
        self._alive(job.workspace_id, connection_id, refusal)

    def _alive(self, workspace_id: UUID, connection_id: UUID, refusal: Refusal) -> None:
        log.warning("token_not_revoked", connection_id=str(connection_id), code=refusal.code)
        with self.database.unit(workspace_id) as unit:
            record(unit, "connection.not_revoked", unit.session.get_one(Connection, connection_id), code=refusal.code)


def _held(uow: UnitOfWork, keyring: Keyring, row: Connection) -> tuple[Client | None, dict[str, str]]:
    """The app and its tokens, under the credential's lock: a refresh under way comes to its end first.

    No app where there is none, or where the settings lead elsewhere by now: nothing is sent there.
    """
    query = select(ConnectionCredential).where(ConnectionCredential.connection_id == row.id).with_for_update()
    kept = uow.session.scalar(query.execution_options(populate_existing=True))
    if kept is None:
        return None, {}
    values = credentials.opened(keyring, kept)
    client = _client(row, values)
    meant = client is not None and set(hosts_of(client)) <= set(kept.hosts)
    return (client if meant else None), values


def _client(row: Connection, values: dict[str, str]) -> Client | None:
    auth = connector(row.connector).auth(row.auth)
    return client_of(auth, row.settings, values) if auth is not None and auth.kind in KINDS else None


def _context(workspace_id: UUID, connection_id: UUID) -> str:
    return f"{workspace_id}|connection_revoke|{connection_id}"
