"""What happens in Studio itself and may start a workflow: a run failed, an approval was decided."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.db import json_dumps
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import EvaluationError, ExpressionError, Scope, evaluate
from studio.runtime.compiled import Compiled
from studio.runtime.ledger.rows import RunRow
from studio.runtime.models import TriggerSubscription
from studio.runtime.outcomes import Verdict
from studio.runtime.service.causes import CHAINED, LONGEST_CHAIN, Source, circle, source_of
from studio.runtime.service.dedup import Once
from studio.runtime.service.gathering import Arrived, gather
from studio.runtime.service.starts import Hint, start_or_turn_away, turn_away
from studio.runtime.triggers.app_event import AppEvent
from studio.runtime.triggers.deliveries import gather_key, key_of

TYPE = "trigger.app_event"
_LISTENED = "studio.app_events.listened"


class AppEvents:
    """Starts the workflows that listen for an event, in the transaction that the event happens in."""

    def __init__(self, hint: Hint) -> None:
        self._hint = hint

    def emit(self, uow: UnitOfWork, name: str, data: Mapping[str, Any], source: Source) -> int:
        """Start every active listener; a workflow never hears itself. Returns how many were started.

        Those that do not start, by their filter or because workflows start one another in a circle, keep the event.
        """
        found = select(TriggerSubscription).where(TriggerSubscription.type == TYPE, TriggerSubscription.active)
        found = found.order_by(TriggerSubscription.id)  # two events at once come to the same listeners in one order
        meta, started = {"event": name, "chain": source.chain + 1}, 0
        for listener in uow.session.scalars(found):
            if listener.settings.get("event") != name or listener.workflow_id == source.workflow_id:
                continue
            verdict, reason = verdict_of(listener, data, source)
            once = None
            if verdict is Verdict.STARTED:
                try:
                    once = _once(listener, data)
                except InvalidInput as error:
                    verdict, reason = Verdict.REFUSED, error.message
            if verdict is Verdict.STARTED and listener.settings.get("gather", "none") != "none":
                self._gather(uow, listener, dict(data), meta, once)
            elif verdict is Verdict.STARTED:
                run = start_or_turn_away(uow, listener, dict(data), self._hint, meta=meta, once=once)
                started += run is not None
            else:
                turn_away(uow, listener, dict(data), verdict, reason, meta)
        return started

    def _gather(
        self, uow: UnitOfWork, listener: TriggerSubscription, data: dict[str, Any], meta: Any, once: Once | None
    ) -> None:
        wishes = AppEvent.Config.model_validate(listener.settings)
        try:
            key = gather_key(wishes.gather_key, {"trigger": data})
        except InvalidInput as error:
            turn_away(uow, listener, data, Verdict.REFUSED, error.message, meta)
            return
        size = len(json_dumps(data))
        if once is None:
            gather(uow, listener.id, wishes, Arrived(data, key, size, meta))
        else:
            gather(uow, listener.id, wishes, Arrived(data, key, size, meta, once.key, once.seconds))

    def run_failed(self, uow: UnitOfWork, run: RunRow, compiled: Compiled) -> None:
        """A live run has failed. One that an event itself started stays quiet, so that no chain feeds itself."""
        trigger = compiled.graph.nodes[run.trigger_node]
        if trigger.type in CHAINED:
            return
        data = {
            "event": "run.failed",
            "run": {"id": str(run.id), "title": run.title},
            "workflow": {"id": str(compiled.workflow_id), "name": compiled.workflow_name},
            "error": run.error or {},
        }
        self.emit(uow, "run.failed", data, Source(compiled.workflow_id))

    def approval_decided(self, uow: UnitOfWork, data: Mapping[str, Any], run_id: UUID | None) -> None:
        """A request has ended, by a person or by the clock; `run_id` is the run that asked."""
        if _anybody_listens(uow):
            self.emit(uow, "approval.decided", {"event": "approval.decided", **data}, source_of(uow, run_id))


def _anybody_listens(uow: UnitOfWork) -> bool:
    """Whether any workflow starts on an event of Studio, asked once a unit: a hundred decisions may be one."""
    known = uow.session.info
    if _LISTENED not in known:
        listeners = select(TriggerSubscription.id).where(TriggerSubscription.type == TYPE, TriggerSubscription.active)
        known[_LISTENED] = uow.session.scalar(listeners.limit(1)) is not None
    return bool(known[_LISTENED])


def _once(listener: TriggerSubscription, data: Mapping[str, Any]) -> Once | None:
    """The key under which the event starts one run; None: the trigger names none. Raises InvalidInput."""
    settings = listener.settings
    if not settings.get("dedup_key"):
        return None
    return Once(key_of(settings["dedup_key"], Scope({"trigger": data})), settings.get("dedup_hours", 24) * 3600.0)


def verdict_of(listener: TriggerSubscription, data: Mapping[str, Any], source: Source) -> tuple[Verdict, str]:
    """Whether a listener starts on what happened, and if not why: a circle, or its own “Only if”."""
    if source.chain >= LONGEST_CHAIN:
        return Verdict.LIMITED, circle(source)
    condition = listener.settings.get("filter")
    if not condition:
        return Verdict.STARTED, ""
    try:
        if evaluate(condition, Scope({"trigger": data})) is True:
            return Verdict.STARTED, ""
    except (EvaluationError, ExpressionError) as error:
        return Verdict.FILTERED, _("Its “Only if” could not be answered: %(message)s", message=str(error))
    return Verdict.FILTERED, _("Its “Only if” was not true.")
