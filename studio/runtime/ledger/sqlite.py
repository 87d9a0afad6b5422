"""The ledger on SQLite: one writer at a time, so plain statements inside BEGIN IMMEDIATE keep the same promises."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, case, func, insert, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from studio.core import clock
from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.ledger import claim_sqlite as claiming
from studio.runtime.ledger.flush_sqlite import begin_steps, fence
from studio.runtime.ledger.payloads import pack
from studio.runtime.ledger.port import Flush
from studio.runtime.ledger.reading import read_recorded
from studio.runtime.ledger.rows import Accepted, Admission, Recorded, RunRow, StepRow, Waiting
from studio.runtime.models import Blob, Event, EventDedup, Halt, Run, Step, TriggerSubscription, WaitRow
from studio.runtime.outcomes import CLAIMED, COUNTED, LOST_AGAIN_S, LOST_LEASES, Lane
from studio.runtime.stages.policy import chosen

_RUN: Table = Run.__table__  # type: ignore[assignment]  # declarative types it as FromClause
_STEP: Table = Step.__table__  # type: ignore[assignment]  # see above
_WAIT: Table = WaitRow.__table__  # type: ignore[assignment]  # see above
_CLAIMED = (
    _RUN.c.id, _RUN.c.workspace_id, _RUN.c.workflow_id, _RUN.c.version_id, _RUN.c.trigger_node, _RUN.c.epoch,
    _RUN.c.wake_seq, _RUN.c.attempts, _RUN.c.fresh, _RUN.c.input, _RUN.c.title, _RUN.c.mode, _RUN.c.lane,
    _RUN.c.steps_used, _RUN.c.respond, _RUN.c.created_at, _RUN.c.gate_key, _RUN.c.place_key, _RUN.c.rerun_of,
    _RUN.c.rerun_from, _RUN.c.carried, _RUN.c.parent_run_id, _RUN.c.parent_wait_id,
)  # fmt: skip
_STEP_FIELDS = tuple(column.name for column in _STEP.columns)
_STEP_UPDATE = (
    update(_STEP)
    .where(_STEP.c.id == bindparam("b_id"))
    .values({
        name: bindparam(f"b_{name}")
        for name in ("state", "port", "input", "output", "error", "note", "effect_key", "fingerprint",
                     "intent_epoch", "wait_id", "finished_at")
    })
)  # fmt: skip


class SqliteLedger:
    """See ledger.port.Ledger."""

    def __init__(self) -> None:
        self._walked = defaultdict[str, UUID](lambda: claiming.NOBODY)
        """Where the last claim in a lane ended: the workspaces behind it come next."""

    def accept(self, session: Session, events: Sequence[Accepted]) -> list[Admission]:
        """Row by row inside the group's one transaction."""
        now = clock.local_now()
        live = _live(session, events)
        runs, rows, admissions = list[Any](), list[Any](), list[Admission]()
        for event in events:
            admission = _admit(session, event, live, now)
            started = admission.verdict == "started"
            if started:
                runs.append(_run_values(event, live[event.subscription_id], now))
            rows.append(_event_values(event, admission, now, started=started))
            admissions.append(admission)
        if runs:
            session.execute(insert(_RUN), runs)
        session.execute(insert(Event.__table__), rows)  # type: ignore[arg-type]  # declarative types it as FromClause
        return admissions

    def claim(
        self, session: Session, *, lane: str, limit: int, holder: str, lease_s: float, full: Collection[UUID] = ()
    ) -> tuple[datetime, list[RunRow]]:
        """The lock is ours already, so a plain UPDATE … RETURNING claims."""
        now = clock.local_now()
        due, self._walked[lane] = claiming.due(session, lane, limit, now, self._walked[lane], full)
        due = _unparked(session, due)
        if not due:
            return now, []
        taken = (
            update(_RUN)
            .where(_RUN.c.id.in_(due))
            .values(
                state="running", epoch=_RUN.c.epoch + 1, lease_by=holder,
                lease_until=now + timedelta(seconds=lease_s), started_at=func.coalesce(_RUN.c.started_at, now),
            )
            .returning(*_CLAIMED)
        )  # fmt: skip
        return now, [RunRow(*row) for row in session.execute(taken)]

    def recorded(self, session: Session, run_ids: Sequence[UUID]) -> dict[UUID, Recorded]:
        """Three reads for the whole batch."""
        return read_recorded(session, run_ids)

    def flush(self, session: Session, flushes: Sequence[Flush]) -> set[UUID]:
        """Fence first, then steps and waits of the runs that came back."""
        ours = fence(session, flushes, clock.local_now())
        new_steps, old_steps, waits, blobs = list[Any](), list[Any](), list[Any](), list[Any]()
        for flush in flushes:
            if flush.run.id not in ours:
                continue
            for step in flush.steps:
                values = _step_values(step, blobs)
                if step.saved:
                    old_steps.append({f"b_{name}": value for name, value in values.items()})
                else:
                    new_steps.append(values)
            waits.extend(_wait_values(wait) for wait in flush.waits)
        begin_steps(session, new_steps)
        if old_steps:
            session.connection().execute(_STEP_UPDATE, old_steps)
        if waits:
            writing = upsert(_WAIT)
            changed = {"state": writing.excluded.state, "due_at": writing.excluded.due_at}
            session.execute(writing.on_conflict_do_update(index_elements=["id"], set_=changed), waits)
        if blobs:
            session.execute(insert(Blob.__table__), blobs)  # type: ignore[arg-type]  # see accept
        return ours

    def put_back(self, session: Session, held: Sequence[tuple[UUID, int]], delay_s: float | None = None) -> None:
        """Run by run; few are put back."""
        values: dict[str, Any] = {"state": "queued", "lease_until": None, "lease_by": None}
        if delay_s is not None:
            values["available_at"] = clock.local_now() + timedelta(seconds=delay_s)
        for run_id, epoch in held:
            ours = (_RUN.c.id == run_id, _RUN.c.epoch == epoch, _RUN.c.state == "running")
            session.execute(update(_RUN).where(*ours).values(**values))

    def renew(self, session: Session, held: Sequence[tuple[UUID, int]], lease_s: float) -> None:
        """Run by run; a process holds few."""
        until = clock.local_now() + timedelta(seconds=lease_s)
        for run_id, epoch in held:
            ours = (_RUN.c.id == run_id, _RUN.c.epoch == epoch, _RUN.c.state == "running")
            session.execute(update(_RUN).where(*ours).values(lease_until=until))

    def lose(self, session: Session, held: Sequence[tuple[UUID, int]]) -> list[UUID]:
        """Run by run; few lose theirs so."""
        aside = list[UUID]()
        for run_id, epoch in held:
            ours = (_RUN.c.id == run_id, _RUN.c.epoch == epoch, _RUN.c.state == "running")
            for row in session.execute(_lost(*ours)):
                aside += [row.id] if row.state == "quarantined" else []
                later = clock.local_now() + timedelta(seconds=LOST_AGAIN_S * (row.attempts - 1))
                session.execute(update(_RUN).where(_RUN.c.id == row.id).values(available_at=later))
        return aside

    def release_expired(self, session: Session, limit: int, by: datetime | None = None) -> tuple[int, list[UUID]]:
        """A run that lost its lease too often is quarantined."""
        expired = select(_RUN.c.id).where(_RUN.c.state == "running", _RUN.c.lease_until < (by or clock.local_now()))
        found = session.execute(_lost(_RUN.c.id.in_(expired.limit(limit)))).all()
        return len(found), [row.id for row in found if row.state == "quarantined"]

    def release_holder(self, session: Session, holder: str, *, dead: bool) -> int:
        """Its leases would have lasted seconds more; nobody waits for them."""
        held = (_RUN.c.state == "running", _RUN.c.lease_by == holder)
        queue = update(_RUN).values(state="queued", lease_until=None, lease_by=None).returning(_RUN.c.id)
        return len(session.execute(_lost(*held) if dead else queue.where(*held)).all())

    def fire_due(self, session: Session, limit: int, by: datetime | None = None) -> int:
        """In batches, oldest first."""
        now = by or clock.local_now()
        due = select(_WAIT.c.id).where(_WAIT.c.state == "open", _WAIT.c.due_at <= now).order_by(_WAIT.c.due_at)
        fired = session.execute(
            update(_WAIT).where(_WAIT.c.id.in_(due.limit(limit))).values(state="fired").returning(_WAIT.c.run_id)
        )
        run_ids = set(fired.scalars())
        if run_ids:
            session.execute(_wake(now).where(_RUN.c.id.in_(run_ids)))
        return len(run_ids)

    def queued(self, session: Session) -> dict[str, int]:
        """Bounded lane by lane, so that a backlog of one says nothing of another, and costs little."""
        found, now = dict[str, int](), clock.local_now()
        for lane in CLAIMED:
            some = select(_RUN.c.id).where(text("run.state = 'queued'"), _RUN.c.lane == lane,
                                           _RUN.c.available_at <= now)  # fmt: skip
            count = session.scalar(select(func.count()).select_from(some.limit(COUNTED).subquery()))
            if count:
                found[lane] = count
        return found


def _unparked(session: Session, due: list[UUID]) -> list[UUID]:
    """Those that may go on. What is paused or stopped is put aside: see claim_postgresql.py."""
    halted = list(session.scalars(select(Halt.scope_id).where(Halt.parking))) if due else []
    if not halted:
        return due
    stands = or_(_RUN.c.workspace_id.in_(halted), _RUN.c.workflow_id.in_(halted))
    parking = update(_RUN).where(_RUN.c.id.in_(due), stands).values(lane=Lane.PARKED).returning(_RUN.c.id)
    parked = set(session.scalars(parking))
    return [run_id for run_id in due if run_id not in parked]


_QUARANTINED = fingerprint({"code": "run.quarantined"})


def _lost(*which: Any) -> Any:
    """Their leases are lost once more; those that lost too many are set aside."""
    lost_again = _RUN.c.attempts + 1
    message = f"Its worker died {LOST_LEASES} times in a row while running it. Studio stopped trying."
    error = bindparam("e", {"code": "run.quarantined", "message": message}, type_=_RUN.c.error.type)
    return (
        update(_RUN)
        .where(*which)
        .values(
            attempts=lost_again, lease_until=None, lease_by=None,
            state=case((lost_again >= LOST_LEASES, "quarantined"), else_="queued"),
            error=case((lost_again >= LOST_LEASES, error), else_=_RUN.c.error),
            error_code=case((lost_again >= LOST_LEASES, "run.quarantined"), else_=_RUN.c.error_code),
            error_print=case((lost_again >= LOST_LEASES, _QUARANTINED), else_=_RUN.c.error_print),
            finished_at=case((lost_again >= LOST_LEASES, clock.local_now()), else_=_RUN.c.finished_at),
        )
        .returning(_RUN.c.id, _RUN.c.state, _RUN.c.attempts)
    )  # fmt: skip


def _wake(now: datetime) -> Any:
    parked = _RUN.c.state == "waiting"
    return update(_RUN).values(
        wake_seq=_RUN.c.wake_seq + 1,
        state=case((parked, "queued"), else_=_RUN.c.state),
        available_at=case((parked, now), else_=_RUN.c.available_at),
    )


def _live(session: Session, events: Sequence[Accepted]) -> dict[UUID, Any]:
    ids = {event.subscription_id for event in events}
    found = select(
        TriggerSubscription.id, TriggerSubscription.version_id, TriggerSubscription.priority, TriggerSubscription.halt,
        TriggerSubscription.halt_why, TriggerSubscription.staged_version_id, TriggerSubscription.staged_share,
    )  # fmt: skip
    rows = session.execute(found.where(TriggerSubscription.id.in_(ids), TriggerSubscription.active))
    return {row.id: row for row in rows}


def _admit(session: Session, event: Accepted, live: dict[UUID, Any], now: datetime) -> Admission:
    if event.verdict != "started":
        return Admission(event.event_id, event.held_by, event.verdict, event.reason)
    if event.subscription_id not in live:
        return Admission(event.event_id, None, "refused", "The workflow is turned off.")
    halt = live[event.subscription_id].halt
    if halt is not None:
        verdict = "held" if halt == "hold" else "refused"
        return Admission(event.event_id, None, verdict, live[event.subscription_id].halt_why)
    if event.dedup_key is None:
        return Admission(event.event_id, event.run_id, "started")
    values = {
        "event_id": event.event_id,
        "run_id": event.run_id,
        "expires_at": now + timedelta(seconds=event.dedup_seconds),
    }
    key = {"subscription_id": event.subscription_id, "key": event.dedup_key}
    claimed = (
        upsert(EventDedup)
        .values(workspace_id=event.workspace_id, **key, **values)
        .on_conflict_do_update(
            index_elements=["subscription_id", "key"], set_=values, where=EventDedup.expires_at < now
        )
        .returning(EventDedup.event_id)
    )
    if session.execute(claimed).scalar() is not None:
        return Admission(event.event_id, event.run_id, "started")
    first = select(EventDedup.run_id).filter_by(**key)
    return Admission(event.event_id, session.execute(first).scalar(), "duplicate")


def _run_values(event: Accepted, live: Any, now: datetime) -> dict[str, Any]:
    version_id = chosen(live.version_id, live.staged_version_id, live.staged_share, event.part)
    return {
        "id": event.run_id, "workspace_id": event.workspace_id, "workflow_id": event.workflow_id,
        "version_id": version_id, "event_id": event.event_id, "trigger_node": event.node_key, "state": "queued",
        "gate_key": event.keys.gate, "order_key": event.keys.order, "place_key": event.keys.place,
        "rate_key": event.keys.rate, "available_at": now, "input": event.body, "respond": event.respond,
        "created_at": now, "mode": "live", "lane": event.keys.lane, "priority": live.priority, "epoch": 0,
        "attempts": 0, "wake_seq": 0, "fresh": True, "title": "", "steps_used": 0,
    }  # fmt: skip


def _event_values(event: Accepted, admission: Admission, now: datetime, *, started: bool) -> dict[str, Any]:
    return {
        "id": event.event_id, "workspace_id": event.workspace_id, "workflow_id": event.workflow_id,
        "subscription_id": event.subscription_id, "type": event.type, "verdict": admission.verdict,
        "reason": admission.reason, "run_id": admission.run_id, "dedup_key": event.dedup_key,
        "body": None if started else event.body, "meta": event.meta, "received_at": now,
    }  # fmt: skip


def _step_values(step: StepRow, blobs: list[Any]) -> dict[str, Any]:
    output, blob = pack(step.output)
    if blob is not None:
        blobs.append({"id": blob[0], "workspace_id": step.workspace_id, "run_id": step.run_id, "data": blob[1]})
    values = {name: getattr(step, name) for name in _STEP_FIELDS}
    values["output"] = output
    return values


def _wait_values(wait: Waiting) -> dict[str, Any]:
    values = asdict(wait)
    del values["saved"], values["dirty"]
    return values
