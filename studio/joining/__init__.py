"""Joins ports to packages: with app.py, which adds all that is shown, the only place that knows them all."""

from functools import cache, partial
from importlib import import_module
from pkgutil import iter_modules
from typing import cast
from uuid import UUID

import structlog
from flask import Flask

from studio import models
from studio.accounts import letterhead
from studio.accounts.federation import attempts
from studio.accounts.federation.door import Door
from studio.accounts.service import purging
from studio.accounts.service.vault import SecretVault
from studio.api import purging as api_purging
from studio.approvals import asked_for
from studio.approvals.attaching import purging as attachments_purging
from studio.approvals.jobs import Post
from studio.approvals.port import ApprovalsPort
from studio.approvals.service import deciding
from studio.audit import chain
from studio.audit.sealing.closing import Sealer
from studio.connectors.service import letting_go
from studio.connectors.service import purging as connections_purging
from studio.connectors.webhooks.receiving import Receiver as WebhookReceiver
from studio.contract.ports import Mailer, Ports
from studio.core import db, mail, outbox, unit_of_work
from studio.core.crypto import Keyring
from studio.core.files import storing
from studio.core.http import HttpClient
from studio.core.settings import Settings
from studio.core.unit_of_work import Database, UnitOfWork
from studio.flags import forgetting
from studio.flags.serving import counting
from studio.guard import targets
from studio.guard.service import purging as guard_purging
from studio.joining.asking import join_approvals, join_elevation, join_guard, join_slack
from studio.joining.delivering import join_outbox
from studio.joining.departing import join_leaving
from studio.joining.filing import join_evidence, join_run_files
from studio.joining.flagging import join_flags
from studio.joining.reaching import join_connections, join_export
from studio.oversight import folding
from studio.oversight.evidence import making, needing
from studio.oversight.reports import adding
from studio.oversight.reports.post import Post as ReportPost
from studio.oversight.reviews.post import Post as ReviewPost
from studio.oversight.run_exports import service as run_exports
from studio.runtime.engine.audit_events import AuditFollowers
from studio.runtime.engine.engine import Engine
from studio.runtime.engine.execution.spans import Spans
from studio.runtime.erasure import working as erasing
from studio.runtime.hooks.addresses import Addresses
from studio.runtime.hooks.proving import Proving
from studio.runtime.hooks.receiving import Receiver
from studio.runtime.hooks.source_receiving import SourceReceiver
from studio.runtime.insights import facets
from studio.runtime.retention import holding as holding_runs
from studio.runtime.service import subscriptions
from studio.runtime.service.outputs import outputs_of
from studio.runtime.sources import handing_over
from studio.runtime.store import KvStore
from studio.runtime.turns import RunTurns

log = structlog.get_logger()


NODE_FOLDERS = (
    "studio.runtime.triggers", "studio.runtime.nodes", "studio.approvals.nodes", "studio.guard.nodes",
    "studio.export.nodes", "studio.connectors.nodes", "studio.connectors.triggers",
    "studio.flags.nodes", "studio.flags.triggers", "studio.oversight.nodes",
)  # fmt: skip
"""Folders whose modules are node types. A package's line is added with its first one."""


@cache
def load_node_types() -> None:
    """Import every node type, which registers it."""
    for folder in NODE_FOLDERS:
        for module in iter_modules(import_module(folder).__path__, folder + "."):
            import_module(module.name)


def headless(settings: Settings) -> Engine:
    """The engine of a process that shows nothing: no page, form or API is loaded for it."""
    app = Flask("studio")
    models.load_all()  # keys between tables are found by name, also where only pages use one of the two
    ground(app, settings)
    return join(app, settings)


def ground(app: Flask, settings: Settings) -> None:
    """What every process stands on: keys, databases, secrets, mail."""
    keyring = app.extensions["studio_keyring"] = Keyring.open(settings.data_dir)
    app.extensions["studio_settings"] = settings
    db.init_app(app, settings)
    database = unit_of_work.init_app(app)
    database.finishers.append(facets.finish)
    database.finishers.append(chain.finish)  # last: it takes the workspace's chain head
    app.extensions["studio_vault"] = SecretVault(database, keyring)
    app.extensions["studio_mailer"] = mail.Mailer(partial(letterhead.head, public_url=settings.public_url))


def join(app: Flask, settings: Settings) -> Engine:
    """Make the engine of this process and join it to what it runs."""
    load_node_types()
    targets.load()
    database = cast("Database", app.extensions["studio_database"])
    engine = Engine(settings, database)
    mailer = cast("Mailer", app.extensions["studio_mailer"])
    engine.join_ports(
        Ports(
            waits=engine.waits,
            approvals=ApprovalsPort(outputs_of),
            mailer=mailer,
            store=KvStore(),
            secrets=cast("SecretVault", app.extensions["studio_vault"]),
            http=HttpClient(settings.allowed_hosts),
            calls=engine.calls,
            turns=RunTurns(),
        )
    )
    app.extensions["studio_receiver"] = _receiver(engine)
    keyring = cast("Keyring", app.extensions["studio_keyring"])
    app.extensions["studio_webhooks"] = WebhookReceiver(database, keyring, engine.shedding.check)
    followers = AuditFollowers(database, engine.wake_main, lambda: engine.hints.send("audit_events"))
    engine.add_drain("audit_events", followers.drain, followers.is_due)
    join_outbox(engine, settings, mailer)
    join_approvals(engine, Post(mailer, settings.public_url))
    ReviewPost(mailer, settings.public_url).register()
    ReportPost(mailer, settings.public_url).register()
    app.extensions["studio_approvals"] = engine.ports.approvals
    join_guard(engine, mailer, settings.public_url)
    join_elevation(engine)
    app.extensions["studio_slack"] = join_slack(engine, settings, mailer, app.extensions["studio_keyring"])
    app.extensions["studio_export"] = join_export(engine, settings)
    reach, connecting = join_connections(engine, settings, app.extensions["studio_keyring"])
    app.extensions["studio_connections"], app.extensions["studio_connecting"] = reach, connecting
    app.extensions["studio_door"] = Door(
        database, keyring, engine.ports.http.send, settings.public_url, settings.allowed_hosts
    )
    join_flags(engine)
    join_evidence(engine, app.extensions["studio_keyring"])
    app.extensions["studio_archive"] = join_run_files(engine, settings)
    deciding.on_vote = partial(_answered, Spans(engine.tracing))
    engine.chores.append(Sealer(database, app.extensions["studio_keyring"]))
    outbox.register(erasing.TOPIC, erasing.work)
    holding_runs.hold("approvals", asked_for.of_runs)
    holding_runs.hold("evidence", needing.of_runs)
    _join_retention(engine)
    join_leaving()
    engine.declare()
    app.extensions["studio_engine"] = engine
    return engine


def _join_retention(engine: Engine) -> None:
    """What is kept no longer than it is needed, package by package."""
    engine.retention.of_all += [purging.purge, guard_purging.purge]
    engine.retention.of_workspaces += [
        attempts.purge,
        api_purging.purge,
        folding.fold,
        adding.add_up,
        making.purge,
        run_exports.purge,
        storing.purge,
        attachments_purging.purge,
        guard_purging.purge_passes,
        connections_purging.purge,
        letting_go.purge,
        counting.forget,
        forgetting.forget,
    ]


def _answered(spans: Spans, uow: UnitOfWork, run_id: UUID, user_id: UUID) -> None:
    """Runs are found by who answered for them, and their traces tell when."""
    facets.note(uow, run_id, facets.Facet.APPROVER, user_id)
    spans.answered(uow, run_id)


def _receiver(engine: Engine) -> Receiver:
    subscriptions.inherit(handing_over.take_over)
    proving = Proving(engine.ports.secrets, count_forged=lambda: log.warning("webhook_forged"))
    return Receiver(
        engine.database,
        Addresses(engine.database),
        engine.shedding.check,
        engine.admitting.accept,
        engine.answers,
        proving,
        SourceReceiver(engine.database, engine.shedding.check, proving),
        tracing=engine.tracing,
    )
