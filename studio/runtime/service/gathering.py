"""Events that wait for one another: kept as they come, and started together once they are due, by one run."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from studio.contract import gathering as policy
from studio.core.errors import InvalidInput
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Event, EventDedup, Gathering, TriggerSubscription
from studio.runtime.outcomes import Verdict
from studio.runtime.service.dedup import Once, claim
from studio.runtime.service.starts import Hint, NotNow, start

AGAIN = timedelta(seconds=15)
"""A gathering that is due while its workflow is paused is looked at again after that."""
_EVENT = cast("Table", Event.__table__)
_GATHERING = cast("Table", Gathering.__table__)
_DEDUP = cast("Table", EventDedup.__table__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """One event, under the key by which it is gathered. `size` in bytes."""

    data: Any
    key: str
    size: int
    meta: dict[str, Any] | None = None
    dedup_key: str | None = None
    dedup_s: float = 86_400.0
    id: UUID = field(default_factory=new_id)


def gather(
    uow: UnitOfWork, subscription_id: UUID, wishes: policy.Wishes, event: Arrived
) -> tuple[Verdict, UUID | None]:
    """Keep an event until its time. A repeat is a duplicate, of the run that the first one started, if it has yet."""
    trigger = uow.session.get(TriggerSubscription, subscription_id)
    if trigger is None:
        return Verdict.REFUSED, None
    if not trigger.active:
        _write(uow, trigger, event, Verdict.REFUSED, reason=_("The workflow is turned off."))
        return Verdict.REFUSED, None
    if trigger.halt == "refuse":  # where events are held, gathering goes on: it keeps them, and starts nothing
        _write(uow, trigger, event, Verdict.REFUSED, reason=trigger.halt_why)
        return Verdict.REFUSED, None
    repeated = _repeats(uow, trigger, event)
    if repeated is not None:
        run_id = uow.session.scalar(select(_EVENT.c.run_id).where(_EVENT.c.id == repeated))
        _write(uow, trigger, event, Verdict.DUPLICATE, run_id=run_id)
        return Verdict.DUPLICATE, run_id
    gathering_id = _add(uow, trigger, wishes, event)
    _write(uow, trigger, event, Verdict.GATHERED, gathering_id=gathering_id)
    return Verdict.GATHERED, None


def start_due(uow: UnitOfWork, gathering_id: UUID, now: datetime, hint: Hint) -> UUID | None:
    """Start the run of what has been gathered, if that is due and nobody else is doing it. Returns the run's id.

    It runs the version that is published now. Where the trigger is off by now, the events are refused, and say so.
    """
    found = uow.session.get(Gathering, gathering_id, with_for_update={"skip_locked": True}, populate_existing=True)
    if found is None or found.due_at > now:
        return None
    members = update(_EVENT).where(_EVENT.c.gathering_id == found.id)
    trigger = uow.session.get(TriggerSubscription, found.subscription_id)
    if trigger is not None and trigger.active and trigger.halt is not None:
        found.due_at = now + AGAIN
        return None
    uow.session.delete(found)
    if trigger is None or not trigger.active:
        reason = _("The workflow was turned off before what had been gathered was to start.")
        uow.session.execute(members.values(verdict=Verdict.REFUSED, reason=reason))
        return None
    try:
        run = start(uow, trigger, _data(uow, found), hint, meta=_meta(uow, found))
    except (NotNow, InvalidInput) as error:  # the workflow's limits turn it away
        verdict = Verdict.LIMITED if isinstance(error, NotNow) else Verdict.REFUSED
        uow.session.execute(members.values(verdict=verdict, reason=error.message))
        return None
    uow.session.execute(members.values(run_id=run.id))
    fault_point("gathering.before_commit")
    return run.id


def of_workflow(uow: UnitOfWork, workflow_id: UUID, limit: int = 20) -> list[Gathering]:
    """What is being gathered for a workflow, what is due first at the top."""
    found = select(Gathering).where(Gathering.workflow_id == workflow_id).order_by(Gathering.due_at).limit(limit)
    return list(uow.session.scalars(found))


def _upsert(uow: UnitOfWork, table: Table) -> Any:
    return (sqlite if uow.session.get_bind().dialect.name == "sqlite" else postgresql).insert(table)


def _repeats(uow: UnitOfWork, trigger: TriggerSubscription, event: Arrived) -> UUID | None:
    """The event that this one repeats."""
    if event.dedup_key is None:
        return None
    # The run is named by the first event once it has started.
    if claim(uow, trigger.id, Once(event.dedup_key, event.dedup_s), event.id, event.id):
        return None
    first = select(_DEDUP.c.event_id).where(_DEDUP.c.subscription_id == trigger.id, _DEDUP.c.key == event.dedup_key)
    repeated: UUID = uow.session.execute(first).scalar_one()
    return repeated


def _add(uow: UnitOfWork, trigger: TriggerSubscription, wishes: policy.Wishes, event: Arrived) -> UUID:
    """Add to what has been gathered under its key, or begin. Locks the row, so that no run starts without it."""
    mine = select(Gathering).where(Gathering.subscription_id == trigger.id, Gathering.key == event.key)
    values = {"mode": wishes.gather, "most": wishes.most}
    while True:
        found = uow.session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one_or_none()
        if found is not None:
            found.count, found.size = found.count + 1, found.size + event.size
            found.mode, found.most = wishes.gather, wishes.most
            found.due_at = policy.due_at(wishes, policy.SoFar(found.count, found.size, found.first_at), uow.now)
            uow.session.flush()
            return found.id
        begun = policy.SoFar(1, event.size, uow.now)
        first = (
            _upsert(uow, _GATHERING)
            .values(
                id=new_id(), workspace_id=uow.workspace, workflow_id=trigger.workflow_id, subscription_id=trigger.id,
                key=event.key, count=1, size=event.size, first_at=uow.now,
                due_at=policy.due_at(wishes, begun, uow.now), **values,
            )
            .on_conflict_do_nothing(index_elements=["subscription_id", "key"])
            .returning(_GATHERING.c.id)
        )  # fmt: skip
        gathering_id: UUID | None = uow.session.execute(first).scalar()
        if gathering_id is not None:
            return gathering_id


def _write(uow: UnitOfWork, trigger: TriggerSubscription, event: Arrived, verdict: Verdict, **more: Any) -> None:
    uow.session.add(
        Event(
            id=event.id, workflow_id=trigger.workflow_id, subscription_id=trigger.id, type=trigger.type,
            verdict=verdict, dedup_key=event.dedup_key, body=event.data, meta=event.meta, received_at=uow.now, **more,
        )
    )  # fmt: skip


def _data(uow: UnitOfWork, found: Gathering) -> Any:
    bodies = select(Event.body).where(Event.gathering_id == found.id)
    if found.mode == "batch":
        kept = uow.session.scalars(bodies.order_by(Event.id)).all()
    else:
        kept = uow.session.scalars(bodies.order_by(Event.id.desc()).limit(1)).all()
    return policy.data_of(found.mode, kept, found.count, found.first_at)


def _meta(uow: UnitOfWork, found: Gathering) -> dict[str, Any]:
    """Of the last event; a run that workflows have started one another for stays one."""
    last = select(Event.meta).where(Event.gathering_id == found.id).order_by(Event.id.desc()).limit(1)
    return {**(uow.session.scalar(last) or {}), "gathered": found.count}
