"""Joins ports to packages: with app.py, which adds all that is shown, the only place that knows them all."""

from datetime import timedelta
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from typing import cast
from uuid import UUID

import structlog
from flask import Flask

from studio import models
from studio.accounts import elevation, letterhead
from studio.accounts.departing import AccountsPart
from studio.accounts.federation import attempts
from studio.accounts.federation.door import Door
from studio.accounts.service import purging, seat_changes
from studio.accounts.service.vault import SecretVault
from studio.api import purging as api_purging
from studio.approvals import asked_for, askers
from studio.approvals.attaching import purging as attachments_purging
from studio.approvals.departing.part import ApprovalsPart
from studio.approvals.jobs import Post
from studio.approvals.outcomes import Outcome
from studio.approvals.port import ApprovalsPort
from studio.approvals.service import deciding, gathering, leaving, seats, withdraw_for_wait
from studio.approvals.slack.channels import Channels
from studio.approvals.slack.posting import Posting
from studio.approvals.slack.pressing import Pressing
from studio.approvals.slack.wire import Slack
from studio.audit import chain
from studio.audit.sealing.closing import Sealer
from studio.builder import departing as builder_leaving
from studio.builder.backtest import going_on as backtests
from studio.builder.backtest import work as backtest_work
from studio.connectors.calling import stepping
from studio.connectors.calling.opening import Accounts
from studio.connectors.calling.reporting import Reporting
from studio.connectors.departing import ConnectionsPart
from studio.connectors.hooks import emitting
from studio.connectors.library import reach as descriptions
from studio.connectors.oauth import sessions
from studio.connectors.oauth.connecting import Connecting
from studio.connectors.oauth.ending import Revoking
from studio.connectors.oauth.exchange import Exchange
from studio.connectors.oauth.keeping import Keeping
from studio.connectors.oauth.protocol import TIMEOUT_S
from studio.connectors.oauth.renewing import Renewing
from studio.connectors.service import letting_go
from studio.connectors.service import purging as connections_purging
from studio.connectors.service import waiting as waiting_connections
from studio.connectors.syncing import changes
from studio.connectors.syncing import purging as sync_purging
from studio.connectors.syncing.draining import Syncing
from studio.connectors.webhooks.checking import Checking
from studio.connectors.webhooks.purging import purge as forget_deliveries
from studio.connectors.webhooks.receiving import Receiver as WebhookReceiver
from studio.connectors.webhooks.removing import Removing
from studio.connectors.webhooks.telling import Telling
from studio.connectors.webhooks.wanting import Wanting
from studio.contract import gates, proving
from studio.contract import leaving as leaving_parts
from studio.contract.ports import Mailer, Ports
from studio.core import db, mail, outbox, unit_of_work
from studio.core.crypto import Keyring
from studio.core.files import storing
from studio.core.holding import Hands
from studio.core.http import HttpClient
from studio.core.ids import parse_id
from studio.core.settings import Settings
from studio.core.unit_of_work import Database, UnitOfWork
from studio.export import components
from studio.export import departing as export_leaving
from studio.export.components import Reach
from studio.export.delivery import Delivery
from studio.export.service import waiting
from studio.flags import emitting as flag_events
from studio.flags import forgetting
from studio.flags.departing import FlagsPart
from studio.flags.experimenting import asking as experiment_asking
from studio.flags.experimenting import deciding as experiment_deciding
from studio.flags.experimenting import driving as experiments
from studio.flags.experimenting import waiting as experiment_waiting
from studio.flags.experimenting.ticking import Ticking as ExperimentTicking
from studio.flags.rollouts import asking as rollout_asking
from studio.flags.rollouts import driving as rollouts
from studio.flags.rollouts import waiting as rollout_waiting
from studio.flags.rollouts.ticking import Ticking
from studio.flags.service import environments as flag_environments
from studio.flags.service import owning
from studio.flags.service import recording as flag_changes
from studio.flags.serving import counting
from studio.guard import acting as guard_acting
from studio.guard import proving as guard_proving
from studio.guard import targets
from studio.guard.departing import GuardPart
from studio.guard.elevation import asking as elevated_asking
from studio.guard.elevation import ending as elevated_ending
from studio.guard.elevation import rows as elevated_rows
from studio.guard.elevation import running as elevated_running
from studio.guard.elevation import using
from studio.guard.gates import GuardGates
from studio.guard.service import holding, passing
from studio.guard.service import purging as guard_purging
from studio.guard.settings import service as protected_settings
from studio.oversight import folding
from studio.oversight.alerts import hearing
from studio.oversight.alerts import slack as alerts_in_slack
from studio.oversight.alerts.slack import AlertsInSlack
from studio.oversight.alerts.telling import Post as Alarms
from studio.oversight.alerts.watching import Watching
from studio.oversight.evidence import making, needing
from studio.oversight.evidence import service as evidence
from studio.oversight.leaving.alerting import AlertsPart
from studio.oversight.leaving.reviewing import ReviewsPart
from studio.oversight.reports import adding
from studio.oversight.reports.post import Post as ReportPost
from studio.oversight.reviews.post import Post as ReviewPost
from studio.oversight.run_exports import making as run_files
from studio.oversight.run_exports import service as run_exports
from studio.runtime import notices
from studio.runtime.archive.erasing import ErasingArchives
from studio.runtime.archive.places import Reach as ArchiveReach
from studio.runtime.archive.working import Archiving
from studio.runtime.batches import doing as batch_hands
from studio.runtime.batches import service as batches
from studio.runtime.departing import WorkflowsPart
from studio.runtime.document.bounds import check_payload
from studio.runtime.engine.audit_events import AuditFollowers
from studio.runtime.engine.engine import Engine
from studio.runtime.engine.set_aside import SetAside
from studio.runtime.erasure import working as erasing
from studio.runtime.hooks.addresses import Addresses
from studio.runtime.hooks.receiving import Receiver
from studio.runtime.insights import facets
from studio.runtime.leases import NamedLeases
from studio.runtime.retention import holding as holding_runs
from studio.runtime.service import ending, subscriptions
from studio.runtime.service.app_events import Told
from studio.runtime.service.causes import Source, source_of
from studio.runtime.service.outputs import outputs_of
from studio.runtime.service.starters import starter_of
from studio.runtime.store import KvStore
from studio.runtime.turns import RunTurns

log = structlog.get_logger()

OUTBOX_KEPT = timedelta(days=7)
"""Done jobs are kept a week, for whoever asks whether a mail went out."""

NODE_FOLDERS = (
    "studio.runtime.triggers", "studio.runtime.nodes", "studio.approvals.nodes", "studio.guard.nodes",
    "studio.export.nodes", "studio.connectors.nodes", "studio.connectors.triggers",
    "studio.flags.nodes", "studio.flags.triggers", "studio.oversight.nodes",
)  # fmt: skip
"""Folders whose modules are node types. A package's line is added with its first one."""


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
    _join_outbox(engine, settings, mailer)
    _join_approvals(engine, Post(mailer, settings.public_url))
    ReviewPost(mailer, settings.public_url).register()
    ReportPost(mailer, settings.public_url).register()
    app.extensions["studio_approvals"] = engine.ports.approvals
    _join_guard(engine, mailer, settings.public_url)
    _join_elevation(engine)
    app.extensions["studio_slack"] = _join_slack(engine, settings, mailer, app.extensions["studio_keyring"])
    app.extensions["studio_export"] = _join_export(engine, settings)
    reach, connecting = _join_connections(engine, settings, app.extensions["studio_keyring"])
    app.extensions["studio_connections"], app.extensions["studio_connecting"] = reach, connecting
    app.extensions["studio_door"] = Door(
        database, keyring, engine.ports.http.send, settings.public_url, settings.allowed_hosts
    )
    _join_flags(engine)
    _join_evidence(engine, app.extensions["studio_keyring"])
    app.extensions["studio_archive"] = _join_run_files(engine, settings)
    deciding.on_vote = _answered
    engine.chores.append(Sealer(database, app.extensions["studio_keyring"]))
    outbox.register(erasing.TOPIC, erasing.work)
    holding_runs.hold("approvals", asked_for.of_runs)
    holding_runs.hold("evidence", needing.of_runs)
    engine.retention.of_all.append(purging.purge)
    engine.retention.of_all.append(guard_purging.purge)
    engine.retention.of_workspaces.append(attempts.purge)
    engine.retention.of_workspaces.append(api_purging.purge)
    engine.retention.of_workspaces.append(folding.fold)
    engine.retention.of_workspaces.append(adding.add_up)
    engine.retention.of_workspaces.append(making.purge)
    engine.retention.of_workspaces.append(run_exports.purge)
    engine.retention.of_workspaces.append(storing.purge)
    engine.retention.of_workspaces.append(attachments_purging.purge)
    engine.retention.of_workspaces.append(guard_purging.purge_passes)
    engine.retention.of_workspaces.append(connections_purging.purge)
    engine.retention.of_workspaces.append(letting_go.purge)
    engine.retention.of_workspaces.append(counting.forget)
    engine.retention.of_workspaces.append(forgetting.forget)
    _join_leaving()
    engine.declare()
    app.extensions["studio_engine"] = engine
    return engine


def _answered(uow: UnitOfWork, run_id: UUID, user_id: UUID) -> None:
    """Runs are found by who answered for them."""
    facets.note(uow, run_id, facets.Facet.APPROVER, user_id)


def _join_evidence(engine: Engine, keyring: Keyring) -> None:
    packs = making.Making(engine.database, keyring, lambda: engine.hints.send("evidence"))
    engine.add_drain("evidence", packs.drain, packs.is_due)
    evidence.on_asked = lambda: engine.hints.send("evidence")


def _join_run_files(engine: Engine, settings: Settings) -> ArchiveReach:
    """Files of runs: those that people ask for, and those of runs that are kept no longer."""
    files = run_files.Making(engine.database, lambda: engine.hints.send("run_exports"))
    engine.add_drain("run_exports", files.drain, files.is_due)
    run_exports.on_asked = lambda: engine.hints.send("run_exports")
    ports = engine.ports
    reach = ArchiveReach(ports.http, ports.secrets, settings.data_dir / "archive", settings.allowed_hosts)
    leases = NamedLeases(engine.database, engine.holder)
    archiving = Archiving(engine.database, reach, leases, lambda: engine.hints.send("archive"))
    engine.add_drain("archive", archiving.drain, archiving.is_due)
    ErasingArchives(engine.database, reach, leases).register()
    return reach


def _join_leaving() -> None:
    """In order: what runs wait for first, the seat last, since it ends whatever would still ask for it."""
    leaving_parts.join(
        [
            ApprovalsPart(), GuardPart(), WorkflowsPart(), ConnectionsPart(), FlagsPart(), ReviewsPart(),
            AlertsPart(),
            builder_leaving.PART, export_leaving.PART, AccountsPart(),
        ]
    )  # fmt: skip


def _receiver(engine: Engine) -> Receiver:
    return Receiver(
        engine.database,
        Addresses(engine.database),
        engine.shedding.check,
        engine.admitting.accept,
        engine.answers,
        engine.ports.secrets,
        count_forged=lambda: log.warning("webhook_forged"),
        tracing=engine.tracing,
    )


def _join_outbox(engine: Engine, settings: Settings, mailer: Mailer) -> None:
    mail.register(settings)
    engine.endings.failed.append(notices.failed)
    outbox.register(SetAside.TOPIC, notices.aside)
    engine.chores.append(SetAside(engine.database))
    hearing.register()
    Alarms(mailer, settings.public_url).register()
    engine.chores.append(Watching(engine.database))
    engine.retention.of_workspaces.append(hearing.purge)
    verbs = batch_hands.Hands(engine.versions, engine.wake_main, engine.endings.withdraw)
    outbox.register(batches.TOPIC, batches.Worker(verbs).turn)
    engine.retention.of_workspaces.append(batches.purge)
    outbox.register_outside(backtest_work.Worker.TOPIC, backtest_work.Worker(engine.database, engine.ports.calls))
    engine.retention.of_workspaces.append(backtests.purge)
    outbox.on_enqueued = lambda: engine.hints.send("outbox")
    database, hands = engine.database, Hands(engine.holder)
    engine.add_drain("outbox", lambda: outbox.drain(database, hands=hands), partial(outbox.is_due, database))
    engine.own_chores.append(lambda: outbox.take_up(database, hands))
    engine.retention.of_all.append(lambda _unit: outbox.purge(engine.database, OUTBOX_KEPT))


def _join_export(engine: Engine, settings: Settings) -> Reach:
    components.load_all()
    ports = engine.ports
    waiting.join(ports.waits)
    engine.endings.withdraw[waiting.KIND] = waiting.forget
    reach = Reach(ports.http, ports.secrets, settings.data_dir / "exports", settings.allowed_hosts)
    leases = NamedLeases(engine.database, engine.holder)
    delivery = Delivery(engine.database, leases, reach, lambda: engine.hints.send("export"))
    engine.add_drain("export", delivery.drain, delivery.is_due)
    return reach


def _join_connections(engine: Engine, settings: Settings, keyring: Keyring) -> tuple[stepping.Reach, Connecting]:
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
    wanting = Wanting(keyring, subscriptions.active_of)
    wanting.register()
    subscriptions.watch(emitting.EVENT, wanting.changed)
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
    return emitting.Heard(heard.listeners, heard.started)


def _join_flags(engine: Engine) -> None:
    def start(uow: UnitOfWork, happened: flag_events.Happened) -> None:
        told = Told(happened.type, happened.listens, happened.name, happened.data, happened.meta)
        engine.app_events.tell(uow, told, source_of(uow, happened.run_id))

    flag_events.join(start)
    flag_changes.watch("triggers", flag_events.changed)
    flag_changes.watch("rollouts", rollouts.switched)
    owning.register("rollouts", rollouts.owned)
    flag_environments.hold("rollouts", rollouts.keeps)
    rollout_asking.join(engine.ports.approvals)
    outbox.register(rollout_asking.WITHDRAW, rollout_asking.withdraw)
    rollout_waiting.join(engine.waits)
    rollouts.on_stop("runs", rollout_waiting.stopped)
    engine.endings.withdraw[rollout_waiting.KIND] = rollout_waiting.withdraw

    def hear(uow: UnitOfWork, ended: askers.Ended) -> None:
        agreed = ended.outcome in (Outcome.APPROVED, Outcome.BYPASSED)
        rollout_asking.answered(uow, UUID(ended.ref["rollout_id"]), ended.request_id, agreed=agreed)

    askers.register(rollout_asking.ASKER, askers.each(hear))
    leases, hint = NamedLeases(engine.database, engine.holder), partial(engine.hints.send, "rollouts")
    ticking = Ticking(engine.database, leases, hint)
    engine.add_drain("rollouts", ticking.drain, ticking.is_due)
    _join_experiments(engine, leases)


def _join_experiments(engine: Engine, leases: NamedLeases) -> None:
    flag_changes.watch("experiments", experiments.switched)
    owning.register("experiments", experiments.owned)
    flag_environments.hold("experiments", experiments.keeps)
    experiment_asking.join(engine.ports.approvals)
    outbox.register(experiment_asking.WITHDRAW, experiment_asking.withdraw)
    experiment_waiting.join(engine.waits)
    engine.endings.withdraw[experiment_waiting.KIND] = experiment_waiting.forget

    def hear(uow: UnitOfWork, ended: askers.Ended) -> None:
        agreed = ended.outcome in (Outcome.APPROVED, Outcome.BYPASSED)
        experiment_id = UUID(ended.ref["experiment_id"])
        experiment_deciding.answered(uow, experiment_id, ended.request_id, agreed=agreed, reason=ended.reason)

    askers.register(experiment_asking.ASKER, askers.each(hear))
    ticking = ExperimentTicking(engine.database, leases, partial(engine.hints.send, "experiments"))
    engine.add_drain("experiments", ticking.drain, ticking.is_due)


def _join_slack(engine: Engine, settings: Settings, mailer: Mailer, keyring: Keyring) -> Pressing:
    slack = Slack(engine.ports.http, settings.slack_api)
    channels = Channels(keyring, settings.allowed_hosts)
    posting = Posting(engine.database, slack, channels, mailer, settings.public_url)
    posting.register()
    AlertsInSlack(posting).register()
    return Pressing(posting, alerts_in_slack.BUTTONS)


def _join_guard(engine: Engine, mailer: Mailer, public_url: str) -> None:
    gates.join(GuardGates())
    proving.join(guard_proving.gaps)
    holding.join(engine.ports.approvals)
    protected_settings.join()

    def hear(uow: UnitOfWork, ended: askers.Ended) -> None:
        agreed = ended.outcome in (Outcome.APPROVED, Outcome.BYPASSED)
        holding.ended(uow, UUID(ended.ref["hold_id"]), agreed=agreed, reason=ended.reason)

    askers.register(holding.ASKER, askers.each(hear))
    passing.join(passing.Reach(engine.waits, engine.ports.approvals, mailer, public_url, starter_of, outputs_of))
    engine.endings.withdraw[passing.WAIT] = passing.withdraw
    engine.judge = guard_acting.judge

    def pass_on(uow: UnitOfWork, ended: askers.Ended) -> None:
        agreed = ended.outcome in (Outcome.APPROVED, Outcome.BYPASSED)
        passing.answered(
            uow, UUID(ended.ref["pass_id"]), outcome=ended.outcome.value, agreed=agreed, by=ended.by,
            by_email=ended.by_email,
        )  # fmt: skip

    askers.register(passing.ASKER, askers.each(pass_on))


def _join_elevation(engine: Engine) -> None:
    elevated_rows.join(engine.ports.approvals, engine.database, engine.waits)
    engine.endings.withdraw[elevated_running.WAIT] = elevated_running.withdraw
    elevation.join(using.find, elevated_ending.session_ended)
    engine.database.finishers.insert(0, using.recheck)
    seat_changes.listen("elevation", elevated_ending.seat_changed)
    outbox.register(elevated_rows.DUE, elevated_ending.due)

    def hear(uow: UnitOfWork, ended: askers.Ended) -> None:
        outcome = Outcome.APPROVED if ended.outcome is Outcome.BYPASSED else ended.outcome
        elevated_asking.decided(uow, UUID(ended.ref["elevation_id"]), outcome.value, ended.reason)

    askers.register(elevated_asking.ASKER, askers.each(hear))


def _join_approvals(engine: Engine, post: Post) -> None:
    post.register()
    askers.register(askers.RUN, askers.resume_run(engine.waits))
    askers.register(askers.PERSON, askers.nobody)
    askers.find_starters(starter_of)
    wake = gathering.wake(engine.waits)
    askers.register(askers.LATER, askers.each(lambda uow, ended: wake(uow, ended.request_id)), withdrawn=wake)
    engine.endings.withdraw["approval"] = withdraw_for_wait
    seat_changes.listen("approvals", seats.changed)
    engine.endings.withdraw[ending.OVER] = leaving.cancelled
    engine.endings.over = leaving.ended

    def emit(uow: UnitOfWork, ended: askers.Ended) -> None:
        data = {"title": ended.title, **ended.payload()}
        engine.app_events.approval_decided(uow, data, parse_id(ended.ref.get("run_id", "")))

    askers.watch("app_events", askers.each(emit))
