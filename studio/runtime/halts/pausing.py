"""Pausing one workflow and resuming it; what it holds may be dropped."""

from typing import Any

from sqlalchemy import func, select, update

from studio.audit import record
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.halts.asking import Wanted, check_span, checked
from studio.runtime.halts.outcomes import Under
from studio.runtime.halts.policy import pace
from studio.runtime.models import Event, Halt, Run, Workflow
from studio.runtime.models.ledger import HELD, PARKED
from studio.runtime.outcomes import Verdict
from studio.runtime.service.workflows import target
from studio.runtime.standing import apply


def of(uow: UnitOfWork, workflow: Workflow) -> Halt | None:
    """Its pause, or the backlog that is being let go; None: it runs as usual."""
    return uow.session.get(Halt, workflow.id)


def pause(uow: UnitOfWork, workflow: Workflow, wanted: Wanted) -> Halt:
    """Let it stand still, or change how it does. Raises InvalidInput with the fields."""
    reason = checked(wanted, uow.now)
    if workflow.published_version_id is None:
        said = _("Publish the workflow first: there is no version yet that could run.")
        raise InvalidInput(said, code="not_published")
    row = _locked(uow, workflow)
    before = _said(row) if row is not None and row.resumed_at is None else {}
    if row is None:
        row = Halt(scope_id=workflow.id, workflow_id=workflow.id)
        uow.session.add(row)
    if not before:
        row.since, row.resumed_at, row.total, row.released = uow.now, None, 0, 0
    row.events, row.parks, row.parking = wanted.events.value, wanted.runs is Under.PARK, wanted.runs is Under.PARK
    row.reason, row.until = reason, wanted.until
    row.why = _("The workflow is paused: %(reason)s", reason=reason)
    row.by_id, row.by_name = uow.actor.user_id, uow.actor.name[:200]
    apply(uow, workflow.id)
    changes = {name: (before.get(name), now) for name, now in _said(row).items() if before.get(name) != now}
    record(uow, "workflow.paused", targets=[target(workflow)], changes=changes, metadata={"reason": reason})
    return row


def resume(uow: UnitOfWork, workflow: Workflow, over_s: int | None = None) -> Halt | None:
    """Let it go on. What has gathered is let go over so many seconds; None: as is usual for so much.

    Returns the backlog; None: there is none. Raises Conflict where it is not paused, InvalidInput.
    """
    check_span(over_s)
    row = _locked(uow, workflow)
    if row is None or row.resumed_at is not None:
        said = _("The workflow is not paused.")
        raise Conflict(said, code="workflow.not_paused", resource=f"workflow:{workflow.id}")
    row.parking, row.resumed_at, row.until = False, uow.now, None
    row.total, row.released = backlog(uow, workflow), 0
    row.per_s = pace(row.total, over_s)
    row.why = _("What was held in the pause is started first, in its order.")
    count = row.total
    if not count:
        uow.session.delete(row)
    apply(uow, workflow.id)
    record(uow, "workflow.resumed", targets=[target(workflow)], metadata={"backlog": count})
    return row if count else None


def drop(uow: UnitOfWork, workflow: Workflow) -> int:
    """Refuse what is held, and say so on each event. Returns how many those were. Raises Conflict for none."""
    _locked(uow, workflow)
    reason = _("%(name)s dropped what was held.", name=uow.actor.name)
    held = update(Event).where(Event.workflow_id == workflow.id, HELD).values(verdict=Verdict.REFUSED, reason=reason)
    count = uow.session.connection().execute(held).rowcount
    if not count:
        said = _("Nothing is held for this workflow.")
        raise Conflict(said, code="workflow.nothing_held", resource=f"workflow:{workflow.id}")
    record(uow, "workflow.held_dropped", targets=[target(workflow)], metadata={"events": count})
    return count


def backlog(uow: UnitOfWork, workflow: Workflow) -> int:
    """Parked runs and held events of a workflow. Counted by the indexes of just those."""
    events = select(func.count()).select_from(Event).where(Event.workflow_id == workflow.id, HELD)
    runs = select(func.count()).select_from(Run).where(Run.workflow_id == workflow.id, PARKED)
    return (uow.session.scalar(events) or 0) + (uow.session.scalar(runs) or 0)


def _locked(uow: UnitOfWork, workflow: Workflow) -> Halt | None:
    """Its row, which whoever lets go of the backlog holds as well."""
    uow.session.refresh(workflow, with_for_update=True)  # two who pause at once would both make the row
    return uow.session.get(Halt, workflow.id, with_for_update=True, populate_existing=True)


def _said(row: Halt) -> dict[str, Any]:
    return {
        "events": row.events, "runs": (Under.PARK if row.parks else Under.FINISH).value,
        "until": row.until.isoformat() if row.until else None, "reason": row.reason,
    }  # fmt: skip
