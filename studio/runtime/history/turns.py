"""What runs at the gate wait for, for those who look at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.flow import rows
from studio.runtime.flow.control import Control
from studio.runtime.flow.gcra import Rate
from studio.runtime.flow.policy import WHOLE, Stream
from studio.runtime.models import Halt, Run, TriggerSubscription, Workflow
from studio.runtime.models.ledger import AT_THE_GATE, ORDERED, PARKED
from studio.runtime.outcomes import Lane

MOST_AHEAD = 1_000
"""Runs before it that are counted for the time of its start."""


@dataclass(frozen=True, slots=True)
class Held:
    """Why a run has not started, or not gone on."""

    why: Literal["turn", "place", "rate", "soon", "paused", "stopped", "catching_up"]
    """Another run of its key is going · so many execute already · so many have started · the next look lets it pass ·
    its workflow is paused · everything is stopped · what a pause has gathered is let go, in its order."""
    run_id: UUID | None = None
    """The run whose turn it is."""
    named: str = ""
    """That run's title, or the key that both have; why it is paused or stopped."""
    limit: int = 0
    per_s: float = 0
    """How many may, and in which time."""
    at: datetime | None = None
    """When it starts, as far as that is known."""


def held(uow: UnitOfWork, run_ids: Sequence[UUID], *, exactly: bool = False) -> dict[UUID, Held]:
    """Why each of these runs waits; runs that neither stand at the gate nor are parked are left out.

    `exactly`: with the time, for a few.
    """
    if not run_ids:
        return {}
    waiting = (
        select(Run)
        .options(defer(Run.input), defer(Run.carried))
        .where(Run.id.in_(run_ids), AT_THE_GATE, Run.lane.in_((Lane.GATE, Lane.BACK)))
    )
    controls: dict[UUID, Control | None] = {}
    found = _parked(uow, run_ids)
    same: dict[tuple[str | None, str], Held] = {}
    for run in uow.session.scalars(waiting):
        if run.workflow_id not in controls:
            controls[run.workflow_id] = _control(uow, run.workflow_id)
        line = (run.gate_key, run.lane)
        if exactly or line not in same:
            same[line] = _why(uow, run, controls[run.workflow_id], exactly=exactly)
        found[run.id] = same[line]
    return found


def _parked(uow: UnitOfWork, run_ids: Sequence[UUID]) -> dict[UUID, Held]:
    parked = uow.session.execute(select(Run.id, Run.workflow_id).where(Run.id.in_(run_ids), PARKED)).all()
    scopes = {uow.workspace, *(row.workflow_id for row in parked)}
    halts = uow.session.scalars(select(Halt).where(Halt.scope_id.in_(scopes))) if parked else ()
    stands = {halt.scope_id: halt for halt in halts}
    return {row.id: _halted(stands.get(uow.workspace), stands.get(row.workflow_id)) for row in parked}


def _halted(stop: Halt | None, pause: Halt | None) -> Held:
    if stop is not None and stop.parking:
        return Held("stopped", named=stop.reason)
    if pause is None:
        return Held("soon")
    return Held("paused", named=pause.reason) if pause.parking else Held("catching_up")


def _control(uow: UnitOfWork, workflow_id: UUID) -> Control | None:
    live = select(TriggerSubscription.control).join(Workflow, Workflow.id == TriggerSubscription.workflow_id)
    live = live.where(Workflow.id == workflow_id, TriggerSubscription.version_id == Workflow.published_version_id)
    return Control.of(uow.session.execute(live.limit(1)).scalar())


def _why(uow: UnitOfWork, run: Run, control: Control | None, *, exactly: bool) -> Held:
    turn = _turn(uow, run) if control is not None and control.one is not None and run.lane == Lane.GATE else None
    if turn is not None:
        return turn
    if control is not None and control.at_once is not None and run.place_key is not None:
        limit: int = control.at_once["limit"]
        counted = rows.executing(uow.session, uow.workspace, run.workflow_id, [run.place_key])
        if counted.get(run.place_key, 0) >= limit:
            return Held("place", limit=limit)
    workspace = rows.workspace_limits(uow.session, uow.workspace)
    if workspace.at_once is not None:
        count = rows.executing_in(uow.session, uow.workspace, workspace.at_once)
        if count >= workspace.at_once:
            return Held("place", limit=workspace.at_once)
    if run.lane == Lane.BACK:
        return Held("soon")
    own: Stream = (run.workflow_id, run.rate_key or "")
    paces = [(control.pace if control is not None else None, own), (workspace.pace, WHOLE)]
    paced = (_paced(uow, run, pace, stream, exactly=exactly) for pace, stream in paces if pace is not None)
    return next((found for found in paced if found is not None), Held("soon"))


def _paced(uow: UnitOfWork, run: Run, pace: Rate, stream: Stream, *, exactly: bool) -> Held | None:
    tat = rows.tats(uow.session, uow.workspace, [stream]).get(stream)
    if tat is None or tat <= uow.now:
        return None
    at = tat + _ahead(uow, run) * pace.interval if exactly else None
    return Held("rate", limit=pace.limit, per_s=pace.per_s, at=at)


def _turn(uow: UnitOfWork, run: Run) -> Held | None:
    """The run that has the key, or the first of those that wait for it; None: it is this one's turn."""
    of_key = select(Run.id, Run.title).where(Run.workflow_id == run.workflow_id)
    going = of_key.where(Run.order_key == run.order_key, ORDERED).limit(1)
    first = of_key.where(Run.lane == Lane.GATE, Run.gate_key == run.gate_key, AT_THE_GATE)
    for one in (going, first.order_by(Run.created_at, Run.id).limit(1)):
        found = uow.session.execute(one).one_or_none()
        if found is not None and found.id != run.id:
            return Held("turn", found.id, found.title or run.order_key or "")
        if found is not None:
            return None
    return None


def _ahead(uow: UnitOfWork, run: Run) -> int:
    """How many of its line come before it."""
    before = select(Run.id).where(
        Run.workflow_id == run.workflow_id, Run.lane == run.lane, Run.gate_key == run.gate_key, AT_THE_GATE,
        Run.created_at < run.created_at,
    )  # fmt: skip
    return uow.session.scalar(select(func.count()).select_from(before.limit(MOST_AHEAD).subquery())) or 0
