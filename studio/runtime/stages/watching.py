"""Looks at staged versions again and again, and takes back what fails too often. Under the sweeper's lease."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select

from studio.contract import alerting
from studio.core import clock
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime.models import TriggerSubscription, Workflow
from studio.runtime.stages import ending, reading
from studio.runtime.stages.policy import Outcome, Rule, fails_too_often

RETURNED = "workflow.returned"
"""The kind of alert."""
REST_S = 10.0
MOST = 100
"""Workflows in one look; the others come in the next."""
_FIRST = UUID(int=0)
log = structlog.get_logger(__name__)


class Stages:
    """Called at every sweep."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rest_until = 0.0
        self._after = _FIRST

    def __call__(self, _now: datetime) -> None:
        """Look at the next ones, where the last look is long enough ago."""
        if clock.monotonic() >= self._rest_until:
            self._rest_until = clock.monotonic() + REST_S
            self.look()

    def look(self) -> None:
        """At the next ones. Which are staged is asked of the triggers' rows, by an index of those alone."""
        row = TriggerSubscription
        staged = select(row.workspace_id, row.workflow_id).where(row.staged_version_id.is_not(None))
        page = staged.where(row.workflow_id > self._after).distinct().order_by(row.workflow_id).limit(MOST)
        with self._database.across(read_only=True) as unit:
            found = unit.session.execute(page).all()
        self._after = found[-1].workflow_id if len(found) == MOST else _FIRST
        for one in found:
            try:
                with self._database.unit(one.workspace_id) as uow:
                    judge(uow, one.workflow_id)
            except Exception:  # one that cannot be judged must not keep the others from it
                log.exception("stage_not_judged", workflow_id=str(one.workflow_id))


def judge(uow: UnitOfWork, workflow_id: UUID) -> bool:
    """Take the staged version back where it fails too often, and say so to the workflow's owner."""
    stage = reading.current(uow, workflow_id)
    if stage is None:
        return False
    found = reading.side_by_side(uow, stage)
    if not fails_too_often(found.new, found.old, Rule(stage.min_runs, stage.points)):
        return False
    workflow = uow.session.get_one(Workflow, workflow_id, with_for_update=True)
    going_on = reading.current(uow, workflow_id, lock=True)
    same = going_on is not None and going_on.id == stage.id
    ended = ending.end(uow, workflow, Outcome.RETURNED) if same else None
    if ended is None:  # somebody was faster; another may have begun
        return False
    facts = {
        "stage_id": str(stage.id), "number": stage.number, "before": stage.before_number, "new": asdict(ended.new),
        "old": asdict(ended.old),
    }  # fmt: skip
    alerting.report(uow, RETURNED, workflow_id, facts, mark=str(stage.id))
    return True
