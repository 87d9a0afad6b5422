"""What happens in Studio itself and may start a workflow: a run failed, an approval was decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.contract.node import node_type
from studio.core.db import json_dumps
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import EvaluationError, ExpressionError, Scope, evaluate
from studio.runtime.compiled import Compiled
from studio.runtime.ledger.rows import RunRow
from studio.runtime.models import TriggerSubscription
from studio.runtime.outcomes import Verdict
from studio.runtime.service.causes import LONGEST_CHAIN, Source, circle, is_chained, source_of
from studio.runtime.service.dedup import Once
from studio.runtime.service.gathering import Arrived, gather
from studio.runtime.service.starts import Hint, start_or_turn_away, turn_away
from studio.runtime.triggers.deliveries import gather_key, key_of

TYPE = "trigger.app_event"
_LISTENED = "studio.app_events.listened"
KEPT_S = 30 * 86_400.0
"""How long the key that whoever tells gives an event is remembered."""


@dataclass(frozen=True, slots=True)
class Told:
    """What has happened, for triggers of one type."""

    type: str
    means: Callable[[Mapping[str, Any]], bool]
    """Whether a trigger with these settings is meant."""
    name: str
    data: Mapping[str, Any]
    meta: Mapping[str, Any] | None = None
    """Kept beside the event."""
    key: str | None = None
    """Repeats of it start no second run of a workflow; a trigger's own key counts before it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of it."""

    listeners: int
    started: int


class AppEvents:
    """Starts the workflows that listen for an event, in the transaction that the event happens in."""

    def __init__(self, hint: Hint) -> None:
        self._hint = hint

    def emit(self, uow: UnitOfWork, name: str, data: Mapping[str, Any], source: Source) -> int:
        """Start every active listener to an event of Studio; a workflow never hears itself. Returns how many started.

        Those that do not start, by their filter or because workflows start one another in a circle, keep the event.
        """
        return self.tell(uow, Told(TYPE, lambda settings: settings.get("event") == name, name, data), source).started

    def tell(self, uow: UnitOfWork, told: "Told", source: Source) -> "Heard":
        """The same for triggers of any type: those whose settings mean what happened."""
        found = select(TriggerSubscription).where(TriggerSubscription.type == told.type, TriggerSubscription.active)
        found = found.order_by(TriggerSubscription.id)  # two events at once come to the same listeners in one order
        meta = {"event": told.name, "chain": source.chain + 1, **(told.meta or {})}
        listeners = started = 0
        for listener in uow.session.scalars(found):
            if not told.means(listener.settings) or listener.workflow_id == source.workflow_id:
                continue
            listeners += 1
            started += self._tell(uow, listener, told, source, meta)
        return Heard(listeners, started)

    def _tell(
        self, uow: UnitOfWork, listener: TriggerSubscription, told: "Told", source: Source, meta: dict[str, Any]
    ) -> bool:
        data = dict(told.data)
        verdict, reason = verdict_of(listener, data, source)
        once = None
        if verdict is Verdict.STARTED:
            try:
                once = _once(listener, data, told.key)
            except InvalidInput as error:
                verdict, reason = Verdict.REFUSED, error.message
        if verdict is not Verdict.STARTED:
            turn_away(uow, listener, data, verdict, reason, meta)
            return False
        if listener.settings.get("gather", "none") != "none":
            self._gather(uow, listener, data, meta, once)
            return False
        return start_or_turn_away(uow, listener, data, self._hint, meta=meta, once=once) is not None

    def _gather(
        self, uow: UnitOfWork, listener: TriggerSubscription, data: dict[str, Any], meta: Any, once: Once | None
    ) -> None:
        kind = node_type(listener.type)
        wishes: Any = kind.Config.model_validate(listener.settings) if kind is not None else None
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
        if is_chained(trigger.type):
            return
        data = {
            "event": "run.failed",
            "run": {"id": str(run.id), "title": run.title},
            "workflow": {"id": str(compiled.workflow_id), "name": compiled.workflow_name},
            "error": run.error or {},
        }
        self.emit(uow, "run.failed", data, Source(compiled.workflow_id))

    def anybody(self, uow: UnitOfWork, type_: str) -> bool:
        """Whether any workflow has a trigger of a type, asked once a unit: a hundred decisions may be one."""
        known = uow.session.info.setdefault(_LISTENED, {})
        if type_ not in known:
            mine = TriggerSubscription.type == type_, TriggerSubscription.active
            known[type_] = uow.session.scalar(select(TriggerSubscription.id).where(*mine).limit(1)) is not None
        return bool(known[type_])

    def approval_decided(self, uow: UnitOfWork, data: Mapping[str, Any], run_id: UUID | None) -> None:
        """A request has ended, by a person or by the clock; `run_id` is the run that asked."""
        if self.anybody(uow, TYPE):
            self.emit(uow, "approval.decided", {"event": "approval.decided", **data}, source_of(uow, run_id))


def _once(listener: TriggerSubscription, data: Mapping[str, Any], key: str | None) -> Once | None:
    """The key under which the event starts one run; None: there is none. Raises InvalidInput."""
    settings = listener.settings
    if not settings.get("dedup_key"):
        return Once(key, KEPT_S) if key else None
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
