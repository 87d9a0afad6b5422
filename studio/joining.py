"""Joins ports to packages, with app.py the only place that knows them all."""

from importlib import import_module
from pkgutil import iter_modules
from typing import cast
from uuid import UUID

from flask import Flask

from studio.accounts.service.vault import SecretVault
from studio.approvals import askers
from studio.approvals.port import ApprovalsPort
from studio.approvals.service import withdraw_for_wait
from studio.audit import finish as finish_audit
from studio.contract.ports import Ports
from studio.core import mail, outbox
from studio.core.crypto import Keyring
from studio.core.http import HttpClient
from studio.core.settings import Settings
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime.engine.engine import Engine
from studio.runtime.notices import FailureNotices
from studio.runtime.store import KvStore

NODE_FOLDERS = ("studio.runtime.triggers", "studio.runtime.nodes", "studio.approvals.nodes")
"""Folders whose modules are node types. A package's line is added with its first one."""


def load_node_types() -> None:
    """Import every node type, which registers it."""
    for folder in NODE_FOLDERS:
        for module in iter_modules(import_module(folder).__path__, folder + "."):
            import_module(module.name)


def join(app: Flask, settings: Settings) -> Engine:
    """Make the engine of this process and join it to what it runs."""
    load_node_types()
    database = cast("Database", app.extensions["studio_database"])
    keyring = cast("Keyring", app.extensions["studio_keyring"])
    database.finishers.append(finish_audit)
    engine = Engine(settings, database)
    mailer = mail.Mailer()
    engine.join_ports(
        Ports(
            waits=engine.waits,
            approvals=ApprovalsPort(),
            mailer=mailer,
            store=KvStore(),
            secrets=SecretVault(database, keyring),
            http=HttpClient(settings.allowed_hosts),
        )
    )
    _join_outbox(engine, settings)
    _join_approvals(engine)
    engine.endings.failed.append(FailureNotices(settings.public_url))
    engine.declare()
    app.extensions["studio_engine"] = engine
    return engine


def _join_outbox(engine: Engine, settings: Settings) -> None:
    mail.register(settings)
    outbox.on_enqueued = lambda: engine.hints.send("outbox")
    engine.add_drain("outbox", lambda: outbox.drain(engine.database))


def _join_approvals(engine: Engine) -> None:
    askers.register(askers.RUN, askers.resume_run(engine.waits))
    engine.endings.withdraw["approval"] = withdraw_for_wait

    def emit(uow: UnitOfWork, ended: askers.Ended) -> None:
        source = ended.ref.get("workflow_id")
        data = {"event": "approval.decided", "title": ended.title, **ended.payload()}
        engine.app_events.emit(uow, "approval.decided", data, source=UUID(source) if source else None)

    askers.watch("app_events", emit)
