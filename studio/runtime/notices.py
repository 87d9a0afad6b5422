"""The owner is told by mail when runs fail: one mail for a group of failures, not one each."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from studio.accounts.models import User
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.compiled import Compiled
from studio.runtime.ledger.rows import RunRow
from studio.runtime.models import Run, Workflow
from studio.runtime.outcomes import RunState

GATHER = timedelta(minutes=1)
"""How long failures are gathered before the mail goes out."""
WINDOW = timedelta(hours=1)
"""One mail a workflow within this time."""


class FailureNotices:
    """Queues the notice in the transaction that fails a run; the failures of one hour share it."""

    TOPIC: ClassVar[str] = "run.failed"

    def __init__(self, mailer: Mailer, public_url: str) -> None:
        self._mailer, self._public_url = mailer, public_url

    def __call__(self, uow: UnitOfWork, run: RunRow, compiled: Compiled) -> None:
        """A live run has failed."""
        window = int(uow.now.timestamp() // WINDOW.total_seconds())
        outbox.enqueue(
            uow,
            self.TOPIC,
            key=f"{self.TOPIC}:{compiled.workflow_id}:{window}",
            payload={"workflow_id": str(compiled.workflow_id), "run_id": str(run.id), "window": window},
            due_at=uow.now + GATHER,
        )

    def tell(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Write the mail, from the rows as they are now."""
        workflow = uow.session.get(Workflow, UUID(payload["workflow_id"]))
        run = uow.session.get(Run, UUID(payload["run_id"]))
        owner = uow.session.get(User, workflow.owner_id) if workflow and workflow.owner_id else None
        if workflow is None or run is None or owner is None or owner.disabled_at is not None:
            return
        count = failures_since(uow, workflow.id, uow.now - WINDOW)
        error = (run.error or {}).get("message", "")
        subject = _("%(name)s failed", name=workflow.name)
        if count > 1:
            subject = _("%(name)s failed %(count)s times in the last hour", name=workflow.name, count=count)
        text = "\n\n".join((
            _("Hello %(name)s,", name=owner.name),
            subject + ".",
            _("The first one: %(title)s", title=run.title or str(run.id)),
            error,
            _("See what happened and re-run it: %(url)s", url=f"{self._public_url}/runs/{run.id}"),
            _("All failed runs: %(url)s",
              url=f"{self._public_url}/runs?workflow={workflow.id}&state=failed"),
        ))  # fmt: skip
        key = f"{self.TOPIC}:{workflow.id}:{payload['window']}"
        self._mailer.send(uow, key=key + ":mail", to=[owner.email], subject=subject, text=text)


def failures_since(uow: UnitOfWork, workflow_id: UUID, since: datetime) -> int:
    """How many runs of a workflow that began since then have failed."""
    found = select(func.count()).select_from(Run).where(Run.workflow_id == workflow_id, Run.id > first_id_at(since))
    return uow.session.execute(found.where(Run.state == RunState.FAILED)).scalar_one()
