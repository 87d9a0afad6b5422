"""Where the newest run of a key wins: the older ones are cancelled as a person would cancel them."""

from uuid import UUID

import structlog

from studio.core.actor import Actor, ActorType
from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database
from studio.runtime.flow import rows
from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.models import Run, Workflow
from studio.runtime.service import runs
from studio.runtime.service.ending import Withdraw

log = structlog.get_logger()

MOST = 200
"""Keys of one workflow that one look comes to."""


class Replacing:
    """One per process."""

    def __init__(self, database: Database, withdraw: Withdraw) -> None:
        """`withdraw` ends what a run waits for, by the kind of the wait."""
        self._database, self._withdraw = database, withdraw

    def __call__(self, workspace_id: UUID, workflow_id: UUID) -> None:
        """Cancel every run whose key has a newer one. What ended meanwhile stays as it ended."""
        with self._database.across(read_only=True) as unit:
            found = rows.replaced(unit.session, workflow_id, MOST)
        for run_id, key, newest in found:
            try:
                self._cancel(workspace_id, workflow_id, run_id, key, newest)
            except Conflict:
                log.info("replaced_run_had_ended", run_id=str(run_id))

    def _cancel(self, workspace_id: UUID, workflow_id: UUID, run_id: UUID, key: str, newest: UUID) -> None:
        with self._database.unit(workspace_id, read_only=True) as unit:
            workflow = unit.session.get_one(Workflow, workflow_id)
        actor = Actor(ActorType.WORKFLOW, str(workflow_id), workflow.name)
        with self._database.unit(workspace_id, actor) as unit:
            run = unit.session.get_one(Run, run_id)
            reason = _("A newer run with the same key (%(key)s) took its place.", key=key or workflow.name)
            runs.cancel(unit, run, self._withdraw, reason)
            run.error = {"code": "run.replaced", "message": reason, "run_id": str(newest)}
            run.error_code, run.error_print = "run.replaced", fingerprint({"code": "run.replaced"})
