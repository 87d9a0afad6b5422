"""What happens in Studio itself and may start a workflow: a run failed, an approval was decided."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.expressions import EvaluationError, ExpressionError, Scope, evaluate
from studio.runtime.compiled import Compiled
from studio.runtime.ledger.rows import RunRow
from studio.runtime.models import TriggerSubscription
from studio.runtime.service.starts import start


class AppEvents:
    """Starts the workflows that listen for an event, in the transaction that the event happens in."""

    def __init__(self, hint: Callable[[], None]) -> None:
        self._hint = hint

    def emit(self, uow: UnitOfWork, name: str, data: Mapping[str, Any], *, source: UUID | None = None) -> int:
        """Start every active listener; `source` is the workflow it happened in, which never hears itself."""
        found = select(TriggerSubscription).where(
            TriggerSubscription.type == "trigger.app_event", TriggerSubscription.active
        )
        started = 0
        for listener in uow.session.scalars(found):
            if listener.config.get("event") == name and listener.workflow_id != source and _wanted(listener, data):
                start(uow, listener, dict(data), self._hint, meta={"event": name})
                started += 1
        return started

    def run_failed(self, uow: UnitOfWork, run: RunRow, compiled: Compiled) -> None:
        """A live run has failed. One that an event itself started stays quiet, so that no chain feeds itself."""
        trigger = compiled.graph.nodes[run.trigger_node]
        if trigger.type == "trigger.app_event":
            return
        data = {
            "event": "run.failed",
            "run": {"id": str(run.id), "title": run.title},
            "workflow": {"id": str(compiled.workflow_id), "name": compiled.workflow_name},
            "error": run.error or {},
        }
        self.emit(uow, "run.failed", data, source=compiled.workflow_id)


def _wanted(listener: TriggerSubscription, data: Mapping[str, Any]) -> bool:
    source = listener.config.get("filter")
    if not source:
        return True
    try:
        return evaluate(source, Scope({"trigger": data})) is True
    except (EvaluationError, ExpressionError):
        return False
