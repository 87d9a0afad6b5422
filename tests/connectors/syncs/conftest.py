"""A workspace with a connection to a shop that a test fills, and one worker that syncs it."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from studio.connectors.models import ConnectionRecord, ConnectionSync, ConnectionSyncRun
from studio.connectors.syncing import verbs
from studio.core import clock
from tests.engine.conftest import make_rig
from tests.factories import syncs
from tests.factories.accounts import make_tenant
from tests.factories.connections import Switchboard
from tests.factories.syncs import Ledger
from tests.servers.http_target import http_target

__all__ = ["make_rig"]  # a fixture, by being imported


@dataclass
class Desk:
    """What a test does and sees."""

    board: Switchboard
    shop: Ledger
    told: list = field(default_factory=list)

    def __post_init__(self) -> None:
        self.syncing = syncs.syncing(self.board, self.told)

    def unit(self, **options):
        return self.board.database.unit(self.board.workspace_id, **options)

    def start(self, connection_id: UUID, stream: str = "orders", scope_id: UUID | None = None) -> UUID:
        with self.unit() as unit:
            return verbs.start(unit, unit.session.get_one(syncs.Connection, connection_id), stream, scope_id).id

    def drain(self) -> int:
        """Read what is due, to its end."""
        total = 0
        while read := self.syncing.drain():
            total += read
        return total

    def later(self, seconds: float = 400) -> int:
        clock.shift(timedelta(seconds=seconds))
        return self.drain()

    def do(self, verb, sync_id: UUID, *args) -> None:
        with self.unit() as unit:
            verb(unit, verbs.find(unit, sync_id), *args)

    def row(self, sync_id: UUID) -> ConnectionSync:
        with self.unit(read_only=True) as unit:
            return unit.session.get_one(ConnectionSync, sync_id)

    def kept(self, sync_id: UUID) -> dict[str, dict]:
        """What is there, by id."""
        with self.unit(read_only=True) as unit:
            mine = ConnectionRecord.sync_id == sync_id, ConnectionRecord.deleted_at.is_(None)
            return {row.external_id: row.data for row in unit.session.scalars(select(ConnectionRecord).where(*mine))}

    def passes(self, sync_id: UUID) -> list[ConnectionSyncRun]:
        with self.unit(read_only=True) as unit:
            query = select(ConnectionSyncRun).where(ConnectionSyncRun.sync_id == sync_id)
            return list(unit.session.scalars(query.order_by(ConnectionSyncRun.id)))


@pytest.fixture
def desk(app):
    """The shop, the workspace, the worker."""
    with http_target(Ledger) as shop, syncs.installed():
        tenant = make_tenant(app.extensions["studio_database"])
        yield Desk(Switchboard(app, tenant.id, f"127.0.0.1:{shop.port}"), shop)
    clock.reset()
