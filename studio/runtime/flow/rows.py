"""What stands at the gate, and what is going on behind it: the same statements on both databases.

None of them gets slower by how much waits: keys are stepped through by index, a page at a time, and what is counted is
what the limits let be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from studio.core.db import UtcDateTime
from studio.runtime.flow.control import Control, gate_key
from studio.runtime.flow.gcra import Rate
from studio.runtime.flow.policy import Candidate, Limits, Passed, Stream
from studio.runtime.models import RateState, Run, TriggerSubscription, Workflow, WorkspaceLimit
from studio.runtime.models.ledger import AT_THE_GATE, ORDERED, PLACED
from studio.runtime.outcomes import Lane, RunState

WORKFLOWS = 1_000
"""Workflows with something at the gate that one look comes to."""
_HELD = "r.state = 'queued' and r.gate_key is not null"  # the words of the index
_LANES = "r.lane || '' in ('gate', 'back')"  # said so that no planner takes the index of lanes, and sorts them all
_WORKFLOWS = text(f"""
with recursive w(id) as (
  select (select r.workflow_id from run r where {_HELD} and {_LANES} order by r.workflow_id limit 1)
  union all
  select (select r.workflow_id from run r where {_HELD} and {_LANES} and r.workflow_id > w.id
          order by r.workflow_id limit 1)
  from w where w.id is not null
)
select id from w where id is not null limit :most
""").columns(id=Uuid())  # noqa: S608 - only constants of the code go into the text, values are bound
_HEADS = (
    text(
        f"""
with recursive k(gate_key, n) as (
  select (select r.gate_key from run r where {_HELD} and r.workflow_id = :workflow_id and r.lane = :lane
          and r.gate_key > :after order by r.gate_key limit 1), 1
  union all
  select (select r.gate_key from run r where {_HELD} and r.workflow_id = :workflow_id and r.lane = :lane
          and r.gate_key > k.gate_key order by r.gate_key limit 1), k.n + 1
  from k where k.gate_key is not null and k.n < :most
)
select k.gate_key, (select r.id from run r where {_HELD} and r.workflow_id = :workflow_id and r.lane = :lane
                    and r.gate_key = k.gate_key order by r.gate_key, r.created_at, r.id limit 1) as head
from k where k.gate_key is not null order by k.gate_key
"""  # noqa: S608 - only constants of the code go into the text, values are bound
    )
    .columns(gate_key=String(), head=Uuid())
    .bindparams(bindparam("workflow_id", type_=Uuid()))
)
_CANDIDATE = (
    Run.id, Run.workflow_id, Run.priority, Run.created_at, Run.order_key, Run.place_key, Run.rate_key, Run.lane
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """The oldest run of a key, in one lane of the gate."""

    gate_key: str
    run_id: UUID


def at_the_gate(session: Session) -> dict[UUID, dict[UUID, Control | None]]:
    """Workflows of which something waits, by workspace, with the limits of what is published of them now."""
    ids = list(session.execute(_WORKFLOWS, {"most": WORKFLOWS}).scalars())
    found: dict[UUID, dict[UUID, Control | None]] = {}
    for row in session.execute(select(Workflow.id, Workflow.workspace_id).where(Workflow.id.in_(ids))):
        found.setdefault(row.workspace_id, {})[row.id] = None
    live = (
        select(Workflow.workspace_id, Workflow.id, TriggerSubscription.control)
        .join(TriggerSubscription, TriggerSubscription.workflow_id == Workflow.id)
        .where(Workflow.id.in_(ids), TriggerSubscription.version_id == Workflow.published_version_id)
    )
    for row in session.execute(live):
        found[row.workspace_id][row.id] = Control.of(row.control)
    return found


def workspace_limits(session: Session, workspace_id: UUID) -> Limits:
    """What all workflows of a workspace may do together."""
    asked = select(WorkspaceLimit.at_once, WorkspaceLimit.starts, WorkspaceLimit.per_s)
    row = session.execute(asked.where(WorkspaceLimit.workspace_id == workspace_id)).one_or_none()
    if row is None:
        return Limits()
    return Limits(row.at_once, Rate(row.starts, row.per_s) if row.starts and row.per_s else None)


def heads(session: Session, workflow_id: UUID, lane: Lane, after: str, most: int) -> list[Head]:
    """The oldest of each key behind `after`, `most` of them."""
    values = {"workflow_id": workflow_id, "lane": lane.value, "after": after, "most": most}
    return [Head(row.gate_key, row.head) for row in session.execute(_HEADS, values)]


def candidates(session: Session, run_ids: Sequence[UUID]) -> list[Candidate]:
    """Those of them that are still at the gate, locked; one that somebody else holds is passed over."""
    held = select(*_CANDIDATE).where(Run.id.in_(run_ids), AT_THE_GATE, Run.lane.in_((Lane.GATE, Lane.BACK)))
    return _candidates(session, held)


def behind(session: Session, workflow_id: UUID, lane: Lane, gate_key: str, most: int) -> list[Candidate]:
    """The oldest of one key, locked as `candidates` are."""
    held = select(*_CANDIDATE).where(
        Run.workflow_id == workflow_id, Run.lane == lane, Run.gate_key == gate_key, AT_THE_GATE
    )
    return _candidates(session, held.order_by(Run.created_at, Run.id).limit(most))


def _candidates(session: Session, held: Any) -> list[Candidate]:
    rows = session.execute(held.with_for_update(skip_locked=True))
    return [
        Candidate(row.id, row.workflow_id, row.priority, row.created_at, row.order_key, row.place_key, row.rate_key,
                  back=row.lane == Lane.BACK)
        for row in rows
    ]  # fmt: skip


def replaced(session: Session, workflow_id: UUID, most: int) -> list[tuple[UUID, str, UUID]]:
    """Runs whose order key has a newer run, with the key and the newest, where something of it is at the gate."""
    found = list[tuple[UUID, str, UUID]]()
    oldest = heads(session, workflow_id, Lane.GATE, "", most)
    keys = select(Run.order_key).where(Run.id.in_([head.run_id for head in oldest]))
    for key in {key for key in session.execute(keys).scalars() if key is not None}:
        of_key = select(Run.id, Run.created_at).where(Run.workflow_id == workflow_id, Run.order_key == key)
        waiting = of_key.where(Run.lane == Lane.GATE, Run.gate_key == gate_key(key, None, None), AT_THE_GATE)
        rows = [*session.execute(waiting.limit(most)), *session.execute(of_key.where(ORDERED))]
        newest = max(rows, key=lambda row: (row.created_at, row.id), default=None)
        found += [(row.id, key, newest.id) for row in rows if newest is not None and row.id != newest.id]
    return found


def busy(session: Session, workflow_id: UUID, order_keys: Iterable[str]) -> set[str]:
    """Order keys of which a run has passed the gate and not ended."""
    wanted = select(Run.order_key).where(Run.workflow_id == workflow_id, Run.order_key.in_(set(order_keys)), ORDERED)
    return {key for key in session.execute(wanted).scalars() if key is not None}


def executing(session: Session, workspace_id: UUID, workflow_id: UUID, place_keys: Iterable[str]) -> dict[str, int]:
    """How many runs of each key are executing, or about to."""
    counted = (
        select(Run.place_key, func.count())
        .where(Run.workspace_id == workspace_id, Run.workflow_id == workflow_id)
        .where(Run.place_key.in_(set(place_keys)), PLACED)
        .group_by(Run.place_key)
    )
    return {key: count for key, count in session.execute(counted) if key is not None}


def executing_in(session: Session, workspace_id: UUID, most: int) -> int:
    """How many limited runs of a workspace are executing; it stops counting at `most`."""
    some = select(Run.id).where(Run.workspace_id == workspace_id, PLACED).limit(most).subquery()
    return session.execute(select(func.count()).select_from(some)).scalar_one()


def tats(session: Session, workspace_id: UUID, streams: Iterable[Stream]) -> dict[Stream, datetime]:
    """What is kept of these rates."""
    by_scope: dict[UUID | None, set[str]] = {}
    for workflow_id, key in streams:
        by_scope.setdefault(workflow_id, set()).add(key)
    found: dict[Stream, datetime] = {}
    for workflow_id, keys in by_scope.items():
        kept = select(RateState.key, RateState.tat).where(
            RateState.workspace_id == workspace_id, RateState.scope == scope(workflow_id), RateState.key.in_(keys)
        )
        found |= {(workflow_id, row.key): row.tat for row in session.execute(kept)}
    return found


def keep(session: Session, workspace_id: UUID, moved: Mapping[Stream, datetime]) -> None:
    """Write what is kept of rates. Only who holds the workspace's gate does."""
    if not moved:
        return
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else pg_insert
    rows = [
        {"workspace_id": workspace_id, "scope": scope(workflow_id), "key": key, "tat": tat}
        for (workflow_id, key), tat in moved.items()
    ]
    writing = insert(RateState).values(rows)
    session.execute(
        writing.on_conflict_do_update(
            index_elements=["workspace_id", "scope", "key"], set_={"tat": writing.excluded.tat}
        )
    )


def scope(workflow_id: UUID | None) -> str:
    """Whose rate it is; None: the workspace's."""
    return f"workflow:{workflow_id}" if workflow_id is not None else "workspace"


def let_pass(session: Session, passed: Sequence[Passed]) -> None:
    """Leave them to the workers, each from its moment on."""
    by_moment: dict[datetime, list[UUID]] = {}
    for one in passed:
        by_moment.setdefault(one.at, []).append(one.run_id)
    for at, run_ids in by_moment.items():
        moved = update(Run).where(Run.id.in_(run_ids), Run.state == RunState.QUEUED)
        session.execute(
            moved.values(lane=Lane.MAIN, available_at=bindparam("at", at, type_=UtcDateTime()))
            .execution_options(synchronize_session=False)
        )  # fmt: skip
