"""Joins what reaches other systems: connections, their webhooks and syncs, and the export of audit events."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from studio.connectors.calling import stepping
from studio.connectors.calling.opening import Accounts
from studio.connectors.calling.reporting import Reporting
from studio.connectors.hooks import emitting
from studio.connectors.library import reach as descriptions
from studio.connectors.oauth import sessions
from studio.connectors.oauth.connecting import Connecting
from studio.connectors.oauth.ending import Revoking
from studio.connectors.oauth.exchange import Exchange
from studio.connectors.oauth.keeping import Keeping
from studio.connectors.oauth.protocol import TIMEOUT_S
from studio.connectors.oauth.renewing import Renewing
from studio.connectors.service import waiting as waiting_connections
from studio.connectors.syncing import changes
from studio.connectors.syncing import purging as sync_purging
from studio.connectors.syncing.draining import Syncing
from studio.connectors.webhooks.checking import Checking
from studio.connectors.webhooks.purging import purge as forget_deliveries
from studio.connectors.webhooks.removing import Removing
from studio.connectors.webhooks.telling import Telling
from studio.connectors.webhooks.wanting import Wanting
from studio.core import outbox
from studio.core.crypto import Keyring
from studio.core.settings import Settings
from studio.core.unit_of_work import UnitOfWork
from studio.export import components
from studio.export.components import Reach
from studio.export.delivery import Delivery
from studio.export.service import waiting
from studio.runtime.document.bounds import check_payload
from studio.runtime.engine.engine import Engine
from studio.runtime.leases import NamedLeases
from studio.runtime.service import subscriptions
from studio.runtime.service.app_events import Told
from studio.runtime.service.causes import Source
from studio.runtime.sources import service as sources
from studio.runtime.sources import taking as source_events


def join_connections(engine: Engine, settings: Settings, keyring: Keyring) -> tuple[stepping.Reach, Connecting]:
    database, send = engine.database, engine.ports.http.send
    waiting_connections.join(engine.waits)
    engine.endings.withdraw[waiting_connections.KIND] = waiting_connections.forget
    exchange = Exchange(send, min(TIMEOUT_S, settings.database_patience_s / 4))
    reporting = Reporting(database)
    renewing = Renewing.over(database, keyring, exchange)
    keeping = Keeping(database, renewing, reporting, exchange, lambda: engine.hints.send("connections"))
    engine.add_drain("connections", keeping.drain, keeping.is_due)
    outbox.register(sessions.ENDS, sessions.end)
    Revoking(database, keyring, exchange).register()
    descriptions.join(database)
    reach = stepping.Reach(Accounts(database, keyring, send, renewing), reporting)
    stepping.join(reach)
    emitting.join(partial(_start_listeners, engine))
    _join_webhooks(engine, reach, settings.public_url, keyring)
    leases, hint = NamedLeases(database, engine.holder), partial(engine.hints.send, "syncs")
    tell = partial(changes.start_workflows, engine.app_events.anybody)
    syncing = Syncing(reach.accounts, leases, engine.targets, tell, hint)
    engine.add_drain("syncs", syncing.drain, syncing.is_due)
    engine.retention.of_workspaces.append(sync_purging.purge)
    return reach, Connecting(database, keyring, exchange, settings.public_url, settings.allowed_hosts)


def _join_webhooks(engine: Engine, reach: stepping.Reach, public_url: str, keyring: Keyring) -> None:
    database = engine.database
    wanting = Wanting(keyring, _listening)
    wanting.register()
    subscriptions.watch(emitting.EVENT, wanting.changed)
    sources.watch(emitting.EVENT, wanting.changed)
    Telling(database, keyring, reach.accounts, reach.reporting, public_url).register()
    Removing(database, keyring, engine.ports.http.send, public_url).register()
    checking = Checking(
        database, keyring, reach.accounts, reach.reporting, public_url, lambda: engine.hints.send("webhooks")
    )
    engine.add_drain("webhooks", checking.drain, checking.is_due)
    engine.retention.of_workspaces.append(forget_deliveries)


def _start_listeners(engine: Engine, uow: UnitOfWork, happened: emitting.Happened) -> emitting.Heard:
    """What happens at a connection is anybody's data until here."""
    check_payload(happened.data)
    told = Told(happened.type, happened.listens, happened.name, happened.data, happened.meta, happened.key)
    heard = engine.app_events.tell(uow, told, Source(None))
    kept = source_events.hear(uow, told.type, told.means, told.data, happened.meta)
    return emitting.Heard(heard.listeners + kept, heard.started)


def _listening(uow: UnitOfWork, kind: str) -> list[Mapping[str, Any]]:
    """What workflows and event sources ask of connections."""
    return [*subscriptions.active_of(uow, kind), *sources.listening(uow, kind)]


def join_export(engine: Engine, settings: Settings) -> Reach:
    components.load_all()
    ports = engine.ports
    waiting.join(ports.waits)
    engine.endings.withdraw[waiting.KIND] = waiting.forget
    reach = Reach(ports.http, ports.secrets, settings.data_dir / "exports", settings.allowed_hosts)
    leases = NamedLeases(engine.database, engine.holder)
    delivery = Delivery(engine.database, leases, reach, lambda: engine.hints.send("export"))
    engine.add_drain("export", delivery.drain, delivery.is_due)
    return reach
