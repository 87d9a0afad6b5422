"""Joins the outbox: jobs of mail, alerts, batches, backtests and shadows."""

from datetime import timedelta
from functools import partial

from studio.builder.backtest import going_on as backtests
from studio.builder.backtest import work as backtest_work
from studio.builder.shadow import watching as shadows
from studio.builder.shadow import work as shadow_work
from studio.contract.ports import Mailer
from studio.core import mail, outbox
from studio.core.holding import Hands
from studio.core.settings import Settings
from studio.oversight.alerts import hearing
from studio.oversight.alerts.telling import Post as Alarms
from studio.oversight.alerts.watching import Watching
from studio.runtime import notices
from studio.runtime.batches import doing as batch_hands
from studio.runtime.batches import service as batches
from studio.runtime.engine.engine import Engine
from studio.runtime.engine.execution.spans import Spans
from studio.runtime.engine.set_aside import SetAside
from studio.runtime.sources import taking as source_events

OUTBOX_KEPT = timedelta(days=7)
"""Done jobs are kept a week, for whoever asks whether a mail went out."""


def join_outbox(engine: Engine, settings: Settings, mailer: Mailer) -> None:
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
    engine.retention.of_workspaces.append(source_events.purge)
    outbox.register_outside(backtest_work.Worker.TOPIC, backtest_work.Worker(engine.database, engine.ports.calls))
    outbox.register_outside(shadow_work.Worker.TOPIC, shadow_work.Worker(engine.database, engine.ports.calls))
    engine.chores.append(shadows.Shadows(engine.database))
    engine.retention.of_workspaces.append(backtests.purge)
    outbox.on_enqueued = lambda: engine.hints.send("outbox")
    outbox.on_tried = Spans(engine.tracing).job if engine.tracing is not None else None
    database, hands = engine.database, Hands(engine.holder)
    engine.add_drain("outbox", lambda: outbox.drain(database, hands=hands), partial(outbox.is_due, database))
    engine.own_chores.append(lambda: outbox.take_up(database, hands))
    engine.retention.of_all.append(lambda _unit: outbox.purge(engine.database, OUTBOX_KEPT))
