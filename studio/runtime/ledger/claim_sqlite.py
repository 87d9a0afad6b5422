"""Which runs a claim takes on SQLite: the walk of claim_postgresql.py, with one writer and so nothing to skip."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Table, Uuid, bindparam, select, text
from sqlalchemy.orm import Session

from studio.core.db import UtcDateTime
from studio.runtime.ledger.claim_postgresql import GROUPS, TENANTS
from studio.runtime.models import Run

_RUN: Table = Run.__table__  # type: ignore[assignment]  # declarative types it as FromClause
NOBODY = UUID(int=0)

# `state = 'queued'` is written out: only then is the partial index taken for certain.
_OLDEST = """select next.id from run next where next.state = 'queued' and next.lane = :lane
      and (next.workspace_id, next.priority) > ({workspace}, {priority})
    order by next.workspace_id, next.priority, next.available_at limit 1"""
_WALK = (
    text(f"""
with recursive walk(workspace_id, priority, oldest, groups) as (
  select workspace_id, priority, available_at, 1 from run
  where id = ({_OLDEST.format(workspace=":after", priority=":above")})
  union all
  select run.workspace_id, run.priority, run.available_at, walk.groups + 1 from walk join run
  on run.id = ({_OLDEST.format(workspace="walk.workspace_id", priority="walk.priority")})
  where walk.groups < {GROUPS}
)
select workspace_id, priority, oldest from walk
""")  # noqa: S608 - only constants of the code go into the text, values are bound
    .bindparams(bindparam("after", type_=Uuid()), bindparam("above", type_=Integer()))
    .columns(workspace_id=Uuid(), priority=Integer(), oldest=UtcDateTime())
)


class _Group(NamedTuple):
    workspace_id: UUID
    priority: int
    oldest: datetime


def due(
    session: Session, lane: str, limit: int, now: datetime, after: UUID, full: Collection[UUID]
) -> tuple[list[UUID], UUID]:
    """Ids of up to `limit` runs, an equal share for each workspace, and where the next walk begins."""
    groups, last = _ready(session, lane, min(limit, TENANTS), now, after, full)
    tenants = len({group.workspace_id for group in groups})
    if not tenants:
        return [], last
    share, ids = limit // tenants, defaultdict[UUID, list[UUID]](list)
    for group in groups:
        left = share - len(ids[group.workspace_id])
        if left > 0:
            ids[group.workspace_id] += _of_group(session, lane, group, now, left)
    return [run_id for found in ids.values() for run_id in found], last


def _ready(
    session: Session, lane: str, most: int, now: datetime, after: UUID, full: Collection[UUID]
) -> tuple[list[_Group], UUID]:
    """Groups of up to `most` workspaces behind `after`, and going round; the workspace that was looked at last."""
    ready, seen, last = list[_Group](), set[UUID](), NOBODY
    found = _walk(session, lane, after)
    if after != NOBODY and len(found) < GROUPS:
        found += [group for group in _walk(session, lane, NOBODY) if group.workspace_id <= after]
    for group in found[:GROUPS]:
        if len(seen) == most and group.workspace_id not in seen:
            break
        last = group.workspace_id
        if group.oldest <= now and group.workspace_id not in full:
            ready.append(group)
            seen.add(group.workspace_id)
    else:
        last = NOBODY if len(found) < GROUPS else last  # all have been looked at: no walk need go round for them
    return ready, last


def _walk(session: Session, lane: str, after: UUID) -> list[_Group]:
    return [_Group(*row) for row in session.execute(_WALK, {"lane": lane, "after": after, "above": 2**31 - 1})]


def _of_group(session: Session, lane: str, group: _Group, now: datetime, limit: int) -> list[UUID]:
    queued = select(_RUN.c.id).where(
        text("run.state = 'queued'"), _RUN.c.lane == lane, _RUN.c.workspace_id == group.workspace_id,
        _RUN.c.priority == group.priority, _RUN.c.available_at >= group.oldest, _RUN.c.available_at <= now,
    )  # fmt: skip
    return list(session.scalars(queued.order_by(_RUN.c.available_at).limit(limit)))
