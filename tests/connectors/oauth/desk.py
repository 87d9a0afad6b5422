"""Somebody connects, by the verbs that pages call; calls may go to one inner address."""

import json
from typing import Any

from flask import Flask
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.connectors.calling.opening import Accounts, find, opened
from studio.connectors.calling.reporting import Reporting
from studio.connectors.models import Connection, ConnectionCredential
from studio.connectors.oauth.connecting import Connecting, Visitor
from studio.connectors.oauth.ending import Revoking
from studio.connectors.oauth.exchange import Exchange
from studio.connectors.oauth.keeping import Keeping
from studio.connectors.oauth.renewing import Renewing
from studio.connectors.service import creating
from studio.core import outbox
from studio.core.http import HttpClient
from tests.counterparts.oidc.provider import APP
from tests.factories.accounts import make_tenant

HERE = "http://localhost:8000"


class Desk:
    """An admin of one workspace."""

    def __init__(self, app: Flask, inner: str) -> None:
        self.database, self.keyring = app.extensions["studio_database"], app.extensions["studio_keyring"]
        self.tenant = make_tenant(self.database)
        self.workspace_id, self.actor = self.tenant.id, self.tenant["admin"].actor
        self.exchange = Exchange(HttpClient((inner,)).send)
        self.renewing = Renewing.over(self.database, self.keyring, self.exchange)
        self.accounts = Accounts(self.database, self.keyring, self.exchange.send, self.renewing)
        self.connecting = Connecting(self.database, self.keyring, self.exchange, HERE, (inner,))
        self.keeping = Keeping(self.database, self.renewing, Reporting(self.database), self.exchange)
        Revoking(self.database, self.keyring, self.exchange).register()
        self.me = Visitor("of-this-browser", self.actor, self.workspace_id)

    def unit(self, **options: Any):
        return self.database.unit(self.workspace_id, self.actor, **options)

    def draft(self, settings: dict[str, str], auth: str = "oauth", title: str = "Shop") -> Connection:
        with self.unit() as unit:
            return creating.create(
                unit, connector_key="http", title=title, auth=auth, settings=settings, environment="test"
            )

    def begin(self, row: Connection, given: dict[str, str] | None = None, **how: Any) -> str:
        """Press “connect”; returns where the browser is sent."""
        with self.unit() as unit:
            here = unit.session.get_one(Connection, row.id)
            return self.connecting.begin(unit, here, APP if given is None else given, browser=self.me.browser, **how)

    def row(self, row: Connection) -> Connection:
        with self.unit(read_only=True) as unit:
            return unit.session.get_one(Connection, row.id)

    def account(self, row: Connection):
        """Opened, whatever its status."""
        with self.unit(read_only=True) as unit:
            return opened(unit, self.keyring, unit.session.get_one(Connection, row.id))

    def call(self, handle: str) -> Any:
        """What a step does."""
        return self.accounts.api(self.workspace_id, handle).get("/api/account")

    def found(self, handle: str) -> Connection:
        with self.unit(read_only=True) as unit:
            return find(unit, handle)

    def credential(self, row: Connection) -> ConnectionCredential | None:
        with self.unit(read_only=True) as unit:
            return unit.session.get(ConnectionCredential, row.id)

    def age(self, row: Connection, **values: str) -> None:
        """Write other moments beside the token, as if time had passed; the version stays."""
        from studio.connectors import credentials  # noqa: PLC0415 - only here

        with self.unit() as unit:
            kept = unit.session.get_one(ConnectionCredential, row.id)
            held = credentials.opened(self.keyring, kept) | values
            credentials.keep(unit, self.keyring, row.id, held, tuple(kept.hosts))

    def post(self) -> None:
        """Do the jobs that were left."""
        while outbox.drain(self.database):
            pass

    def audited(self, action: str) -> list[str]:
        """Codes of the trail's entries of one kind."""
        query = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.seq)
        with self.unit(read_only=True) as unit:
            return [json.loads(event.body)["metadata"].get("code", "") for event in unit.session.scalars(query)]
