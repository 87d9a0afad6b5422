"""The owner is told by mail when runs fail: at most two mails an hour and workflow, and no failure goes untold."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select

from studio.accounts.models import User
from studio.accounts.speaking import speaking_to
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.i18n import gettext as _
from studio.core.models import OutboxRow
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.compiled import Compiled
from studio.runtime.ledger.rows import RunRow
from studio.runtime.models import Run, Workflow
from studio.runtime.outcomes import RunState

GATHER = timedelta(minutes=1)
"""How long failures are gathered before the mail goes out."""
WINDOW = timedelta(hours=1)
"""Within this time a workflow's owner gets one mail soon, and one at its end about what failed after that."""


class FailureNotices:
    """Queues the notice in the transaction that fails a run; the failures of one hour share it."""

    TOPIC: ClassVar[str] = "run.failed"

    def __init__(self, mailer: Mailer, public_url: str) -> None:
        self._mailer, self._public_url = mailer, public_url

    def __call__(self, uow: UnitOfWork, run: RunRow, compiled: Compiled) -> None:
        """A live run has failed, or needs a person to say whether a call arrived."""
        self._queue(uow, compiled.workflow_id, run.id)

    def aside(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """A live run was set aside, and nobody has decided meanwhile. A job of the outbox."""
        run = uow.session.get(Run, UUID(payload["run_id"]))
        if run is not None and run.state == RunState.QUARANTINED:
            self._queue(uow, run.workflow_id, run.id)

    def _queue(self, uow: UnitOfWork, workflow_id: UUID, run_id: UUID) -> None:
        window = int(uow.now.timestamp() // WINDOW.total_seconds())
        key = f"{self.TOPIC}:{workflow_id}:{window}"
        payload = {"workflow_id": str(workflow_id), "run_id": str(run_id), "key": key}
        if outbox.enqueue(uow, self.TOPIC, key=key, payload=payload, due_at=uow.now + GATHER):
            return
        ends_at = datetime.fromtimestamp((window + 1) * WINDOW.total_seconds(), UTC)
        rest = {**payload, "after": key, "key": f"{key}:rest"}
        outbox.enqueue(uow, self.TOPIC, key=f"{key}:rest", payload=rest, due_at=ends_at + GATHER)

    def tell(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Write the mail, from the rows as they are now."""
        workflow = uow.session.get(Workflow, UUID(payload["workflow_id"]))
        run = uow.session.get(Run, UUID(payload["run_id"]))
        owner = uow.session.get(User, workflow.owner_id) if workflow and workflow.owner_id else None
        if workflow is None or run is None or owner is None or owner.disabled_at is not None:
            return
        since = _told_at(uow, payload["after"]) if "after" in payload else uow.now - WINDOW
        failed = _failed_since(uow, workflow.id, since)
        if "after" in payload:
            if not failed:
                return
            run = uow.session.get_one(Run, failed[0])
        with speaking_to(uow, owner):
            subject, text = self._words(workflow, run, owner, len(failed))
        self._mailer.send(uow, key=payload["key"] + ":mail", to=[owner.email], subject=subject, text=text)

    def _words(self, workflow: Workflow, run: Run, owner: User, failures: int) -> tuple[str, str]:
        """The subject and the text about one run, or about the first of several."""
        subject = _("%(name)s failed", name=workflow.name)
        if run.state == RunState.NEEDS_REVIEW:
            subject = _("A run of %(name)s needs a person", name=workflow.name)
        elif run.state == RunState.QUARANTINED:
            subject = _("A run of %(name)s was set aside", name=workflow.name)
        if failures > 1:
            subject = _("%(name)s failed %(count)s times within an hour", name=workflow.name, count=failures)
        error = (run.error or {}).get("message", "")
        text = "\n\n".join((
            _("Hello %(name)s,", name=owner.name),
            subject + ".",
            _("The first one: %(title)s", title=run.title or str(run.id)),
            error,
            _("See what happened and re-run it: %(url)s", url=f"{self._public_url}/runs/{run.id}"),
            _("All failed runs: %(url)s",
              url=f"{self._public_url}/runs?workflow={workflow.id}&state=failed&state=needs_review&state=quarantined"),
        ))  # fmt: skip
        return subject, text


def _told_at(uow: UnitOfWork, key: str) -> datetime:
    """When the first mail of the hour was written: what failed later is not in it."""
    done_at = uow.session.scalar(select(OutboxRow.done_at).where(OutboxRow.key == key))
    return done_at or uow.now - WINDOW


def _failed_since(uow: UnitOfWork, workflow_id: UUID, since: datetime) -> Sequence[UUID]:
    """Runs of a workflow that failed or came to need a person since then, however long ago they began, in order."""
    states = (RunState.FAILED, RunState.NEEDS_REVIEW, RunState.QUARANTINED)
    failed = select(Run.id).where(Run.workflow_id == workflow_id, Run.state.in_(states))
    return uow.session.scalars(failed.where(Run.finished_at > since).order_by(Run.finished_at, Run.id)).all()
