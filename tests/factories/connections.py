"""Connections as people make them, through the services."""

import json
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from studio.connectors.calling import stepping
from studio.connectors.calling.opening import Accounts, find
from studio.connectors.calling.reporting import Reporting
from studio.connectors.calling.rereading import Rereading
from studio.connectors.catalogue import connector
from studio.connectors.definition import Account
from studio.connectors.library import importing, looking
from studio.connectors.models import Connection, ConnectorDocument
from studio.connectors.service import authorising, creating
from studio.core.http import HttpClient
from tests.factories.accounts import MadeTenant

AUTHS = {"slack": "bearer"}
KEY = {"header": "X-Api-Key", "api_key": "key-of-the-shop"}


def make_connection(
    app: Flask, tenant: MadeTenant, title: str | None = None, *, environment: str = "test"
) -> Connection:
    """An active connection that nobody answers; the same one each time."""
    title = title or f"Shop of {tenant.name}"
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as unit:
        found = unit.session.scalar(select(Connection).where(Connection.title == title))
        if found is not None:
            return found
        row = creating.create(
            unit, connector_key="http", title=title, auth="api_key", settings={"base_url": "https://shop.example.com"},
            environment=environment,
        )  # fmt: skip
        tried = authorising.trial(row, KEY)
        authorising.accept(
            unit, app.extensions["studio_keyring"], row, tried, Account("1", f"Account of {tenant.name}")
        )
        return row


def make_account(
    app: Flask, tenant: MadeTenant, connector_key: str, url: str = "https://shop.example.com", key: str = "some-key"
) -> Connection:
    """An active connection of one kind; nobody answers unless an address is given."""
    definition = connector(connector_key)
    auth = definition.auths[0]
    settings = {field.name: url for field in definition.asked(auth) if field.kind == "url"}
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as unit:
        row = creating.create(
            unit, connector_key=connector_key, title="Main shop", auth=auth.key, settings=settings, environment="test"
        )
        tried = authorising.trial(row, {field.name: key for field in auth.fields})
        authorising.accept(unit, app.extensions["studio_keyring"], row, tried, Account("1", "Main shop"))
        return row


def described_api(title: str) -> str:
    """A small OpenAPI document."""
    label = {"operationId": "printLabel", "summary": "Print a label", "tags": ["Labels"], "responses": {}}
    document = {
        "openapi": "3.1.0", "info": {"title": title, "version": "1", "description": "Labels for parcels."},
        "servers": [{"url": "https://parcels.example.com/v1"}], "paths": {"/labels/{parcel}": {"post": label}},
    }  # fmt: skip
    return json.dumps(document)


def make_description(app: Flask, tenant: MadeTenant) -> ConnectorDocument:
    """An imported API description with one operation; the same one each time."""
    content = described_api(f"Parcels of {tenant.name}")
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as unit:
        found = looking.documents(unit)
        return found[0] if found else importing.keep(unit, importing.described(content), content)


class Switchboard:
    """The connections of one workspace; its calls may go to one inner address."""

    def __init__(self, app: Flask, workspace_id: UUID, inner: str) -> None:
        self.database, self.workspace_id = app.extensions["studio_database"], workspace_id
        self.keyring, self.url = app.extensions["studio_keyring"], f"http://{inner}"
        send = HttpClient((inner,)).send
        self.accounts = Accounts(self.database, self.keyring, send, Rereading(self.database, self.keyring))
        stepping.join(stepping.Reach(self.accounts, Reporting(self.database)))

    def connect(
        self, title: str = "Main shop", *, account: str | None = "1", handle: str = "", connector: str = "http",
        fields: dict[str, str] | None = None, **values,
    ) -> str:  # fmt: skip
        """An active connection to the address, signed in with an API key; returns its handle. `fields`: another way."""
        settings = {"base_url": self.url}
        with self.database.unit(self.workspace_id) as unit:
            row = creating.create(
                unit, connector_key=connector, title=title, auth=AUTHS.get(connector, "api_key"), settings=settings,
                environment="test", handle=handle,
            )  # fmt: skip
            self._accept(unit, row, account, values, fields)
            return row.handle

    def sign_in(
        self, handle: str, *, account: str | None = "1", confirmed: bool = False, fields: dict[str, str] | None = None,
        **values,
    ) -> None:  # fmt: skip
        """Somebody signs in again."""
        with self.database.unit(self.workspace_id) as unit:
            self._accept(unit, find(unit, handle), account, values, fields, confirmed=confirmed)

    def row(self, handle: str) -> Connection:
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            return find(unit, handle)

    def _accept(self, unit, row, account, values, fields=None, *, confirmed: bool = False) -> None:
        tried = authorising.trial(row, fields or KEY | values)
        found = Account(account, f"Account {account}")
        authorising.accept(unit, self.keyring, row, tried, found, confirmed=confirmed)
