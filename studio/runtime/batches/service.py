"""Batches: begun under the hash of what was looked at, worked turn by turn, paused, resumed, cancelled.

A turn is one job of the outbox and one transaction: what it has done with its runs, what it has noted of them and the
next turn commit together, so that whatever dies, no run is taken twice or left out.
"""

from collections.abc import Sequence
from datetime import timedelta, tzinfo
from typing import Any, ClassVar
from uuid import UUID

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from studio.audit import Target, record
from studio.core import outbox, tenancy
from studio.core.actor import Actor, ActorType
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.batches.doing import Hands, do
from studio.runtime.batches.planning import runs_of
from studio.runtime.batches.wanted import MOST_PER_MINUTE, ItemState, State, Wanted, hash_of, turn_of
from studio.runtime.models import Run, RunBatch, RunBatchItem

log = structlog.get_logger()

TOPIC = "run.batch"
KEPT = timedelta(days=90)
"""How long a finished batch is kept; the runs that it made are kept as runs are."""
_MOST_SHOWN = 200


def begin(
    uow: UnitOfWork, name: str, address: str, wanted: Wanted, *, per_minute: int, seen: str, zone: tzinfo
) -> RunBatch:
    """Begin with the runs that the filter finds. `seen`: the hash of the preview that was looked at.

    Raises InvalidInput for a name, pace or filter that is none, Conflict where other runs fit by now.
    """
    name = name.strip()
    if not 0 < len(name) <= 120:
        raise InvalidInput(_("Name it after the incident, in at most 120 letters."), code="batch.name", field="name")
    if not 1 <= per_minute <= MOST_PER_MINUTE:
        said = _("Between 1 and %(most)s runs a minute.", most=MOST_PER_MINUTE)
        raise InvalidInput(said, code="batch.pace", field="per_minute")
    found = runs_of(uow, address, zone)
    if seen != hash_of(wanted, found):
        raise Conflict(_("Other runs fit by now, or something else was chosen. Nothing was begun: look again."),
                       code="batch.plan_changed")  # fmt: skip
    batch = RunBatch(
        name=name, verb=wanted.verb, options=wanted.model_dump(mode="json"), filter=address, per_minute=per_minute,
        state=State.RUNNING, total=len(found), turn=0, done=0, refused=0, by_id=uow.actor.user_id,
        by_name=uow.actor.name, created_at=uow.now,
    )  # fmt: skip
    uow.session.add(batch)
    uow.session.flush()
    rows = [
        {"batch_id": batch.id, "run_id": run_id, "workspace_id": uow.workspace, "state": ItemState.PENDING}
        for run_id in found
    ]
    uow.session.execute(insert(RunBatchItem), rows)
    record(uow, "run.batch_started", targets=[target(batch)], metadata={
        "verb": wanted.verb.value, "runs": len(found), "filter": address, "per_minute": per_minute, "plan": seen,
        "repeats": wanted.repeats,
    })  # fmt: skip
    _enqueue(uow, batch, 0.0)
    return batch


def change(uow: UnitOfWork, batch_id: UUID, state: State) -> RunBatch:
    """Pause, resume or cancel. What was done stays done. Raises NotFound, Conflict where it is over."""
    batch = tenancy.get(uow.session, RunBatch, batch_id, "batch")
    uow.session.refresh(batch, with_for_update=True)
    allowed = {State.PAUSED: (State.RUNNING,), State.RUNNING: (State.PAUSED,),
               State.CANCELLED: (State.RUNNING, State.PAUSED)}  # fmt: skip
    if batch.state not in allowed.get(state, ()):
        raise Conflict(_("That is no longer possible: look at where it is."), code="batch.state",
                       resource=f"batch:{batch.id}")  # fmt: skip
    batch.state = state
    if state is State.RUNNING:
        _enqueue(uow, batch, 0.0)
    if state is State.CANCELLED:
        batch.finished_at = uow.now
    left = batch.total - batch.done - batch.refused
    record(uow, "run.batch_changed", targets=[target(batch)], metadata={"state": state.value, "left": left})
    return batch


def items(uow: UnitOfWork, batch_id: UUID, state: ItemState | None = None) -> list[RunBatchItem]:
    """The first of its runs, those that were refused before the others unless a state is asked for."""
    found = select(RunBatchItem).where(RunBatchItem.batch_id == batch_id)
    if state is not None:
        found = found.where(RunBatchItem.state == state)
    order = (RunBatchItem.state.desc(), RunBatchItem.run_id)
    return list(uow.session.scalars(found.order_by(*order).limit(_MOST_SHOWN)))


def titles(uow: UnitOfWork, found: Sequence[RunBatchItem]) -> dict[UUID, str]:
    """What its runs are called, of those that are still kept and have a name."""
    named = select(Run.id, Run.title).where(Run.id.in_([item.run_id for item in found]), Run.title != "")
    return {row.id: row.title for row in uow.session.execute(named)}


def batches(uow: UnitOfWork, before: UUID | None = None, limit: int = 50) -> list[RunBatch]:
    """Newest first."""
    found = select(RunBatch).order_by(RunBatch.id.desc()).limit(limit)
    if before is not None:
        found = found.where(RunBatch.id < before)
    return list(uow.session.scalars(found))


def purge(uow: UnitOfWork) -> None:
    """Let go of batches that were finished long ago."""
    old = select(RunBatch.id).where(RunBatch.finished_at < uow.now - KEPT).limit(20)
    ids = list(uow.session.scalars(old))
    if ids:
        uow.session.execute(delete(RunBatchItem).where(RunBatchItem.batch_id.in_(ids)))
        uow.session.execute(delete(RunBatch).where(RunBatch.id.in_(ids)))


def target(batch: RunBatch) -> Target:
    """How the audit trail names it."""
    return Target("run_batch", str(batch.id), batch.name)


def _enqueue(uow: UnitOfWork, batch: RunBatch, in_s: float) -> None:
    batch.turn += 1
    payload = {"batch_id": str(batch.id), "turn": batch.turn}
    due_at = uow.now + timedelta(seconds=in_s)
    outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{batch.id}:{batch.turn}", payload=payload, due_at=due_at)


class Worker:
    """Does the turns."""

    TOPIC: ClassVar[str] = TOPIC

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    def turn(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """One turn, in the unit of its job. A job of an earlier turn, or of a batch that is paused or over, is none."""
        batch = uow.session.get(RunBatch, UUID(payload["batch_id"]), with_for_update=True)
        if batch is None or batch.state != State.RUNNING or batch.turn != payload["turn"]:
            return
        uow.actor = Actor(ActorType.USER, str(batch.by_id or ""), batch.by_name, batch.by_id)
        count, pause_s = turn_of(batch.per_minute)
        pending = select(RunBatchItem).where(
            RunBatchItem.batch_id == batch.id, RunBatchItem.state == ItemState.PENDING
        )  # fmt: skip
        found = list(uow.session.scalars(pending.order_by(RunBatchItem.run_id).limit(count)))
        wanted = Wanted.model_validate(batch.options)
        for item in found:
            self._do(uow, batch, item, wanted)
        if batch.done + batch.refused >= batch.total:
            batch.state, batch.finished_at = State.DONE, uow.now
        else:
            _enqueue(uow, batch, pause_s)
        fault_point("batch.before_commit")

    def _do(self, uow: UnitOfWork, batch: RunBatch, item: RunBatchItem, wanted: Wanted) -> None:
        try:
            with uow.part():
                run = tenancy.get(uow.session, Run, item.run_id, "run")
                item.again_id = do(uow, run, wanted, self._hands)
        except StudioError as error:
            item.again_id, item.state, item.reason = None, ItemState.REFUSED, error.message
            batch.refused += 1
            return
        except SQLAlchemyError:
            raise  # the whole turn is tried again
        except Exception:  # one run that breaks something must not keep the others from their turn
            log.exception("batch_item_failed", batch_id=str(batch.id), run_id=str(item.run_id))
            item.again_id, item.state = None, ItemState.REFUSED
            item.reason = _("Studio made a mistake here; its log has more.")
            batch.refused += 1
            return
        item.state = ItemState.DONE
        batch.done += 1
