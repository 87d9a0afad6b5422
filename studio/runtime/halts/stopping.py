"""Stopping everything in a workspace, and starting it again."""

from collections import Counter
from uuid import UUID

from sqlalchemy import delete, func, select

from studio.audit import Target, record
from studio.contract import gates
from studio.contract.gates import Act
from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.locking import lock
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.halts.asking import Wanted, check_span, checked
from studio.runtime.halts.outcomes import Events
from studio.runtime.halts.policy import pace
from studio.runtime.models import Event, Halt, Run
from studio.runtime.models.ledger import HELD, PARKED
from studio.runtime.standing import apply

STOP, START = "workspace.stop", "workspace.start"


def current(uow: UnitOfWork) -> Halt | None:
    """What stops the whole workspace; None: nothing does."""
    return uow.session.get(Halt, uow.workspace)


def stop(uow: UnitOfWork, wanted: Wanted) -> Halt:
    """From the commit on nothing goes out any more: runs are parked, events held or refused.

    Raises InvalidInput, StepUpNeeded (whoever does it proves who they are, whatever the policies say), Conflict where
    it is stopped already.
    """
    reason = checked(wanted, uow.now)
    _gated(uow, STOP, _("Stop everything: %(reason)s", reason=reason))
    _lock(uow)
    if current(uow) is not None:
        raise Conflict(_("Everything is stopped already."), code="workspace.stopped")
    row = Halt(
        scope_id=uow.workspace, workflow_id=None, events=wanted.events.value, parks=True, parking=True, reason=reason,
        why=_("Everything is stopped: %(reason)s", reason=reason), by_id=uow.actor.user_id,
        by_name=uow.actor.name[:200], since=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    apply(uow)
    metadata = {"reason": reason, "events": wanted.events.value}
    record(uow, "workspace.stopped", targets=[_target(uow)], metadata=metadata)
    return row


def start(uow: UnitOfWork, over_s: int | None = None) -> int:
    """Let everything go on; each workflow's backlog is spread over the same time. Workflows that are paused stay so.

    Returns how much has gathered. Raises InvalidInput, StepUpNeeded, Conflict where nothing is stopped.
    """
    check_span(over_s)
    if current(uow) is None:
        raise Conflict(_("Nothing is stopped."), code="workspace.not_stopped")
    _gated(uow, START, _("Let everything go on"))
    _lock(uow)
    row = uow.session.get(Halt, uow.workspace, with_for_update=True, populate_existing=True)
    if row is None:
        raise Conflict(_("Nothing is stopped."), code="workspace.not_stopped")
    uow.session.delete(row)
    uow.session.flush()
    total = spread(uow, gathered(uow), over_s, row)
    apply(uow)
    record(uow, "workspace.started", targets=[_target(uow)], metadata={"backlog": total})
    return total


def gathered(uow: UnitOfWork) -> Counter[UUID]:
    """Held events and parked runs by workflow."""
    found = Counter[UUID]()
    for table, which in ((Event, HELD), (Run, PARKED)):
        by = select(table.workflow_id, func.count()).where(which).group_by(table.workflow_id)
        found.update({row[0]: row[1] for row in uow.session.execute(by)})
    return found


def spread(uow: UnitOfWork, found: Counter[UUID], over_s: int | None, ended: Halt) -> int:
    """Begin to let go of what has gathered, of workflows that are not paused. Returns how much that is.

    `ended` says who and why, for those who look.
    """
    paused = set(uow.session.scalars(select(Halt.scope_id).where(Halt.resumed_at.is_(None))))
    counts = {workflow_id: count for workflow_id, count in found.items() if workflow_id not in paused and count}
    total = sum(counts.values())
    rate = pace(total, over_s)
    uow.session.execute(delete(Halt).where(Halt.scope_id.in_(counts)).execution_options(synchronize_session="fetch"))
    why = _("What was held in the pause is started first, in its order.")
    uow.session.add_all(
        Halt(
            scope_id=workflow_id, workflow_id=workflow_id, events=ended.events, parks=ended.parks, parking=False,
            reason=ended.reason, why=why, by_id=uow.actor.user_id, by_name=uow.actor.name[:200], since=ended.since,
            resumed_at=uow.now, total=count, released=0, per_s=rate * count / total,
        )
        for workflow_id, count in counts.items()
    )  # fmt: skip
    return total


def take_up(uow: UnitOfWork, workflow_id: UUID) -> None:
    """Begin to let go of what is left of a workflow that does not stand still any more."""
    _lock(uow)
    if current(uow) is not None or uow.session.get(Halt, workflow_id) is not None:
        return
    why = _("What was held in the pause is started first, in its order.")
    uow.session.add(
        Halt(
            scope_id=workflow_id, workflow_id=workflow_id, events=Events.HOLD.value, parks=False, parking=False,
            reason="", why=why, by_name=uow.actor.name[:200], since=uow.now, resumed_at=uow.now, total=0, released=0,
            per_s=0.0,
        )
    )  # fmt: skip


def _gated(uow: UnitOfWork, action: str, what: str) -> None:
    payload = {"workspace": str(uow.workspace), "action": action}
    gates.current().require(uow, Act(action, what, payload))
    gates.current().require_proof(uow, action, payload, what)


def _lock(uow: UnitOfWork) -> None:
    lock(uow.session, f"halt|{uow.workspace}")


def _target(uow: UnitOfWork) -> Target:
    return Target("workspace", str(uow.workspace), "")
