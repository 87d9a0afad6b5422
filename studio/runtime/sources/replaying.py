"""An event of a source given to a published workflow, by the way that every event takes there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.audit import record
from studio.audit.taxonomy import sources as actions
from studio.contract.node import node_type
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import Scope
from studio.runtime.models import EventSource, SourceEvent, TriggerSubscription, Workflow
from studio.runtime.outcomes import Verdict
from studio.runtime.service.app_events import verdict_of
from studio.runtime.service.causes import Source
from studio.runtime.service.dedup import Once
from studio.runtime.service.gathering import Arrived, gather
from studio.runtime.service.starts import Hint, NotNow, Paused, Repeated, start, turn_away
from studio.runtime.service.workflows import target as workflow_target
from studio.runtime.sources.service import CONNECTION, WEBHOOK, target
from studio.runtime.triggers.deliveries import dedup_key, gather_key, key_of
from studio.runtime.triggers.webhook import Webhook

MOST = 200


@dataclass(frozen=True, slots=True)
class Listener:
    """A published trigger of the same kind as a source."""

    workflow: Workflow
    trigger: TriggerSubscription


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of the event at the workflow."""

    verdict: Verdict
    reason: str | None
    run_id: UUID | None


def listeners(uow: UnitOfWork, source: EventSource) -> Sequence[Listener]:
    """Whom its events can be replayed to: workflows that are on and would hear the same kind; by name."""
    found = (
        select(Workflow, TriggerSubscription)
        .join(TriggerSubscription, TriggerSubscription.workflow_id == Workflow.id)
        .where(TriggerSubscription.type == source.type, TriggerSubscription.active, Workflow.archived_at.is_(None))
        .order_by(Workflow.name, TriggerSubscription.node_key)
        .limit(MOST)
    )
    return [Listener(*row) for row in uow.session.execute(found) if _hears(row[1], source)]


def replay(
    uow: UnitOfWork, source: EventSource, event: SourceEvent, workflow_id: UUID, node_key: str | None, hint: Hint
) -> Replayed:
    """As if it had just arrived there: its own “Only if”, keys and limits count, and what a pause does.

    Raises NotFound where the workflow has no such trigger of this kind, Conflict where that is off.
    """
    trigger = _trigger(uow, source, workflow_id, node_key)
    meta: dict[str, Any] = {"source_event": str(event.id), "by": uow.actor.name}
    done = _deliver(uow, trigger, event, meta, hint)
    workflow = uow.session.get_one(Workflow, workflow_id)
    facts = {"workflow": str(workflow_id), "event": str(event.id), "verdict": done.verdict.value}
    record(uow, actions.SOURCE_REPLAYED, targets=[target(source), workflow_target(workflow)], metadata=facts)
    return done


def _trigger(uow: UnitOfWork, source: EventSource, workflow_id: UUID, node_key: str | None) -> TriggerSubscription:
    mine = TriggerSubscription.workflow_id == workflow_id, TriggerSubscription.type == source.type
    found = uow.session.scalars(select(TriggerSubscription).where(*mine).order_by(TriggerSubscription.node_key))
    rows = [row for row in found if (not node_key or node_key == row.node_key) and _hears(row, source)]
    if not rows:
        words = _("This workflow has no published trigger that hears what the source hears.")
        raise NotFound(words, resource=f"workflow:{workflow_id}")
    trigger = next((row for row in rows if row.active), None)
    if trigger is None:
        words = _("The workflow is turned off, so nothing was started. Turn it on first.")
        raise Conflict(words, code="workflow.off", resource=f"workflow:{workflow_id}")
    return trigger


def _hears(trigger: TriggerSubscription, source: EventSource) -> bool:
    if source.type != CONNECTION:
        return True
    theirs, ours = trigger.settings, source.settings
    asked = [("connection", None), ("event", "order.created")]
    return all(theirs.get(name, usual) == ours.get(name, usual) for name, usual in asked)


def _deliver(
    uow: UnitOfWork, trigger: TriggerSubscription, event: SourceEvent, meta: dict[str, Any], hint: Hint
) -> Replayed:
    data = event.body
    verdict, reason = verdict_of(trigger, data, Source(None)) if isinstance(data, dict) else (Verdict.STARTED, "")
    once = None
    if verdict is Verdict.STARTED:
        try:
            once = _once(trigger, event)
            if trigger.settings.get("gather", "none") != "none":
                return _gathered(uow, trigger, event, once, meta)
        except InvalidInput as error:
            verdict, reason = Verdict.REFUSED, error.message
    if verdict is not Verdict.STARTED:
        turn_away(uow, trigger, data, verdict, reason, meta)
        return Replayed(verdict, reason, None)
    return _started(uow, trigger, data, meta, once, hint)


def _started(
    uow: UnitOfWork, trigger: TriggerSubscription, data: Any, meta: dict[str, Any], once: Once | None, hint: Hint
) -> Replayed:
    key = once.key if once is not None else None
    try:
        return Replayed(Verdict.STARTED, None, start(uow, trigger, data, hint, meta=meta, once=once).id)
    except Paused as error:
        done = Replayed(error.verdict, error.message, None)
    except Repeated as error:
        done, key = Replayed(Verdict.DUPLICATE, None, error.run_id), None
    except NotNow as error:
        done, key = Replayed(Verdict.LIMITED, error.message, error.limited.run_id), None
    except InvalidInput as error:
        done, key = Replayed(Verdict.REFUSED, error.message, None), None
    turn_away(uow, trigger, data, done.verdict, done.reason, meta, done.run_id, key)
    return done


def _once(trigger: TriggerSubscription, event: SourceEvent) -> Once | None:
    """The key under which the workflow tells repeats apart. Raises InvalidInput."""
    settings = trigger.settings
    if trigger.type == WEBHOOK:
        config = Webhook.Config.model_validate(settings)
        key = dedup_key(config, event.body, event.headers or {}, event.query or {})
        return Once(key, config.dedup_hours * 3600.0) if key else None
    if not settings.get("dedup_key"):
        return None
    return Once(key_of(settings["dedup_key"], Scope({"trigger": event.body})), settings.get("dedup_hours", 24) * 3600.0)


def _gathered(
    uow: UnitOfWork, trigger: TriggerSubscription, event: SourceEvent, once: Once | None, meta: dict[str, Any]
) -> Replayed:
    kind = node_type(trigger.type)
    config: Any = kind.Config.model_validate(trigger.settings) if kind is not None else None
    roots = {"trigger": event.body, "headers": event.headers or {}, "query": event.query or {}}
    key = gather_key(config.gather_key, roots)
    arrived = Arrived(event.body, key, event.size, meta)
    if once is not None:
        arrived = Arrived(event.body, key, event.size, meta, once.key, once.seconds)
    verdict, run_id = gather(uow, trigger.id, config, arrived)
    return Replayed(verdict, trigger.halt_why if verdict is Verdict.REFUSED else None, run_id)
