"""A connection is given up: its webhooks are removed at the provider, by credentials that the job alone still holds."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import select

from studio.connectors.account import OpenAccount
from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.calling.opening import opened, part
from studio.connectors.catalogue import connectors
from studio.connectors.errors import ApiError
from studio.connectors.hooks.states import State
from studio.connectors.models import Connection, ConnectionHook
from studio.connectors.service import state
from studio.connectors.trail import record
from studio.connectors.webhooks import secrets
from studio.core import outbox
from studio.core.claims import Job
from studio.core.crypto import Keyring
from studio.core.errors import StudioError
from studio.core.http import HttpRequest, HttpResponse
from studio.core.outbox import Later
from studio.core.unit_of_work import Database, UnitOfWork

log = structlog.get_logger()

TOPIC = "connection.unhook"
TRIES = 8
"""Over about ten minutes; the job holds the credentials, sealed, until then."""


class _AsTheyAre:
    """Credentials that are not renewed any more."""

    def fresh(self, account: OpenAccount) -> OpenAccount:
        return account

    def refused(self, _account: OpenAccount) -> OpenAccount | None:
        return None


@dataclass(frozen=True, slots=True)
class Removing:
    """Leaves the job while the credentials are there, and does it once they are wiped."""

    database: Database
    keyring: Keyring
    send: Callable[[HttpRequest], HttpResponse]
    public_url: str

    def register(self) -> None:
        """Hear of disconnections, and take over the topic. Called at the start of every process."""
        state.before_disconnect("webhooks", self.leave)
        outbox.register_outside(TOPIC, self.remove)

    def leave(self, uow: UnitOfWork, row: Connection) -> None:
        """From the commit on each address says that it is gone."""
        query = select(ConnectionHook).where(ConnectionHook.connection_id == row.id).with_for_update()
        rows = [hook for hook in uow.session.scalars(query) if hook.state != State.GONE]
        for hook in rows:
            hook.state, hook.revision, hook.updated_at = State.GONE.value, hook.revision + 1, uow.now
        known = [
            {"scope": hook.scope, "id": hook.external_id, "address": secrets.opened(self.keyring, hook).address}
            for hook in rows
        ]
        try:
            account = opened(uow, self.keyring, row) if known else None
        except ApiError:
            account = None  # never signed in: nothing was registered there
        if account is None:
            return
        body = {"credentials": account.credentials, "hosts": account.hosts, "hooks": known}
        sealed = self.keyring.seal(orjson.dumps(body), context=_context(row.workspace_id, row.id))
        payload = {"connection_id": str(row.id), "sealed": base64.b64encode(sealed).decode()}
        outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{row.id}:{uow.now.isoformat()}", payload=payload, max_attempts=TRIES)

    def remove(self, job: Job) -> None:
        """Remove them all; what the provider will not remove is written down, and gets answered that it is gone."""
        connection_id = UUID(job.payload["connection_id"])
        context = _context(job.workspace_id, connection_id)
        held = orjson.loads(self.keyring.unseal(base64.b64decode(job.payload["sealed"]), context=context))
        for one in held["hooks"]:
            try:
                self._remove(job.workspace_id, connection_id, held, one)
            except StudioError as error:
                if isinstance(error, ApiError) and error.retryable and job.attempts < job.max_attempts:
                    raise Later(error.message, error.wait_s or 0.0) from None
                log.warning("webhook_not_removed", connection_id=str(connection_id), code=error.code)
                with self.database.unit(job.workspace_id) as unit:
                    row = unit.session.get_one(Connection, connection_id)
                    record(unit, "connection.hook_failed", row, code=error.code[:80], scope=one["scope"])

    def _remove(self, workspace_id: UUID, connection_id: UUID, held: dict[str, Any], one: dict[str, Any]) -> None:
        with self.database.unit(workspace_id, read_only=True) as unit:
            row = unit.session.get_one(Connection, connection_id)
            definition = connectors().get(row.connector)
            auth = definition.auth(row.auth) if definition is not None else None
            if definition is None or auth is None or definition.hooks is None:
                return
            account = OpenAccount(
                workspace_id=workspace_id, connection_id=connection_id, handle=row.handle, title=row.title,
                connector=definition, auth=auth, settings=row.settings, credentials=held["credentials"], version=0,
                hosts=tuple(held["hosts"]), scope=part(unit, row, one["scope"]) if one["scope"] else None,
            )  # fmt: skip
        api = AuthorisedApi(account, self.send, _AsTheyAre())
        url = f"{self.public_url}{secrets.PREFIX}{one['address']}"
        for listed in definition.hooks.listed(api):
            if listed.url == url or listed.id == one["id"]:
                definition.hooks.remove(api, listed.id)


def _context(workspace_id: UUID, connection_id: UUID) -> str:
    return f"{workspace_id}|connection_unhook|{connection_id}"
