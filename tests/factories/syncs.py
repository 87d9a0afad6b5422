"""A shop over HTTP that keeps what it is told, and the connector that reads it."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from studio.connectors import catalogue
from studio.connectors.api import Api
from studio.connectors.definition import Account, Auth, Connector, Field
from studio.connectors.models import Connection, ConnectionRecord, ConnectionScope, ConnectionSync
from studio.connectors.outcomes import AuthKind, ScopeKind
from studio.connectors.service import authorising, creating
from studio.connectors.syncing.draining import Syncing
from studio.connectors.syncs.stream import Cursor, Deletions, Page, Stream
from studio.core.ids import new_id
from studio.core.targets import Targets
from studio.runtime.leases import NamedLeases
from tests.engine.rig import passing
from tests.factories.accounts import MadeTenant
from tests.factories.connections import Switchboard, make_connection
from tests.servers.http_target import Answer, HttpTarget, Request, _answer


def read(api: Api, cursor: Cursor | None, limit: int, path: str = "/orders") -> Page:
    headers = {"x-part": api.scope.external_id} if api.scope is not None else {}
    query = {"after": (cursor or {}).get("after", 0), "limit": limit}
    found = api.call("GET", path, query=query, headers=headers).json()
    return Page(found["records"], {"after": found["next"]}, found["done"], tuple(found.get("deleted", ())))


def read_customers(api: Api, cursor: Cursor | None, limit: int) -> Page:
    return read(api, cursor, limit, "/customers")


def since(moment: datetime) -> Cursor:
    return {"after": int((moment - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds())}


def _probe(_api: Api) -> Account:
    return Account("1", "Ledger")


LEDGER = Connector(
    key="ledger", title="Ledger", description="A shop of tests.",
    auths=(
        Auth(key="api_key", title="API key", kind=AuthKind.API_KEY, fields=(
            Field(name="api_key", title="API key", kind="secret"),
        ), apply=lambda request, credentials: request.headers.update({"x-api-key": credentials["api_key"]})),
    ),
    settings=(Field(name="base_url", title="Address", kind="url"),),
    base_url=lambda settings: str(settings.get("base_url", "")),
    probe=_probe,
    streams=(
        Stream(key="orders", title="Orders", read=read, cursor_field="seq", since=since, limit=10,
               scopes=frozenset({ScopeKind.CHANNEL, ScopeKind.WAREHOUSE})),
        Stream(key="customers", title="Customers", read=read_customers, cursor_field="seq",
               deletions=Deletions.TOMBSTONES, limit=10),
    ),
)  # fmt: skip


@contextmanager
def installed() -> Iterator[None]:
    """Studio has the connector, as if there were a folder of it."""
    known = cast("dict[str, Connector]", catalogue.connectors())
    known[LEDGER.key] = LEDGER
    try:
        yield
    finally:
        del known[LEDGER.key]


class Ledger(HttpTarget):
    """The shop: records by key, path and part; whoever changes one moves it to the end."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.keys = {"key-of-the-shop"}
        self._seq = 0
        self._held: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
        self._gone: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)

    def put(self, *ids: str, key: str = "key-of-the-shop", path: str = "/orders", part: str = "", **facts: Any) -> None:
        for one in ids:
            self._seq += 1
            held = self._held[key, path, part]
            held[one] = held.pop(one, {}) | {"id": one, "seq": self._seq} | facts

    def drop(self, one: str, key: str = "key-of-the-shop", path: str = "/orders", part: str = "") -> None:
        self._seq += 1
        del self._held[key, path, part][one]
        self._gone[key, path, part][one] = self._seq

    def held(self, key: str = "key-of-the-shop", path: str = "/orders", part: str = "") -> list[dict[str, Any]]:
        """What is there now."""
        return list(self._held[key, path, part].values())

    def take(self, request: Request) -> Answer:
        scripted = super().take(request)
        if scripted is not self._always:
            return scripted
        key = request.headers.get("x-api-key", "")
        if key not in self.keys:
            return _answer(401)
        place = key, request.path, request.headers.get("x-part", "")
        after, limit = int(request.query["after"][0]), int(request.query["limit"][0])
        found = sorted((one for one in self._held[place].values() if one["seq"] > after), key=lambda one: one["seq"])
        page, done = found[:limit], len(found) <= limit
        until = self._seq if done else page[-1]["seq"]
        gone = [one for one, seq in self._gone[place].items() if after < seq <= until]
        deleted = gone if request.path == "/customers" else []
        return _answer(200, json_body={"records": page, "next": until, "done": done, "deleted": deleted})


def connect(board: Switchboard, title: str = "Main shop", api_key: str = "key-of-the-shop") -> UUID:
    """An active connection to the shop; its id."""
    with board.database.unit(board.workspace_id) as unit:
        row = creating.create(
            unit, connector_key=LEDGER.key, title=title, auth="api_key", settings={"base_url": board.url},
            environment="test",
        )  # fmt: skip
    sign_in(board, row.id, api_key)
    return row.id


def sign_in(board: Switchboard, connection_id: UUID, api_key: str) -> None:
    """Somebody signs in, for the first time or again."""
    with board.database.unit(board.workspace_id) as unit:
        row = unit.session.get_one(Connection, connection_id)
        tried = authorising.trial(row, {"api_key": api_key})
        authorising.accept(unit, board.keyring, row, tried, Account("1", "Ledger"), confirmed=True)


def syncing(board: Switchboard, told: list | None = None) -> Syncing:
    """The loop of one worker on a workspace's connections."""

    def tell(_uow, connection, scope, stream, found) -> None:
        part = scope.external_id if scope is not None else None
        for one in found:
            (told if told is not None else []).append((connection.handle, part, stream, one.change, one.external_id))

    return Syncing(board.accounts, NamedLeases(board.database, str(new_id())), Targets(4, 8, now=passing), tell)


def scope(unit, connection_id: UUID, kind: str, external_id: str) -> UUID:
    """A part of an account, as if the provider had listed it."""
    part = ConnectionScope(
        id=new_id(), workspace_id=unit.workspace, connection_id=connection_id, kind=kind, external_id=external_id,
        name=external_id, settings={}, created_at=unit.now,
    )  # fmt: skip
    unit.session.add(part)
    unit.session.flush()
    return part.id


def make_sync(app: Flask, tenant: MadeTenant) -> UUID:
    """A sync of the tenant's connection that nothing was read for; the same one each time."""
    connection = make_connection(app, tenant)
    with app.extensions["studio_database"].unit(tenant.id) as unit:
        found = unit.session.scalar(select(ConnectionSync.id).where(ConnectionSync.connection_id == connection.id))
        if found is not None:
            return found
        return add_sync(unit, connection.id, f"orders of {tenant.name}").id


def add_sync(unit, connection_id: UUID, stream: str) -> ConnectionSync:
    """A sync that is paused, with one record, whatever its connector knows."""
    row = ConnectionSync(
        id=new_id(), workspace_id=unit.workspace, connection_id=connection_id, stream=stream, scope_key="*",
        state="paused", epoch=0, every_s=300, next_due_at=unit.now, phase="reading", kind="changes", generation=1,
        records=1, added=1, updated=0, deleted=0, read=1, failures=0, full_at=unit.now, created_at=unit.now,
        updated_at=unit.now,
    )  # fmt: skip
    unit.session.add(row)
    unit.session.flush()
    record = ConnectionRecord(
        sync_id=row.id, workspace_id=unit.workspace, external_id="6021", hash="0" * 32, generation=1,
        data={"id": "6021", "total": "420.00", "of": stream}, changed_at=unit.now,
    )  # fmt: skip
    unit.session.add(record)
    return row
