"""Failed runs, and runs that need a person, are reported: whom that is told is said by the workspace's alert rules."""

from typing import Any
from uuid import UUID

from studio.contract import alerting
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.compiled import Compiled
from studio.runtime.ledger.rows import RunRow
from studio.runtime.models import Run
from studio.runtime.outcomes import STUCK, RunState

FAILING, WAITING = "workflow.failing", "run.needs_a_look"
"""Kinds of alert."""


def failed(uow: UnitOfWork, run: RunRow, compiled: Compiled) -> None:
    """A live run has failed after its last try, or needs a person to say whether a call arrived."""
    _report(uow, compiled.workflow_id, run.id, run.state)


def aside(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """A live run was set aside, and nobody has decided meanwhile. A job of the outbox."""
    run = uow.session.get(Run, UUID(payload["run_id"]))
    if run is not None and run.state == RunState.QUARANTINED:
        _report(uow, run.workflow_id, run.id, run.state)


def _report(uow: UnitOfWork, workflow_id: UUID, run_id: UUID, state: str) -> None:
    kind = WAITING if state in STUCK else FAILING
    alerting.report(uow, kind, workflow_id, {"run_id": str(run_id), "state": str(state)}, gather=True)
